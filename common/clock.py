"""Time: UTC for people, monotonic for durations."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime


def utcnow() -> datetime:
    """Now in UTC, naive as the database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Deadline:
    """A moment some seconds ahead, by a clock that nobody sets."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, never negative."""
        return max(self._end - time.monotonic(), 0.0)

    def __bool__(self) -> bool:
        """Whether there is time left."""
        return self.left() > 0


def ticks(deadline: Deadline, first: float = 0.01, last: float = 0.25) -> Iterator[float]:
    """Pauses to make while waiting for what cannot tell, from short to long, until the deadline."""
    pause = first
    while left := deadline.left():
        yield min(pause, left)
        pause = min(pause * 1.5, last)
