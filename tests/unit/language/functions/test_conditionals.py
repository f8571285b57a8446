from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import functions, validation
from tests.unit.language.helpers import TYPES, Living, cfn_snippet, cfn_value, snippet, value_of

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


def test_a_fault_of_the_condition_is_told_with_the_place_and_with_the_other_faults() -> None:
    missing = {"equals": [{"get_param": "nobody"}, 1]}
    bound = snippet([{"if": [missing, "x", "y"]}, {"if": ["none", "x", "y"]}])
    assert [str(problem) for problem in bound.problems] == [
        "outputs.o.value[0].if: The Parameter (nobody) was not provided.",
        'outputs.o.value[1].if: Invalid condition "none"',
    ]


def test_fn_if() -> None:
    conditions = {"Yes": {"Fn::Equals": [1, 1]}}
    value = {"Fn::If": [{"Fn::Or": [{"Fn::Not": ["Yes"]}, "Yes"]}, "a", "b"]}
    assert cfn_value(value, Conditions=conditions) == "a"
    data = value_of(value, marker="HeatTemplateFormatVersion", version="2012-12-12")
    assert data == value


def test_a_condition_by_reference() -> None:
    conditions = {
        "Yes": {"Fn::Equals": [1, 1]},
        "Same": {"Condition": "Yes"},
        "No": {"Fn::Not": [{"Condition": "Same"}]},
        "All": {"Fn::And": [{"Condition": "Yes"}, {"Fn::Not": [{"Condition": "No"}]}]},
    }
    for name, value in (("Same", "a"), ("No", "b"), ("All", "a")):
        for condition in (name, {"Condition": name}):
            assert cfn_value({"Fn::If": [condition, "a", "b"]}, Conditions=conditions) == value
    assert cfn_value({"Condition": "Yes"}, Conditions=conditions) == {"Condition": "Yes"}


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"c": {"Condition": "none"}}, 'Invalid condition "none"'),
        ({"c": {"Condition": ["c"]}}, 'Argument to "Condition" must be the name of a condition'),
        (
            {"c": {"Condition": "d"}, "d": {"Condition": "c"}},
            'Circular definition for condition "c"',
        ),
    ],
)
def test_faults_of_references_to_conditions(conditions: Any, message: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        cfn_value({"Fn::If": ["c", "a", "b"]}, Conditions=conditions)
    assert caught.value.problems[0].message == message


def test_no_value_removes_the_entry() -> None:
    gone = {"Ref": "AWS::NoValue"}
    value = {"a": {"Fn::If": ["no", "x", gone]}, "b": [1, gone], "c": {"Fn::If": ["no", gone, 2]}}
    assert cfn_value(value, Conditions={"no": {"Fn::Equals": [1, 2]}}) == {"b": [1], "c": 2}
    assert cfn_value(gone) is None
    assert cfn_value({"Fn::Join": [",", ["a", gone]]}) == "a"
    assert cfn_value({"Fn::Sub": "a${AWS::NoValue}b"}) == "ab"
    with pytest.raises(errors.StackValidationFailed):
        cfn_value({"Fn::Base64": gone})


def test_no_value_leaves_a_property_to_its_default() -> None:
    body = {"Type": "T", "Properties": {"size": {"Ref": "AWS::NoValue"}, "text": "t"}}
    bound = cfn_snippet("", Resources={"a": body})
    assert functions.resolve(bound.resources["a"].properties, Living()) == {"text": "t"}
    assert validation.validate(bound, TYPES.get) == []
