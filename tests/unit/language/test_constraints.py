from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import constraints
from heat_engine.language.constraints import Terms, first_failure, serialise
from heat_engine.language.schema import (
    Constraint,
    between,
    custom,
    length,
    one_of,
    pattern,
)
from heat_engine.language.unknown import UNKNOWN

MODULO = Constraint("modulo", {"step": 3, "offset": 1})
NEGATIVE = Constraint("modulo", {"step": -3, "offset": -1})


def failure(constraint: Constraint, value: Any, cast: Any = str) -> str | None:
    return first_failure([constraint], value, Terms(cast))


@pytest.mark.parametrize(
    ("constraint", "value"),
    [
        (between(1, 3), 3),
        (between(None, 3), -5),
        (length(1, 2), [1]),
        (length(1, None), {"a": 1}),
        (MODULO, 4),
        (NEGATIVE, -4),
        (one_of("a", "b"), "a"),
        (one_of("a", "b"), ["a", "b", "a"]),
        (pattern("a+"), "aaa"),
        (custom("ip_addr"), "::1"),
        (custom("nova.flavor"), "anything"),
        (between(1, 3), UNKNOWN),
        (one_of("a"), [UNKNOWN]),
    ],
)
def test_what_holds(constraint: Constraint, value: Any) -> None:
    assert failure(constraint, value) is None


@pytest.mark.parametrize(
    ("constraint", "value", "message"),
    [
        (between(1, 3), 4, "4 is out of range (min: 1, max: 3)"),
        (between(1), 0.5, "0.5 is out of range (min: 1, max: None)"),
        (length(2, 3), "a", "length (1) is out of range (min: 2, max: 3)"),
        (MODULO, 5, "5 is not a multiple of 3 with an offset of 1"),
        (one_of("a", 3), "3.0", '"3.0" is not an allowed value ["a", 3]'),
        (one_of("a"), ["a", "c"], '["a", "c"] is not an allowed value ["a"]'),
        (pattern("a+"), "ab", '"ab" does not match pattern "a+"'),
        (custom("nonsense"), "x", '"x" does not validate nonsense (constraint not found)'),
        (custom("ip_addr"), "x", "Error validating value 'x': Invalid IP address"),
    ],
)
def test_what_does_not(constraint: Constraint, value: Any, message: str) -> None:
    assert failure(constraint, value) == message


def test_allowed_values_are_compared_in_the_declared_type() -> None:
    assert failure(one_of("3"), 3, constraints.number) is None
    assert failure(one_of("x"), 3, constraints.number) == '3 is not an allowed value ["x"]'


def test_the_first_failure_wins_with_its_description() -> None:
    rules = [Constraint("length", {"min": 5, "max": None}, "too short"), pattern("b")]
    assert first_failure(rules, "a", Terms(str)) == "too short"
    assert first_failure(rules[1:], "a", Terms(str)) == '"a" does not match pattern "b"'


def test_custom_constraints_can_be_left_out() -> None:
    assert first_failure([custom("ip_addr")], "x", Terms(str, custom=False)) is None


def test_serialised_form() -> None:
    assert serialise(between(1)) == {"range": {"min": 1}}
    assert serialise(Constraint("allowed_values", [1], "d")) == {
        "allowed_values": [1],
        "description": "d",
    }


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", float("nan"), float("inf")])
def test_numbers_are_finite(value: Any) -> None:
    with pytest.raises(ValueError, match="is not a finite number"):
        constraints.number(value)
    assert constraints.number("1e3") == 1000.0
    assert constraints.number(10**400) == 10**400
