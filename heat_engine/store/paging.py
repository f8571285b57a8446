"""Page sizes that every database can count to."""

from __future__ import annotations

LARGEST = 2**31 - 1


def bounded(limit: int | None) -> int | None:
    """``limit`` as a database takes it; None is all. A negative one is nothing."""
    return None if limit is None else max(0, min(limit, LARGEST))
