"""Threads that call clouds, and the timer heap that waits without any."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

LOG = logging.getLogger(__name__)


class Pool:
    """A bounded number of threads; what is more waits in a queue, which steps bound."""

    def __init__(self, size: int) -> None:
        self._executor = ThreadPoolExecutor(size, thread_name_prefix="cloud")

    def submit(self, call: Callable[[], None]) -> None:
        """Run ``call``, which handles its own errors, on one of the threads."""
        self._executor.submit(call)

    def stop(self) -> None:
        """Take no more; calls that run are not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Timer:
    """A callback to come. A cancelled one holds on to nothing, however far off its time is."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[], None]) -> None:
        self._call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self._call = None

    def fire(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()


class Timers:
    """Calls back at a time; one thread for any number of entries. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call back once, that many seconds from now. ``call`` must be short and not raise."""
        timer = Timer(call)
        entry = (time.monotonic() + max(seconds, 0.0), next(self._numbers), timer)
        with self._changed:
            heapq.heappush(self._heap, entry)
            if self._heap[0] is entry:
                self._changed.notify()
        return timer

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not self._due():
                    self._changed.wait(self._pause())
                if self._stopped:
                    return
                _, _, timer = heapq.heappop(self._heap)
            timer.fire()

    def _due(self) -> bool:
        return bool(self._heap) and self._heap[0][0] <= time.monotonic()

    def _pause(self) -> float | None:
        return self._heap[0][0] - time.monotonic() if self._heap else None
