from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import template
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.template import BoundTemplate
from tests.unit.language.helpers import bind


def importing(name: Any, partial: bool = False) -> BoundTemplate:
    parsed = template.parse(
        {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Parameters": {"p": {"Type": "String", **({} if partial else {"Default": "x"})}},
            "Resources": {"r": {"Type": "T"}},
            "Outputs": {"o": {"Value": {"Fn::ImportValue": name}}},
        }
    )
    names = pseudo("cfn", "stack", None, "project", modern=True)
    return parsed.bind(Parameters.resolve(parsed.parameters, {}, {}, names, partial=partial))


PLACE = ("Outputs", "o", "Value", "Fn::ImportValue")


def test_names_are_known_before_anything_is_made() -> None:
    assert importing("a").imports == {"a": PLACE}
    assert importing({"Fn::Sub": "${p}-a"}).imports == {"x-a": PLACE}
    assert importing({"Fn::Join": ["-", ["a", {"Ref": "p"}]]}).imports == {"a-x": PLACE}
    assert importing({"Ref": "p"}, partial=True).imports == {}
    assert importing({"Ref": "p"}, partial=True).problems == ()


@pytest.mark.parametrize(
    "name",
    [
        {"Ref": "r"},
        {"Fn::Sub": "${r}-a"},
        {"Fn::Join": ["", ["a", {"Fn::GetAtt": ["r", "out"]}]]},
        {"Fn::ImportValue": "a"},
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        {"Fn::ResourceFacade": "DeletionPolicy"},
    ],
)
def test_a_name_hangs_on_parameters_only(name: Any) -> None:
    problems = importing(name).problems
    assert problems[0].message == "The name of an import may depend on parameters only"
    assert problems[0].path == PLACE


def test_a_name_of_a_strange_form_is_left_to_the_check_of_the_snippet() -> None:
    for name in (5, "", ["a"], {"Ref": "nothing"}):
        assert importing(name).imports == {}


def test_a_name_has_an_end() -> None:
    assert importing("a" * 255).imports
    assert [problem.message for problem in importing("a" * 256).problems] == [
        "The name of an export has at most 255 characters"
    ]


def test_what_is_not_chosen_is_not_imported() -> None:
    text = """
    AWSTemplateFormatVersion: "2010-09-09"
    Conditions: {no: !Equals [1, 2]}
    Resources:
      r: {Type: T, Properties: {value: !If [no, !ImportValue a, !ImportValue b]}}
      s: {Type: T, Condition: no, Properties: {value: !ImportValue c}}
    Outputs:
      o: {Condition: no, Value: !ImportValue d}
    """
    assert [*bind(text).imports] == ["b"]
