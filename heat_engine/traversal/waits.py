"""The steps of one traversal that wait: what each waits with, and its entry in the timer heap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from heat_engine.resources.protocol import Progress, ResourceType
from heat_engine.traversal.pool import Timer, Timers


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a step waits with.

    after: seconds until its verb is called again. listens: for a signal. nested: for the end of a
    nested stack. paused: for its hook to be cleared. error_wait: it is worth waiting for once
    another step has failed.
    """

    after: float | None = None
    listens: bool = False
    nested: bool = False
    paused: bool = False
    error_wait: bool = True

    @classmethod
    def of(cls, kind: ResourceType, progress: Progress) -> Waiting:
        """What a verb's progress means for a resource of that type."""
        return cls(
            after=progress.after,
            listens=bool(kind.listens_to) or kind.signals_itself,
            nested=kind.nested,
            error_wait=kind.error_wait,
        )

    def pause(self, unhinted: float) -> float | None:
        """Seconds until somebody looks, at most ``unhinted`` where a hint may come; None: never."""
        pauses = [self.after] if self.after is not None else []
        if self.listens or self.nested or self.paused:
            pauses.append(unhinted)
        return min(pauses, default=None)


@dataclass(slots=True)
class Wait:
    """A step that waits. ``ticket`` tells its latest timer from older ones."""

    ticket: int
    waiting: Waiting
    timer: Timer | None = None


class Waits:
    """Step numbers to waits. ``due`` is told, from the timers' thread, a step and its ticket.

    unhinted: seconds after which whoever waits for a signal, for a nested stack's end or at a hook
    looks for it all the same, because who knew of it may have died before it gave the hint.
    """

    def __init__(self, timers: Timers, due: Callable[[int, int], None], unhinted: float) -> None:
        self._unhinted = unhinted
        self._timers = timers
        self._due = due
        self._waits: dict[int, Wait] = {}
        self._tickets = 0

    def __bool__(self) -> bool:
        return bool(self._waits)

    def add(self, number: int, waiting: Waiting) -> None:
        """Wait until the time that a verb gave, or until somebody takes the step back."""
        self._tickets += 1
        wait = Wait(self._tickets, waiting)
        self._waits[number] = wait
        pause = waiting.pause(self._unhinted)
        if pause is not None:
            wait.timer = self._timers.after(pause, partial(self._due, number, wait.ticket))

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
        return [number for number, wait in self._waits.items() if wait.waiting.listens]

    def nested(self) -> list[int]:
        """Steps that wait for a nested stack."""
        return [number for number, wait in self._waits.items() if wait.waiting.nested]

    def paused(self) -> list[int]:
        """Steps that wait at a hook."""
        return [number for number, wait in self._waits.items() if wait.waiting.paused]

    def all(self, *, impatient: bool = False) -> list[int]:
        """All steps, or only those that are not worth waiting for once another one has failed."""
        return [n for n, wait in self._waits.items() if not (impatient and wait.waiting.error_wait)]

    def clear(self) -> None:
        for number in list(self._waits):
            self.take(number)
