"""What may be done now: a walk over numbered steps."""

from __future__ import annotations

from collections.abc import Collection, Mapping


class Walk:
    """Tells which steps have become ready; holds counts only, so each call is cheap.

    requires: step number to the numbers that have to be finished before it.
    finished: numbers that were finished before this walk began (after a take-over).
    """

    def __init__(
        self, requires: Mapping[int, Collection[int]], finished: Collection[int] = ()
    ) -> None:
        self._finished = set(finished)
        self._missing: dict[int, int] = {}
        self._dependents: dict[int, list[int]] = {}
        self._ready: list[int] = []
        self.add(requires)

    def add(self, requires: Mapping[int, Collection[int]]) -> None:
        """Put further steps into the walk; they may require steps that are already there."""
        for number, needs in requires.items():
            if number in self._finished:
                continue
            unmet = [need for need in needs if need not in self._finished]
            self._missing[number] = len(unmet)
            for need in unmet:
                self._dependents.setdefault(need, []).append(number)
            if not unmet:
                self._ready.append(number)

    def take(self, limit: int) -> list[int]:
        """Up to that many ready steps, in order of readiness; each is handed out once."""
        taken, self._ready = self._ready[:limit], self._ready[limit:]
        return taken

    def claim(self, number: int) -> None:
        """Note that a ready step is being worked on already."""
        if number in self._ready:
            self._ready.remove(number)

    def finish(self, number: int) -> None:
        """Note that a step is finished, which may make others ready."""
        self._finished.add(number)
        self._missing.pop(number, None)
        for dependent in self._dependents.pop(number, ()):
            self._missing[dependent] -= 1
            if self._missing[dependent] == 0:
                self._ready.append(dependent)

    @property
    def ready(self) -> bool:
        """Whether ``take`` would hand out something."""
        return bool(self._ready)

    @property
    def done(self) -> bool:
        """Whether every step is finished."""
        return not self._missing
