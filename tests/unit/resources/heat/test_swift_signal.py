from __future__ import annotations

from typing import Any

import pytest

from heat_engine.resources.heat.swift_signal import SwiftSignal, SwiftSignalHandle, handle_problem
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.driver import request

URL = "http://127.0.0.1:1/v1/AUTH_p/stack-id/some%20object?temp_url_sig=1"


@pytest.mark.parametrize(
    ("url", "part"),
    [
        (URL, None),
        ("nonsense", "Swift TempURL path"),
        ("http://[nonsense", "Swift TempURL path"),
        ("http://h/v2/AUTH_p/stack-id/o", "Swift TempURL path"),
        ("http://h/v1/AUTH_p/stack-id/", "Swift TempURL path"),
        ("http://h/v1/AUTH_p/another/o", "container name"),
        ({"a": "map"}, "Swift TempURL path"),
    ],
)
def test_what_a_handle_is(url: Any, part: str | None) -> None:
    problem = handle_problem(url, "stack-id")
    assert (problem is None) if part is None else (f"The {part} is invalid" in str(problem))


def test_time_is_up_with_nothing_to_look_at() -> None:
    kind = SwiftSignal()
    call = request(kind, {"handle": URL, "timeout": 5}, elapsed=5.1)
    progress = kind.create(call)
    assert (progress.outcome, progress.reason) == (Outcome.FAILED, "0 of 1 received")


def test_a_look_is_never_later_than_the_end() -> None:
    kind = SwiftSignal()
    progress = kind.create(request(kind, {"handle": URL, "timeout": 5}, elapsed=4.9))
    assert progress.outcome is Outcome.WAIT
    assert progress.after is not None
    assert 0 < progress.after < 0.2
    assert progress.waiting_for == "0 of 1 signal (until 00:00:05 from start)"


def test_a_handle_whose_container_is_gone_is_found_out() -> None:
    kind = SwiftSignalHandle()
    progress = kind.check(request(kind))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "NotFound")
