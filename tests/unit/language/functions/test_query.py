from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import functions
from heat_engine.language.scope import Static
from heat_engine.language.unknown import UNKNOWN
from tests.unit.language.helpers import Living, snippet, value_of


def query(expression: Any, data: Any = None, **options: Any) -> Any:
    return value_of({"yaql": {"expression": expression, "data": data}}, **options)


def test_data_and_functions_in_the_arguments() -> None:
    assert query("$.data.a + 1", {"a": 2}) == 3
    assert query({"get_param": "p"}, {"a": [1, 2]}, parameters={"p": "$.data.a.sum()"}) == 3
    data = {"names": {"get_attr": ["r", "out"]}}
    assert value_of(
        {"yaql": {"expression": "$.data.names.orderBy($)", "data": data}}, Living(out=["b", "a"])
    ) == ["a", "b"]
    assert value_of({"yaql": {"expression": "$.data"}}) == {}


def test_a_value_not_known_yet() -> None:
    bound = snippet({"yaql": {"expression": "$.data", "data": {"get_resource": "r"}}})
    assert functions.resolve(bound.outputs["o"].value, Static()) is UNKNOWN
    assert [reference.target for reference in bound.outputs["o"].references] == ["r"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("$.data", 'Arguments to "yaql" must be a map.'),
        (["$.data"], 'Arguments to "yaql" must be a map.'),
        ({"data": 1}, '"yaql" syntax should be yaql:'),
        ({"expression": "$", "more": 1}, '"yaql" syntax should be yaql:'),
        ({"expression": 5}, 'The "expression" argument to yaql must contain a string.'),
        ({"expression": ["$"]}, 'The "expression" argument to yaql must contain a string.'),
        ({"expression": "$["}, "Bad expression Parse error: unexpected end of statement."),
        ({"expression": "'"}, "Bad expression Lexical error: illegal character ''' at position 0."),
        ({"expression": "1" * 8193}, "Bad expression It is longer than 8192 characters."),
    ],
)
def test_faults_of_form_are_found_before_anything_runs(arguments: Any, message: str) -> None:
    (problem,) = snippet({"yaql": arguments}).problems
    assert problem.message.startswith(message)
    assert problem.path == ("outputs", "o", "value", "yaql")


def test_a_computed_expression_is_checked_when_it_is_known() -> None:
    with pytest.raises(errors.StackValidationFailed, match="Bad expression"):
        query({"get_param": "p"}, parameters={"p": "$["})
    with pytest.raises(errors.StackValidationFailed, match="must contain a string"):
        query({"get_param": "p"}, parameters={"p": ["$"]})


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("int($.data)", "The expression fails: a function cannot use a value (ValueError)"),
        ("$.data[7]", "The expression fails: a key or position is not there (IndexError)"),
    ],
)
def test_a_failure_is_told_without_the_value(expression: str, message: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        query(expression, ["secret"] if "[" in expression else "secret")
    assert caught.value.problems[0].message == message


def test_conditions_may_use_it_in_later_versions() -> None:
    condition = {"yaql": {"expression": "$.data > 1", "data": 2}}
    value = {"if": [condition, "yes", "no"]}
    assert value_of(value, version="2017-09-01") == "yes"
    with pytest.raises(errors.StackValidationFailed, match="invalid in this context"):
        value_of(value, version="2017-02-24")
    assert query("1", version="2016-10-14") == 1
    assert query("1", version="2016-04-08") == {"yaql": {"expression": "1", "data": None}}
