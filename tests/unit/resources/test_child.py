"""The cause that a nested stack's reason names."""

from __future__ import annotations

import pytest

from heat_engine.resources.child import Cause, cause


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        (
            "Resource CREATE failed: ValueError: resources.inner: boom",
            Cause("ValueError", "resources.inner", "boom"),
        ),
        (
            "Resource UPDATE failed: E: resources.a.resources[0]: at http://x: no",
            Cause("E", "resources.a.resources[0]", "at http://x: no"),
        ),
        ("Timed out", Cause("", "", "Timed out")),
        ("Stack CREATE cancelled", Cause("", "", "Stack CREATE cancelled")),
        (
            "Resource CREATE failed: resources.a: Timed out",
            Cause("", "resources.a", "Timed out"),
        ),
        (
            "Resource CREATE failed: E: resources.a: two\nlines",
            Cause("E", "resources.a", "two\nlines"),
        ),
    ],
)
def test_the_cause(reason: str, found: Cause) -> None:
    assert cause(reason) == found


def test_a_cancelled_stack_further_in_keeps_its_place() -> None:
    assert cause("Resource UPDATE failed: resources.a.resources[0]: Timed out: late") == Cause(
        "", "resources.a.resources[0]", "Timed out: late"
    )


def test_of_a_check_the_first_failure_counts() -> None:
    told = "Resource CHECK failed: NotFound: resources.n: gone: for good"
    assert cause(f"Resource CHECK failed: n: {told}") == Cause(
        "NotFound", "resources.n", "gone: for good"
    )
    assert cause(f"Resource CHECK failed: n: {told}; m: {told}; o: {told}") == Cause(
        "NotFound", "resources.n", "gone: for good (and 2 more)"
    )
