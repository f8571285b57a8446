from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import cfn_value, snippet, value_of

CONDITIONS = {"yes_": True, "no_": False}


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        (True, "a"),
        ("yes_", "a"),
        ("no_", "b"),
        ({"not": "yes_"}, "b"),
        ({"equals": [{"get_param": "p"}, "x"]}, "a"),
        ({"get_param": "flag"}, "a"),
    ],
)
def test_if(condition: Any, value: str) -> None:
    given = {"p": "x", "flag": True}
    snippet_value = {"if": [condition, "a", "b"]}
    assert value_of(snippet_value, parameters=given, conditions=CONDITIONS) == value


def test_the_other_branch_is_never_read() -> None:
    value = {"if": ["yes_", {"get_resource": "r"}, {"get_attr": "nonsense"}]}
    bound = snippet(value, conditions=CONDITIONS)
    assert bound.problems == ()
    assert value_of(value, conditions=CONDITIONS) == "id-r"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"if": ["true", 1, 2]}, 'Invalid condition "true"'),
        ({"if": [5, 1, 2]}, 'Invalid condition "5"'),
        (
            {"if": [True]},
            (
                'Arguments to "if" must be of the form: '
                "[condition_name, value_if_true, value_if_false]"
            ),
        ),
        (
            {"if": [{"get_attr": ["r", "out"]}, 1, 2]},
            'The function "get_attr" is invalid in this context',
        ),
    ],
)
def test_faults(value: Any, message: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of(value, conditions=CONDITIONS)
    assert caught.value.problems[0].message == message


def test_two_arguments_only_in_the_latest_version() -> None:
    bound = snippet({"if": [True, 1]}, version="2018-08-31")
    assert "must be of the form" in bound.problems[0].message


def test_without_a_third_argument_the_entry_disappears() -> None:
    gone = {"if": [False, "x"]}
    assert value_of({"a": gone, "b": 1}) == {"b": 1}
    assert value_of([1, gone, 2]) == [1, 2]
    assert value_of(gone) is None
    assert value_of({"if": [True, "x"]}) == "x"
    assert value_of({"list_join": [",", ["a", gone]]}) == "a"


def test_fn_if() -> None:
    conditions = {"Yes": {"Fn::Equals": [1, 1]}}
    value = {"Fn::If": [{"Fn::Or": [{"Fn::Not": ["Yes"]}, "Yes"]}, "a", "b"]}
    assert cfn_value(value, Conditions=conditions) == "a"
    data = value_of(value, marker="HeatTemplateFormatVersion", version="2012-12-12")
    assert data == value
