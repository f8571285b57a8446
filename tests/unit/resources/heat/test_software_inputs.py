"""Inputs and outputs of software configs."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.resources.heat import software_inputs


def test_what_says_nothing_is_not_stored() -> None:
    given = [
        {"name": "a", "default": None, "description": None, "replace_on_change": False},
        {"name": "b", "type": "Json", "replace_on_change": True, "value": None},
    ]
    assert software_inputs.inputs(given) == [
        {"name": "a", "type": "String"},
        {"name": "b", "type": "Json", "replace_on_change": True, "value": None},
    ]
    assert software_inputs.inputs(None) == []
    assert software_inputs.outputs([{"name": "o"}]) == [
        {"name": "o", "type": "String", "error_output": False}
    ]


@pytest.mark.parametrize(
    "given", [[{}], [{"name": "a", "type": "Text"}], [{"name": "a", "x": 1}], ["a"], "a", {"a": 1}]
)
def test_what_is_wrong_is_refused(given: Any) -> None:
    with pytest.raises(errors.StackValidationFailed):
        software_inputs.inputs(given)
    with pytest.raises(errors.StackValidationFailed):
        software_inputs.outputs(given)


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(errors.StackValidationFailed) as refused:
        software_inputs.inputs([{"name": "a", "type": "Text"}, {}])
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (None, 5, "5"),
        ("String", "5", "5"),
        ("String", {"a": 1}, '{"a": 1}'),
        ("Number", "5", 5),
        ("Number", "-2.5", -2.5),
        ("Number", "many", "many"),
        ("CommaDelimitedList", "a, b", ["a", "b"]),
        ("CommaDelimitedList", "", []),
        ("Json", "[1]", [1]),
        ("Json", "[1", "[1"),
        ("Boolean", "True", True),
        ("Boolean", "perhaps", "perhaps"),
        ("Number", None, None),
    ],
)
def test_a_value_in_the_type_of_its_input(kind: str | None, value: Any, read: Any) -> None:
    item = {"name": "a", "value": value} | ({"type": kind} if kind else {})
    assert software_inputs.coerced(item) == read


def test_a_given_null_wins_over_the_default() -> None:
    items = [{"name": "a", "default": 1}, {"name": "b", "default": 1, "value": None}]
    assert software_inputs.values(items) == {"a": 1, "b": None}
