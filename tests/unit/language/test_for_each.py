from __future__ import annotations

import time
from typing import Any

import pytest

from common import errors
from heat_engine.language import document, functions, template
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.template import BoundTemplate
from tests.unit.language.helpers import Living, bind, cfn_snippet, messages

HEAD = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::LanguageExtensions\n"


def extended(text: str, **user: Any) -> BoundTemplate:
    return bind(HEAD + text, user)


def properties(bound: BoundTemplate) -> dict[str, Any]:
    return {
        name: functions.resolve(resource.properties, Living())
        for name, resource in bound.resources.items()
    }


def faults(text: str, **user: Any) -> list[str]:
    return messages(HEAD + text, user)


def test_resources() -> None:
    bound = extended(
        """
Parameters: {names: {Type: CommaDelimitedList, Default: 'a.1,b-2'}}
Resources:
  first: {Type: T}
  Fn::ForEach::Topics:
    - Name
    - !Ref names
    - 'Topic&{Name}':
        Type: T
        Properties:
          value: [!Ref Name, '${Name}', !Sub '<${Name}> ${AWS::StackName}', {'${Name}': 1}]
  last: {Type: T}
"""
    )
    assert bound.problems == ()
    assert list(bound.resources) == ["first", "Topica1", "Topicb2", "last"]
    made = properties(bound)
    assert made["Topica1"] == {"value": ["a.1", "a.1", "<a.1> stack", {"a.1": 1}]}
    assert made["Topicb2"] == {"value": ["b-2", "b-2", "<b-2> stack", {"b-2": 1}]}


def test_loops_in_loops() -> None:
    bound = extended(
        """
Mappings: {m: {x: {zones: [1, 2]}, y: {zones: [3]}}}
Resources:
  Fn::ForEach::Outer:
    - A
    - [x, y]
    - Fn::ForEach::Inner:
        - B
        - !FindInMap [m, !Ref A, zones]
        - 'r${A}${B}': {Type: T, Properties: {text: '${A}:${B}'}}
"""
    )
    assert properties(bound) == {
        "rx1": {"text": "x:1"},
        "rx2": {"text": "x:2"},
        "ry3": {"text": "y:3"},
    }


def test_properties_outputs_and_conditions() -> None:
    bound = extended(
        """
Parameters: {p: {Type: String, Default: b}}
Conditions:
  Fn::ForEach::C: [X, [a, b], {'is${X}': !Equals [!Ref p, !Ref X]}]
Resources:
  r:
    Type: Open
    Properties:
      Fn::ForEach::P: [X, [a, b], {'key${X}': '${X}', 'other${X}': !Ref p}]
      inner: {Fn::ForEach::Q: [X, [c], {'${X}': !Ref X}]}
  Fn::ForEach::R: [X, [a, b], {'s${X}': {Type: T, Condition: 'is${X}'}}]
Outputs:
  Fn::ForEach::O: [X, [a, b], {'o${X}': {Value: !Ref r, Condition: 'is${X}'}}]
"""
    )
    assert bound.problems == ()
    assert list(bound.resources) == ["r", "sb"]
    assert properties(bound)["r"] == {
        "keya": "a",
        "othera": "b",
        "keyb": "b",
        "otherb": "b",
        "inner": {"c": "c"},
    }
    assert {name: output.enabled for name, output in bound.outputs.items()} == {
        "oa": False,
        "ob": True,
    }


def test_references_to_what_a_loop_made() -> None:
    bound = extended(
        """
Resources:
  Fn::ForEach::R: [X, ['1', '2'], {'r${X}': {Type: T}}]
  last: {Type: T, DependsOn: r1, Properties: {value: !GetAtt r2.out}}
"""
    )
    assert bound.resources["last"].requires(bound.resources) == {"r1", "r2"}


def test_an_empty_collection_makes_nothing() -> None:
    assert (
        list(extended("Resources: {Fn::ForEach::R: [X, [], {'r${X}': {Type: T}}]}").resources) == []
    )


def test_a_missing_parameter_makes_nothing_of_its_loop() -> None:
    data, source = document.load(
        HEAD
        + """
Parameters: {p: {Type: CommaDelimitedList}}
Resources: {Fn::ForEach::R: [X, !Ref p, {'r${X}': {Type: T}}], a: {Type: T}}
"""
    )
    parsed = template.parse(data, {}, source)
    names = pseudo(parsed.dialect, "stack", None, "project")
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {}, {}, names, partial=True))
    assert (list(bound.resources), bound.problems) == (["a"], ())


@pytest.mark.parametrize(
    ("loop", "message"),
    [
        ("5", "must be of the form [identifier, collection, {name: value}]"),
        ("[X, [a]]", "must be of the form"),
        ("[X, [a], [b]]", "must be of the form"),
        ("[5, [a], {}]", "identifier of a loop must be a string"),
        ("[X, text, {}]", "collection of a loop must be a list"),
        ("[X, {a: b}, {}]", "collection of a loop must be a list"),
        ("[X, [[a]], {}]", "members of a loop's collection must be strings"),
        ("[X, [true], {}]", "members of a loop's collection must be strings"),
        ("[X, !Ref none, {}]", 'The specified reference "none" (in unknown) is incorrect.'),
        ("[X, !GetAtt a.b, {}]", 'The function "Fn::GetAtt" is invalid in this context'),
        ("[X, !Split [',', 5], {}]", "String to split must be string"),
        ("[X, [a], {Fn::ForEach::S: [X, [b], {}]}]", 'around this one has the identifier "X"'),
        ("[X, [a, b], {same: {Type: T}}]", 'There are two entries of the name "same"'),
    ],
)
def test_faults_of_loops(loop: str, message: str) -> None:
    found = faults(f"Resources:\n  a: {{Type: T}}\n  Fn::ForEach::R: {loop}\n")
    assert len(found) == 1
    assert found[0].startswith("Resources.Fn::ForEach::R")
    assert message in found[0]


def test_faults_of_what_loops_make_have_the_loops_line() -> None:
    text = """Resources:
  Fn::ForEach::R:
    - X
    - [a, b]
    - 'r${X}':
        Type: T
        Properties:
          value: !GetAtt none.out
      't${X}': {}
      'u${X}': {Type: T, Properties: {bogus: 1}}
Outputs:
  Fn::ForEach::O:
    - X
    - [a]
    - 'o${X}': {}
"""
    bound = extended(text)
    assert list(bound.resources) == ["ra", "ua", "rb", "ub"]
    found = [str(problem) for problem in bound.problems]
    assert found == [
        "Each Resource must contain a Type key. (in Resources.ta)",
        "Each Resource must contain a Type key. (in Resources.tb)",
        "Output validation error: Outputs.oa: Each output definition must contain a Value key.",
    ]
    assert [bound.locate(problem).line for problem in bound.problems] == [11, 11, 17]
    assert {
        'The specified reference "none" (in ra.Properties.value) is incorrect.',
        'The specified reference "none" (in rb.Properties.value) is incorrect.',
        "Property error: Resources.ua.Properties: Unknown Property bogus",
        "Property error: Resources.ub.Properties: Unknown Property bogus",
    } <= set(faults(text))


def test_loops_are_bounded() -> None:
    body: dict[str, Any] = {"x${A}${B}${C}${D}": {"Type": "T"}}
    for name in "DCBA":
        body = {f"Fn::ForEach::{name}": [name, [f"{n:0100}" for n in range(100)], body]}
    begun = time.process_time()
    bound = cfn_snippet("", Transform="AWS::LanguageExtensions", Resources=body)
    assert time.process_time() - begun < 10
    assert bound.resources == {}
    (problem,) = bound.problems
    assert "Functions expand a value to more than" in problem.message


def test_only_under_the_transform() -> None:
    text = "AWSTemplateFormatVersion: '2010-09-09'\nResources: {Fn::ForEach::R: [X, [], {}]}"
    with pytest.raises(errors.StackValidationFailed) as caught:
        bind(text)
    assert caught.value.message == (
        'Fn::ForEach::R needs "Transform: AWS::LanguageExtensions" at the top of the template'
    )


@pytest.mark.parametrize(
    ("transform", "unknown"),
    [
        ("AWS::Serverless-2016-10-31", ["AWS::Serverless-2016-10-31"]),
        (["AWS::LanguageExtensions", "Mine"], ["Mine"]),
        ({"Name": "AWS::Include"}, ["{'Name': 'AWS::Include'}"]),
    ],
)
def test_other_transforms(transform: Any, unknown: list[str]) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        cfn_snippet("", Transform=transform)
    assert caught.value.message == "\n".join(
        f'Transform: The transform "{name}" is not supported; there is AWS::LanguageExtensions only'
        for name in unknown
    )
