from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import template
from heat_engine.language.parameters import Parameters, pseudo
from tests.unit.language.helpers import bind, cfn_snippet, messages

PARAMETERS = {"size": "small", "list": ["a", "b"], "n": 5}
HOLDS: list[Any] = [
    {"Fn::Equals": [{"Ref": "size"}, "small"]},
    {"Fn::Contains": [["small", "large"], {"Ref": "size"}]},
    {"Fn::Contains": [[1, "5"], {"Ref": "n"}]},
    {"Fn::Contains": [{"Ref": "list"}, "b"]},
    {"Fn::Not": [{"Fn::Contains": [[], {"Ref": "size"}]}]},
    {"Fn::EachMemberEquals": [{"Fn::RefAll": "String"}, "small"]},
    {"Fn::EachMemberEquals": [["a", "a"], "a"]},
    {"Fn::EachMemberIn": [{"Ref": "list"}, ["a", "b", "c"]]},
    {"Fn::And": [{"Fn::Equals": [1, 1]}, {"Fn::Not": [{"Fn::Equals": [1, 2]}]}]},
    {"Fn::Or": [{"Fn::Equals": [1, 2]}, {"Fn::Equals": [{"Fn::RefAll": "Number"}, [5]]}]},
    {"Fn::Equals": [{"Fn::RefAll": "CommaDelimitedList"}, ["a", "b"]]},
    {"Fn::Equals": [{"Fn::RefAll": "None"}, []]},
]
BREAKS: list[Any] = [
    {"Fn::Contains": [["large"], {"Ref": "size"}]},
    {"Fn::EachMemberEquals": [{"Ref": "list"}, "a"]},
    {"Fn::EachMemberIn": [{"Ref": "list"}, ["a"]]},
]


def found(rules: Any) -> list[str]:
    bound = cfn_snippet("", parameters=PARAMETERS, Rules=rules)
    return [str(problem) for problem in bound.problems]


@pytest.mark.parametrize("assertion", HOLDS)
def test_rules_that_hold(assertion: Any) -> None:
    assert found({"r": {"Assertions": [{"Assert": assertion}]}}) == []


@pytest.mark.parametrize("assertion", BREAKS)
def test_rules_that_are_broken(assertion: Any) -> None:
    rule = {"Assertions": [{"Assert": assertion, "AssertDescription": "take another"}]}
    assert found({"r": rule}) == ['Rules.r.Assertions[0]: The rule "r" is broken: take another']


def test_a_rule_applies_under_its_condition() -> None:
    for condition, count in ((HOLDS[0], 1), (BREAKS[0], 0)):
        rule = {"RuleCondition": condition, "Assertions": [{"Assert": BREAKS[0]}]}
        assert len(found({"r": rule})) == count


def test_all_broken_rules_are_reported_with_their_lines() -> None:
    text = """AWSTemplateFormatVersion: '2010-09-09'
Parameters: {p: {Type: String, Default: x}}
Rules:
  first:
    Assertions:
      - Assert: !Equals [!Ref p, y]
      - Assert: !Contains [[a, b], !Ref p]
        AssertDescription: a or b
  second: {Assertions: [{Assert: !Not [!Equals [!Ref p, x]]}]}
Resources: {a: {Type: Bogus}}
"""
    assert messages(text) == [
        'Rules.first.Assertions[0]: The rule "first" is broken: the assertion does not hold',
        'Rules.first.Assertions[1]: The rule "first" is broken: a or b',
        'Rules.second.Assertions[0]: The rule "second" is broken: the assertion does not hold',
        "Resources.a.Type: The Resource Type (Bogus) could not be found.",
    ]
    bound = bind(text)
    assert [bound.locate(problem).line for problem in bound.problems] == [6, 7, 9]


def test_a_rule_over_a_missing_value_is_left_out() -> None:
    parsed = template.parse(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": {"p": {"Type": "String"}},
            "Rules": {
                "r": {"Assertions": [{"Assert": {"Fn::Equals": [{"Ref": "p"}, "x"]}}]},
                "s": {
                    "Assertions": [
                        {"Assert": {"Fn::EachMemberEquals": [{"Fn::RefAll": "String"}, "x"]}}
                    ]
                },
            },
        }
    )
    names = pseudo("cfn", "s", None, "p", modern=True)
    values = Parameters.resolve(parsed.parameters, {}, {}, names, partial=True)
    assert parsed.bind(values).problems == ()


@pytest.mark.parametrize(
    ("assertion", "message"),
    [
        ({"Fn::Contains": ["a"]}, 'Arguments to "Fn::Contains" must be of the form [list, value]'),
        ({"Fn::Contains": ["a", "b"]}, "must be of the form [list, value]"),
        ({"Fn::EachMemberIn": [["a"], "b"]}, "must be of the form [list, list]"),
        ({"Fn::Equals": [{"Fn::RefAll": ["a"]}, 1]}, "must be a type of parameters"),
        ({"Fn::Equals": [{"Ref": "none"}, 1]}, '"none" (in unknown) is incorrect'),
        ({"Fn::Equals": [{"Ref": "r"}, 1]}, '"r" (in unknown) is incorrect'),
        ({"Fn::GetAtt": ["r", "out"]}, 'The function "Fn::GetAtt" is invalid in this context'),
        ({"Fn::Equals": [{"Fn::ValueOf": ["size", "Tags"]}, 1]}, "do not look up attributes"),
        ({"Fn::EachMemberIn": [{"Fn::ValueOfAll": ["a", "b"]}, []]}, "do not look up attributes"),
        ({"a": "b"}, "A rule function must stand here"),
        ("text", "A rule function must stand here"),
        ({"Ref": "size"}, 'Invalid condition "small"'),
    ],
)
def test_faults_of_assertions(assertion: Any, message: str) -> None:
    (problem,) = found({"rule": {"Assertions": [{"Assert": assertion}]}})
    assert problem.startswith("Rules.rule.Assertions[0].Assert")
    assert message in problem


def test_faults_of_form_are_reported_at_once() -> None:
    rules = {
        "a": 5,
        "b": {},
        "c": {"Assertions": []},
        "d": {"Assertions": ["x", {"AssertDescription": "y"}], "Bogus": 1},
        "e": {"Assertions": [{"Assert": True, "Bogus": 1}]},
    }
    with pytest.raises(errors.StackValidationFailed) as caught:
        found(rules)
    assert caught.value.message.splitlines() == [
        *(f"Rules.{n}: A rule must be a map with a list of Assertions" for n in "abc"),
        'Rules.d: "Bogus" is not one of the keys RuleCondition, Assertions',
        "Rules.d.Assertions[0]: An assertion must be a map with the key Assert",
        "Rules.d.Assertions[1]: An assertion must be a map with the key Assert",
        'Rules.e.Assertions[0]: "Bogus" is not one of the keys Assert, AssertDescription',
    ]
    with pytest.raises(errors.StackValidationFailed, match='The "Rules" section must be a map'):
        found([1])


def test_functions_of_rules_stand_in_rules_only() -> None:
    bound = cfn_snippet({"Fn::Contains": [["a"], "a"]})
    assert bound.outputs["o"].value == {"Fn::Contains": [["a"], "a"]}
