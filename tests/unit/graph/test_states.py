from __future__ import annotations

import pytest

from heat_engine.graph import states
from heat_engine.graph.states import Action, Status


@pytest.mark.parametrize(
    ("verb", "action", "status", "allowed"),
    [
        ("create", "INIT", "COMPLETE", True),
        ("create", "CREATE", "IN_PROGRESS", True),
        ("create", "CREATE", "FAILED", False),
        ("update", "CREATE", "COMPLETE", True),
        ("update", "CREATE", "IN_PROGRESS", False),
        ("update", "DELETE", "FAILED", False),
        ("suspend", "CREATE", "COMPLETE", True),
        ("suspend", "CREATE", "FAILED", False),
        ("suspend", "SUSPEND", "FAILED", True),
        ("resume", "SUSPEND", "COMPLETE", True),
        ("resume", "RESUME", "FAILED", True),
        ("resume", "CREATE", "COMPLETE", False),
        ("check", "CREATE", "FAILED", True),
        ("check", "INIT", "COMPLETE", False),
    ],
)
def test_may_begin(verb: str, action: str, status: str, allowed: bool) -> None:
    assert states.may_begin(verb, action, status) is allowed


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", Status)
def test_anything_may_be_deleted(action: Action, status: Status) -> None:
    assert states.may_begin("delete", action, status)


def test_refusal() -> None:
    assert states.refusal("resume", "CREATE", "COMPLETE") == (
        "State ('CREATE', 'COMPLETE') invalid for resume"
    )


def test_what_the_table_does_not_hold_raises() -> None:
    with pytest.raises(ValueError, match="SIGNAL"):
        states.may_begin("create", "SIGNAL", "COMPLETE")
