"""A stack's resources as a tree: each below what it waits for last, with its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from rich.tree import Tree

Document = Mapping[str, Any]
_COLOURS = {"COMPLETE": "green", "FAILED": "red", "IN_PROGRESS": "yellow"}


def draw(stack: Document, resources: Sequence[Document]) -> Tree:
    """The tree. A resource names what it requires through the others' ``required_by``."""
    requires = _requires(resources)
    by_name = {resource["resource_name"]: resource for resource in resources}
    root = Tree(_label(stack["stack_name"], "", stack["stack_status"], _stack_words(stack)))
    branches: dict[str, Tree] = {}
    width = max((len(name) for name in by_name), default=0)
    for name in sorted(by_name, key=lambda item: (_depth(item, requires), item)):
        above = max(requires[name], key=lambda item: (_depth(item, requires), item), default=None)
        branch = root if above is None else branches[above]
        resource = by_name[name]
        open_ones = [
            other
            for other in sorted(requires[name])
            if not by_name[other]["resource_status"].endswith("_COMPLETE")
            or by_name[other]["resource_status"].startswith("INIT_")
        ]
        branches[name] = branch.add(
            _label(
                name.ljust(width),
                resource["resource_type"],
                resource["resource_status"],
                _words(resource, open_ones),
            )
        )
    return root


def _requires(resources: Sequence[Document]) -> dict[str, set[str]]:
    requires: dict[str, set[str]] = {item["resource_name"]: set() for item in resources}
    for resource in resources:
        for dependent in resource.get("required_by", ()):
            if dependent in requires:
                requires[dependent].add(resource["resource_name"])
    return requires


def _depth(name: str, requires: Mapping[str, set[str]]) -> int:
    return 1 + max((_depth(above, requires) for above in requires[name]), default=0)


def _stack_words(stack: Document) -> str:
    failed = stack["stack_status"].endswith("FAILED")
    return str(stack.get("stack_status_reason", "")) if failed else ""


def _words(resource: Document, open_ones: Sequence[str]) -> str:
    status = resource["resource_status"]
    if status.endswith("_FAILED"):
        return str(resource.get("resource_status_reason", ""))
    if resource.get("waiting_for"):
        return f"waits for {resource['waiting_for']}{_times(resource)}"
    if status.startswith("INIT_") and open_ones:
        return f"waits for {', '.join(open_ones)}"
    return ""


def _times(resource: Document) -> str:
    """Since when and until when at the latest: times of day, in UTC as all of Hearth's."""
    times = ((word, resource.get(f"waiting_{word}")) for word in ("since", "until"))
    return "".join(f", {word} {str(time)[11:19]}" for word, time in times if time)


def _label(name: str, kind: str, status: str, words: str) -> Text:
    colour = next((c for end, c in _COLOURS.items() if status.endswith(end)), "dim")
    shown = "waiting" if status.startswith("INIT_") else status
    colour = "dim" if status.startswith("INIT_") else colour
    parts = [(name, "bold"), ("  ", ""), (shown, colour)]
    if kind:
        parts += [("  ", ""), (kind, "dim")]
    if words:
        parts += [("  ", ""), (words, "red" if status.endswith("FAILED") else "cyan")]
    return Text.assemble(*parts)
