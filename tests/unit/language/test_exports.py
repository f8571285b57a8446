from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import template
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.template import BoundTemplate
from tests.unit.language.helpers import bind, cfn_snippet, messages


def outputs(partial: bool = False, **bodies: Any) -> BoundTemplate:
    parsed = template.parse(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": {"p": {"Type": "String", **({} if partial else {"Default": "x"})}},
            "Conditions": {"no": {"Fn::Equals": [1, 2]}},
            "Resources": {"r": {"Type": "T"}},
            "Outputs": {name: {"Value": "v", **body} for name, body in bodies.items()},
        }
    )
    names = pseudo("cfn", "stack", None, "project", modern=True)
    return parsed.bind(Parameters.resolve(parsed.parameters, {}, {}, names, partial=partial))


def exported(**body: Any) -> str | None:
    bound = outputs(o=body)
    assert bound.problems == ()
    return bound.outputs["o"].export


def test_names() -> None:
    assert exported() is None
    assert exported(Export={"Name": "net-id"}) == "net-id"
    assert exported(Export={"Name": {"Fn::Sub": "${AWS::StackName}-${p}"}}) == "stack-x"
    assert exported(Export={"Name": "net-id"}, Condition="no") is None


def test_a_name_that_is_not_known_yet() -> None:
    bound = outputs(partial=True, o={"Export": {"Name": {"Ref": "p"}}})
    assert (bound.problems, bound.outputs["o"].export) == ((), None)


def test_the_references_of_the_value_are_kept() -> None:
    bound = cfn_snippet({"Fn::GetAtt": "r.out"})
    assert len(bound.outputs["o"].references) == 1


@pytest.mark.parametrize(
    ("export", "message"),
    [
        ("x", "An export must be a map with the key Name"),
        ({}, "An export must be a map with the key Name"),
        ({"Name": "x", "More": 1}, "An export must be a map with the key Name"),
        ({"Name": 5}, "must be a text of 1 to 255 characters"),
        ({"Name": ""}, "must be a text of 1 to 255 characters"),
        ({"Name": "x" * 256}, "must be a text of 1 to 255 characters"),
        ({"Name": {"Ref": "r"}}, "may depend on parameters only"),
        ({"Name": {"Fn::Sub": "${r.out}"}}, "may depend on parameters only"),
        ({"Name": {"Fn::Join": 5}}, 'Incorrect arguments to "Fn::Join"'),
        ({"Name": {"Ref": "none"}}, '"none" (in unknown) is incorrect'),
        ({"Name": {"Fn::Select": ["x", ["a"]]}}, "must be an integer"),
    ],
)
def test_faults(export: Any, message: str) -> None:
    (problem,) = outputs(o={"Export": export}).problems
    assert problem.path[:3] == ("Outputs", "o", "Export")
    assert message in problem.message


def test_a_name_stands_once() -> None:
    text = """AWSTemplateFormatVersion: '2010-09-09'
Outputs:
  a: {Value: 1, Export: {Name: same}}
  b: {Value: 1, Export: {Name: other}}
  c: {Value: 1, Export: {Name: !Join ['', [sa, me]]}}
"""
    assert messages(text) == ['Outputs.c.Export: The output "a" is exported under the same name']
    bound = bind(text)
    assert bound.locate(bound.problems[0]).line == 5


def test_other_languages_have_no_exports() -> None:
    bound = bind("heat_template_version: 2021-04-16\noutputs: {o: {value: 1, Export: 5}}")
    assert (bound.problems, bound.outputs["o"].export) == ((), None)
