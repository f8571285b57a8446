from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.heat.value import Value
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.driver import change, request, run

KIND = Value()


@pytest.mark.parametrize("value", ["5", 5, [1, {"a": None}], {"a": UNKNOWN}, None, True])
def test_value_is_kept_as_it_was_given(value: Any) -> None:
    _, made = run(KIND.create, request(KIND, {"value": value}))
    assert KIND.read(made, "value") == value
    assert made.physical_id == "stack-thing-abc"


def test_a_number_in_text_stays_text() -> None:
    call = request(KIND, {"value": "5", "type": "number"})
    assert KIND.validate(call.properties, 60) == ()
    _, made = run(KIND.create, call)
    assert KIND.read(made, "value") == "5"


def test_update_changes_the_value_in_place() -> None:
    _, made = run(KIND.create, request(KIND, {"value": "a"}))
    progress, changed = run(KIND.update, change(KIND, made, {"value": "b"}))
    assert progress.outcome is Outcome.DONE
    assert KIND.read(changed, "value") == "b"
    assert changed.physical_id == made.physical_id


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        ("number", "x", False),
        ("number", 1.5, True),
        ("number", True, False),
        ("boolean", "perhaps", False),
        ("boolean", "Yes", True),
        ("json", "[1]", True),
        ("json", "{", False),
        ("json", "1", False),
        ("comma_delimited_list", 1, False),
        ("comma_delimited_list", ["a"], True),
        ("string", {"a": 1}, False),
        ("string", "a", True),
        ("number", UNKNOWN, True),
    ],
)
def test_type_only_checks(kind: str, value: Any, *, fits: bool) -> None:
    problems = KIND.validate({"value": value, "type": kind}, 60)
    assert list(problems) == ([] if fits else [f"The value is not a {kind}."])


def test_what_it_will_say_is_known_before() -> None:
    wanted = request(KIND, {"value": [1]}, verb="create")
    assert KIND.foreseen(wanted, "value") == [1]
    assert KIND.foreseen(wanted, "show") is UNKNOWN
