from __future__ import annotations

from collections.abc import Callable

from heat_engine.resources import protocol
from heat_engine.resources.heat.test_resource import TestResource as PlainType
from heat_engine.resources.heat.wait_condition import WaitCondition
from heat_engine.traversal.pool import Timer
from heat_engine.traversal.waits import Waiting, Waits

UNHINTED = 5.0


class Clock:
    """Timers that fire when they are told to."""

    def __init__(self) -> None:
        self.entries: list[tuple[float, Timer]] = []

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        timer = Timer(call)
        self.entries.append((seconds, timer))
        return timer


def made() -> tuple[Waits, Clock, list[tuple[int, int]]]:
    clock, due = Clock(), []
    return Waits(clock, lambda *told: due.append(told), UNHINTED), clock, due  # type: ignore[arg-type]


def test_a_wait_becomes_due_with_its_ticket() -> None:
    waits, clock, due = made()
    waits.add(3, Waiting.of(PlainType(), protocol.wait("time", after=2.0)))
    assert [seconds for seconds, _ in clock.entries] == [2.0]
    clock.entries[0][1].fire()
    assert due == [(3, 1)]
    assert waits.take(3, 1)
    assert not waits.take(3, 1)
    assert not waits


def test_an_older_ticket_does_not_end_a_newer_wait() -> None:
    waits, _, _ = made()
    waits.add(3, Waiting.of(PlainType(), protocol.wait("time", after=2.0)))
    assert waits.take(3)
    waits.add(3, Waiting.of(PlainType(), protocol.wait("time", after=2.0)))
    assert not waits.take(3, 1)
    assert waits.take(3, 2)


def test_a_step_taken_back_leaves_no_timer() -> None:
    waits, clock, due = made()
    waits.add(3, Waiting.of(PlainType(), protocol.wait("time", after=2.0)))
    waits.take(3)
    clock.entries[0][1].fire()
    assert due == []


def test_who_listens_looks_now_and_then_though_no_hint_comes() -> None:
    waits, clock, _ = made()
    waits.add(1, Waiting.of(WaitCondition(), protocol.wait("signals", after=600.0)))
    waits.add(2, Waiting.of(PlainType(), protocol.wait("for ever")))
    assert [seconds for seconds, _ in clock.entries] == [UNHINTED]
    assert waits.listening() == [1]


def test_who_is_paused_at_a_hook_looks_now_and_then() -> None:
    waits, clock, _ = made()
    waits.add(1, Waiting(paused=True, error_wait=False))
    waits.add(2, Waiting.of(PlainType(), protocol.wait("time")))
    assert [seconds for seconds, _ in clock.entries] == [UNHINTED]
    assert waits.paused() == [1]
    assert waits.all(impatient=True) == [1]


def test_some_are_not_worth_waiting_for_after_a_failure() -> None:
    waits, _, _ = made()
    waits.add(1, Waiting.of(WaitCondition(), protocol.wait("signals")))
    waits.add(2, Waiting.of(PlainType(), protocol.wait("time")))
    assert waits.all() == [1, 2]
    assert waits.all(impatient=True) == [1]
    waits.clear()
    assert waits.all() == []
