"""``{{resolve:service:key}}`` in a template: nothing is behind it here, so it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.errors import Problem

_MARK = "{{resolve:"
_MOST_SHOWN = 100


def check(document: Mapping[Any, Any], names: tuple[str, ...]) -> list[Problem]:
    """A problem for every text with such a reference in the sections ``names``."""
    return [
        problem
        for name in names
        if _holds(document.get(name))
        for problem in _find(document[name], name)
    ]


def _holds(value: Any) -> bool:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if _MARK in item:
                return True
        elif isinstance(item, Mapping):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False


def _find(section: Any, name: str) -> list[Problem]:
    found = []
    pending: list[tuple[Any, tuple[str | int, ...]]] = [(section, (name,))]
    while pending:
        value, path = pending.pop()
        if isinstance(value, str):
            if _MARK in value:
                message = f'The dynamic reference "{_shown(value)}" is not supported'
                found.append(Problem(message, path))
        elif isinstance(value, Mapping):
            entries = reversed(list(value.items()))
            pending.extend((item, (*path, str(key))) for key, item in entries)
        elif isinstance(value, list):
            members = reversed(list(enumerate(value)))
            pending.extend((item, (*path, position)) for position, item in members)
    return found


def _shown(text: str) -> str:
    """The first reference in a text, cut where it is long or has no end."""
    start = text.index(_MARK)
    end = text.find("}}", start, start + _MOST_SHOWN)
    return text[start : end + 2] if end >= 0 else f"{text[start : start + _MOST_SHOWN]}..."
