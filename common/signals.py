"""A process's life: until SIGTERM or SIGINT, with SIGHUP in between."""

from __future__ import annotations

import queue
import signal
from collections.abc import Callable
from types import FrameType


class Signals:
    """Takes the signals from the moment it is made; make it in the main thread."""

    def __init__(self) -> None:
        self._arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.stopping = False  # whether one that says stop has come
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._take)

    def wait(self, reload: Callable[[], object]) -> int:
        """Call ``reload`` at each SIGHUP; return the signal that says stop.

        A second one while stopping ends the process at once.
        """
        while (number := self._arrived.get()) == signal.SIGHUP:
            reload()
        for again in (signal.SIGTERM, signal.SIGINT):
            signal.signal(again, signal.SIG_DFL)
        return number

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self.stopping = self.stopping or number != signal.SIGHUP
        self._arrived.put(number)  # may be called within itself, unlike a lock or an event
