"""The steps of one traversal that wait: what each waits with, and its entry in the timer heap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from heat_engine.resources.protocol import Progress, ResourceType
from heat_engine.traversal.pool import Timer, Timers

# A hint may be lost; whoever waits for a signal, or for a nested stack's end, looks for it this
# often all the same, in seconds.
UNHINTED_POLL = 5.0


@dataclass(slots=True)
class Wait:
    """A step that waits. ``ticket`` tells its latest timer from older ones."""

    ticket: int
    listens: bool
    nested: bool
    error_wait: bool
    timer: Timer | None = None


class Waits:
    """Step numbers to waits. ``due`` is told, from the timers' thread, a step and its ticket."""

    def __init__(self, timers: Timers, due: Callable[[int, int], None]) -> None:
        self._timers = timers
        self._due = due
        self._waits: dict[int, Wait] = {}
        self._tickets = 0

    def __bool__(self) -> bool:
        return bool(self._waits)

    def add(self, number: int, kind: ResourceType, progress: Progress) -> None:
        """Wait until the time that a verb gave, or until somebody takes the step back."""
        self._tickets += 1
        listens = bool(kind.listens_to) or kind.signals_itself
        wait = Wait(self._tickets, listens, kind.nested, kind.error_wait)
        self._waits[number] = wait
        pauses = [progress.after] if progress.after is not None else []
        if wait.listens or wait.nested:
            pauses.append(UNHINTED_POLL)
        if pauses:
            due = partial(self._due, number, wait.ticket)
            wait.timer = self._timers.after(min(pauses), due)

    def take(self, number: int, ticket: int | None = None) -> bool:
        """Take a step back; False when it does not wait (any more, or with that ticket)."""
        wait = self._waits.get(number)
        if wait is None or ticket not in (None, wait.ticket):
            return False
        del self._waits[number]
        if wait.timer is not None:
            wait.timer.cancel()
        return True

    def listening(self) -> list[int]:
        """Steps that wait for a signal."""
        return [number for number, wait in self._waits.items() if wait.listens]

    def nested(self) -> list[int]:
        """Steps that wait for a nested stack."""
        return [number for number, wait in self._waits.items() if wait.nested]

    def all(self, *, impatient: bool = False) -> list[int]:
        """All steps, or only those that are not worth waiting for once another one has failed."""
        return [n for n, wait in self._waits.items() if not (impatient and wait.error_wait)]

    def clear(self) -> None:
        for number in list(self._waits):
            self.take(number)
