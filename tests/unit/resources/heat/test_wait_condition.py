from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from heat_engine.resources.heat.wait_condition import WaitCondition, clock
from heat_engine.resources.protocol import Outcome, Request, Signal
from tests.unit.resources.driver import change, request

KIND = WaitCondition()


def signal(id: str, status: str = "SUCCESS", reason: str = "fine", data: Any = None) -> Signal:
    return Signal(id, status, reason, data)


def call(*signals: Signal, count: int = 2, timeout: float = 300, **fields: Any) -> Request:
    properties = {"handle": "user-1", "count": count, "timeout": timeout}
    return request(KIND, properties, signals=list(signals), **fields)


def test_waits_in_words_until_a_signal_or_the_deadline() -> None:
    progress = KIND.create(call(signal("1"), elapsed=100))
    assert progress.outcome is Outcome.WAIT
    assert progress.waiting_for == "1 of 2 signals (until 00:05:00 from start)"
    assert progress.after is not None
    assert 200 < progress.after < 200.01


def test_done_with_enough_signals() -> None:
    assert KIND.create(call(signal("1"), signal("2"))).outcome is Outcome.DONE
    assert KIND.create(call(signal("1"), signal("2"), signal("3"))).outcome is Outcome.DONE


def test_one_failure_fails_even_with_enough_successes() -> None:
    signals = (
        signal("1"),
        signal("2"),
        signal("3", "FAILURE", "no"),
        signal("4", "FAILURE", "bad"),
    )
    progress = KIND.create(call(*signals))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "WaitConditionFailure")
    assert progress.reason == "no;bad"


def test_the_deadline_goes_before_everything_and_is_strict() -> None:
    signals = (signal("1"), signal("2", "FAILURE", "no"))
    assert KIND.create(call(signal("1"), elapsed=300)).outcome is Outcome.WAIT
    progress = KIND.create(call(*signals, elapsed=300.001))
    assert (progress.error, progress.reason) == (
        "WaitConditionTimeout",
        "2 of 2 received - fine;no",
    )
    assert KIND.create(call(elapsed=301)).reason == "0 of 2 received"


def test_a_call_after_the_announced_time_times_out() -> None:
    first = call(signal("1"))
    after = KIND.create(first).after
    assert after is not None
    assert KIND.create(replace(first, elapsed=after)).error == "WaitConditionTimeout"


def test_without_a_handle() -> None:
    progress = KIND.create(replace(call(), signals=None))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ValueError")
    assert progress.reason == "user-1 is not a valid wait condition handle."


def test_update_of_count_waits_again_and_others_do_not() -> None:
    made = call(signal("1"), signal("2"))
    again = change(KIND, made, {"handle": "user-1", "timeout": 300, "count": 3})
    assert KIND.update(again).waiting_for.startswith("2 of 3 signals")
    assert KIND.update(replace(made, changed=frozenset())).outcome is Outcome.DONE
    assert not KIND.properties["handle"].updatable
    assert not KIND.properties["timeout"].updatable


def test_data_is_json_text_by_signal_id() -> None:
    text = KIND.read(call(signal("a", data={"x": 1}), signal("b")), "data")
    assert json.loads(text) == {"a": {"x": 1}, "b": None}
    assert KIND.read(replace(call(), signals=None), "data") == ""


def test_a_handle_without_signals_counts_as_signalled() -> None:
    silent = call(count=2, handle_properties={"signal_transport": "NO_SIGNAL"})
    assert KIND.create(silent).outcome is Outcome.DONE
    assert json.loads(KIND.read(silent, "data")) == {"1": None, "2": None}


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "00:00:00"), (3661.9, "01:01:01"), (43200, "12:00:00")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
