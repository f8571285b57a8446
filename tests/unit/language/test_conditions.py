from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import template, validation
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.template import BoundTemplate
from tests.unit.language.helpers import TYPES

PARAMETERS = {
    "tier": {"type": "string", "default": "gold"},
    "flag": {"type": "boolean", "default": True},
    "text": {"type": "string", "default": "True"},
    "missing": {"type": "string"},
}


def bind(
    conditions: Any, condition: Any = "c", version: str = "2018-08-31", partial: bool = True
) -> BoundTemplate:
    resources = {"a": {"type": "T", "condition": condition}}
    parsed = template.parse(
        {
            "heat_template_version": version,
            "parameters": PARAMETERS,
            "conditions": conditions,
            "resources": resources,
        }
    )
    return parsed.bind(Parameters.resolve(parsed.parameters, {}, partial=partial))


def messages(conditions: Any, condition: Any = "c", version: str = "2018-08-31") -> list[str]:
    bound = bind(conditions, condition, version)
    return [str(problem) for problem in validation.validate(bound, TYPES.get)]


@pytest.mark.parametrize(
    ("definition", "enabled"),
    [
        (True, True),
        (False, False),
        ({"equals": [{"get_param": "tier"}, "gold"]}, True),
        ({"equals": [1, "1"]}, False),
        ({"not": {"equals": [1, 1]}}, False),
        ({"not": "other"}, True),
        ({"get_param": "flag"}, True),
        ({"and": [True, "other"]}, False),
        ({"and": [True, {"not": "other"}, True]}, True),
        ({"or": ["other", True]}, True),
        ({"or": [True, 5]}, True),
        ({"and": [False, 5]}, False),
        ({"contains": ["a", ["a", "b"]]}, True),
    ],
)
def test_definitions(definition: Any, enabled: bool) -> None:
    bound = bind({"c": definition, "other": False})
    assert bound.problems == ()
    assert ("a" in bound.resources) is enabled


def test_a_condition_may_stand_inline() -> None:
    assert "a" not in bind({}, {"equals": [1, 2]}).resources
    assert "a" in bind({}, True).resources
    assert "a" not in bind({"c": True}, {"not": "c"}).resources


def test_what_hangs_on_a_missing_parameter_counts_as_there() -> None:
    bound = bind({"c": {"equals": [{"get_param": "missing"}, "x"]}})
    assert list(bound.resources) == ["a"]
    assert bound.problems == ()


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({}, 'resources.a.condition: Invalid condition "c"'),
        (
            {"c": "other", "other": True},
            (
                "Condition validation error: conditions.c: "
                'The definition of condition "c" is invalid: other'
            ),
        ),
        (
            {"c": {"get_param": "text"}},
            (
                "Condition validation error: conditions.c: "
                'The definition of condition "c" is invalid: True'
            ),
        ),
        (
            {"c": {"not": "c"}},
            ('Condition validation error: conditions.c: Circular definition for condition "c"'),
        ),
        (
            {"c": {"equals": [{"get_attr": ["a", "x"]}, 1]}},
            ('conditions.c.equals[0].get_attr: The function "get_attr" is invalid in this context'),
        ),
        (
            {"c": {"equals": [1]}},
            'conditions.c.equals: Arguments to "equals" must be of the form: [value_1, value_2]',
        ),
        ({"c": {"not": None}}, 'conditions.c.not: Argument to "not" must be a condition'),
        (
            {"c": {"and": "x"}},
            'conditions.c.and: Arguments to "and" must be a list of conditions',
        ),
        (
            {"c": {"or": [True]}},
            'conditions.c.or: The minimum number of condition arguments to "or" is 2.',
        ),
        ({"c": {"and": [True, 5]}}, 'conditions.c: Invalid condition "5"'),
    ],
)
def test_faults(conditions: Any, message: str) -> None:
    assert message in messages(conditions)


def test_what_cloudformation_takes_in_conditions() -> None:
    def problems(definition: Any, **more: Any) -> list[str]:
        document = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "a,b"}},
            "Conditions": {"C": definition},
            "Resources": {"A": {"Type": "T", "Condition": "C"}},
            **more,
        }
        parsed = template.parse(document)
        always = pseudo("cfn", "s", None, "p", modern=True)
        bound = parsed.bind(Parameters.resolve(parsed.parameters, {}, pseudo=always))
        assert bound.problems or "A" in bound.resources
        return [str(problem) for problem in bound.problems]

    joined = {"Fn::Join": ["", {"Ref": "P"}]}
    assert problems({"Fn::Equals": [joined, "ab"]}) == []
    first = {"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}
    assert problems({"Fn::Equals": [{"Fn::Sub": ["${x}-", {"x": first}]}, "a-"]}) == []
    named = {"Ref": {"Fn::Sub": ["${x}", {"x": "P"}]}}
    loops = {"Transform": "AWS::LanguageExtensions"}
    assert problems({"Fn::Equals": [named, ["a", "b"]]}, **loops) == []
    (told,) = problems({"Fn::Equals": [{"Fn::Sub": "${A}"}, "x"]})
    assert told == 'Conditions.C: The specified reference "A" (in unknown) is incorrect.'
    (told,) = problems({"Fn::Equals": [{"Ref": "AWS::NoValue"}, "x"]})
    assert told.endswith('Arguments to "Fn::Equals" must be of the form: [value_1, value_2]')


def test_the_type_of_a_resources_condition() -> None:
    for condition in (5, None):
        assert messages({}, condition) == ["Resource a condition type must be string_or_boolean"]


def test_an_outputs_condition_that_says_nothing() -> None:
    outputs = {"o": {"value": 1, "condition": None}}
    parsed = template.parse({"heat_template_version": "2018-08-31", "outputs": outputs})
    (problem,) = parsed.bind(Parameters.resolve({}, {})).problems
    assert str(problem) == "Output o condition type must be string or boolean"


def test_definitions_nobody_refers_to_are_checked_for_form_only() -> None:
    assert messages({"c": True, "unused": {"not": "nobody"}}) == []
    assert len(messages({"c": True, "unused": 5})) == 1


def test_a_circle_of_several() -> None:
    found = messages({"c": {"not": "d"}, "d": {"not": "e"}, "e": {"not": "c"}})
    assert len(found) == 1
    assert "Circular definition for condition" in found[0]


def test_a_long_chain_needs_no_deep_stack() -> None:
    chain: dict[str, Any] = {f"c{n}": {"not": f"c{n + 1}"} for n in range(5000)}
    chain["c5000"] = True
    bound = bind(chain, "c0")
    assert bound.problems == ()
    assert "a" in bound.resources


def test_contains_is_no_condition_before_its_version() -> None:
    found = messages({"c": {"contains": ["a", ["a"]]}}, version="2016-10-14")
    assert "The definition of condition" in found[0]


def test_cfn_words() -> None:
    parsed = template.parse(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": {"P": {"Type": "String", "Default": "x"}},
            "Mappings": {"M": {"k": {"v": "x"}}},
            "Conditions": {
                "Same": {"Fn::Equals": [{"Ref": "P"}, {"Fn::FindInMap": ["M", "k", "v"]}]},
                "Other": {"Fn::Not": ["Same"]},
                "Both": {"Fn::And": ["Same", {"Fn::Not": ["Other"]}]},
            },
            "Resources": {
                "a": {"Type": "T", "Condition": "Both"},
                "b": {"Type": "T", "Condition": "Other"},
                "c": {"Type": "T", "Condition": 5},
            },
        }
    )
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {}))
    assert list(bound.resources) == ["a"]
    assert [str(problem) for problem in bound.problems] == [
        "Resource c condition type must be string or boolean"
    ]


@pytest.mark.parametrize("definition", [{"get_param": "p"}, {"not": {"get_param": "p"}}])
def test_a_fault_does_not_show_the_value_of_a_hidden_parameter(definition: Any) -> None:
    parsed = template.parse(
        {
            "heat_template_version": "2018-08-31",
            "parameters": {"p": {"type": "string", "hidden": True}},
            "conditions": {"c": definition},
            "resources": {"a": {"type": "T", "condition": "c"}},
        }
    )
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {"p": "S3cret!"}))
    (problem,) = validation.validate(bound, TYPES.get)
    assert "******" in str(problem)
    assert "S3cret!" not in str(problem)


def test_a_name_that_is_no_text() -> None:
    found = messages({1: 2}, True)
    message = 'The definition of condition "1" is invalid: 2'
    assert found == [f"Condition validation error: conditions[1]: {message}"]


@pytest.mark.parametrize(
    "circle",
    [
        {"equals": [{"not": "c"}, True]},
        {"equals": [{"equals": [{"not": "c"}, 1]}, {"not": True}]},
        {"not": {"get_param": "itself"}},
    ],
)
def test_a_circle_through_other_functions_is_told(circle: Any) -> None:
    parsed = template.parse(
        {
            "heat_template_version": "2018-08-31",
            "parameters": {"itself": {"type": "string", "default": "c"}},
            "conditions": {"c": circle},
            "resources": {"a": {"type": "T", "condition": "c"}},
        }
    )
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {}, partial=True))
    found = [str(problem) for problem in validation.validate(bound, TYPES.get)]
    assert found, circle
    assert 'Circular definition for condition "c"' in found[0]


def test_a_long_chain_through_other_functions_is_no_recursion() -> None:
    chain: dict[str, Any] = {f"c{n}": {"equals": [{"not": f"c{n + 1}"}, True]} for n in range(1500)}
    assert messages({**chain, "c1500": {"equals": [1, 1]}}, "c0") == []
