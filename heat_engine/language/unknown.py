"""Values that are not there: unknown before a resource exists, or absent by a condition."""

from __future__ import annotations

import enum
from typing import Any, Final


class Sentinel(enum.Enum):
    """An enumeration, because its members stay single through copies."""

    UNKNOWN = "unknown"
    ABSENT = "absent"

    def __repr__(self) -> str:
        return self.name


UNKNOWN: Final = Sentinel.UNKNOWN
"""A value that only a living resource can give. Any function over it gives it again."""

ABSENT: Final = Sentinel.ABSENT
"""What the two-argument ``if`` gives when false: the enclosing entry disappears."""


def contains_unknown(value: Any) -> bool:
    """Whether UNKNOWN is the value or lies anywhere in its maps and lists."""
    pending = [value]
    while pending:
        item = pending.pop()
        if item is UNKNOWN:
            return True
        if isinstance(item, dict):
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    return False
