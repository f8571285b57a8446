"""The budgets of the language: what keeps one document from costing without bound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """max_template_size: characters of text. max_depth: levels of maps and lists.

    max_expanded: characters and entries of a text's data once all aliases are written out.
    """

    max_template_size: int = 524_288
    max_depth: int = 100
    max_expanded: int = 4_000_000


DEFAULT = Limits()

MAX_RESOLVED = 4_000_000
"""Characters and entries that the functions of one snippet may make in one resolution."""
