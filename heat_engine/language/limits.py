"""The budgets of the language: what keeps one document from costing without bound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """size: characters of text. depth: levels of maps and lists.

    expanded: characters and entries of a text's data once all aliases are written out.
    """

    size: int = 524_288
    depth: int = 100
    expanded: int = 4_000_000


DEFAULT = Limits()

MAX_RESOLVED = 4_000_000
"""Characters and entries that the functions of one snippet may make in one resolution."""

MAX_TEMPLATE_WORK = 64_000_000
"""The same for all snippets of a template together, while it is bound and while it is checked."""
