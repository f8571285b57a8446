from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Iterator

import pytest

from heat_engine.traversal.pool import Pool, Timers


@pytest.fixture
def timers() -> Iterator[Timers]:
    timers = Timers()
    timers.start()
    yield timers
    timers.stop()


def test_timers_call_back_in_order_of_time(timers: Timers) -> None:
    called: list[str] = []
    done = threading.Event()
    began = time.monotonic()
    timers.after(0.06, lambda: (called.append("late"), done.set()))
    timers.after(0.0, lambda: called.append("now"))
    timers.after(0.03, lambda: called.append("soon"))
    assert done.wait(5)
    assert called == ["now", "soon", "late"]
    assert time.monotonic() - began >= 0.06


def test_an_earlier_entry_overtakes_one_that_is_waited_for(timers: Timers) -> None:
    timers.after(60, lambda: None)
    done = threading.Event()
    timers.after(0.01, done.set)
    assert done.wait(5)


def test_a_cancelled_timer_neither_fires_nor_holds_on_to_anything(timers: Timers) -> None:
    class Held:
        def call(self) -> None:
            raise AssertionError

    held = Held()
    seen = weakref.ref(held)
    timer = timers.after(0.01, held.call)
    timer.cancel()
    del held
    gc.collect()
    assert seen() is None
    done = threading.Event()
    timers.after(0.02, done.set)
    assert done.wait(5)


def test_the_pool_bounds_how_much_runs_at_once() -> None:
    pool = Pool(2)
    running, most = 0, 0
    lock, release, done = threading.Lock(), threading.Event(), threading.Semaphore(0)

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        release.wait(5)
        with lock:
            running -= 1
        done.release()

    for _ in range(6):
        pool.submit(call)
    release.set()
    assert all(done.acquire(timeout=5) for _ in range(6))
    assert most <= 2
    pool.stop()
