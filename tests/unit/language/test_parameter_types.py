from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import template
from heat_engine.language.constraint_schema import Fault
from heat_engine.language.parameter_types import LIST, STRING, kind_of, member_kind
from heat_engine.language.parameters import Parameters
from heat_engine.language.versions import Version

AWS = Version("AWSTemplateFormatVersion", "2010-09-09", "2010-09-09")
OLD = Version("HeatTemplateFormatVersion", "2012-12-12", "2012-12-12")
HOT = Version("heat_template_version", "2021-04-16", "2021-04-16")
MODERN = [
    "List<Number>",
    "List<String>",
    "AWS::EC2::VPC::Id",
    "List<AWS::EC2::Subnet::Id>",
    "AWS::SSM::Parameter::Name",
]


def resolve(given: Any, **declaration: Any) -> Parameters:
    parsed = template.parse(
        {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {"p": declaration}}
    )
    return Parameters.resolve(parsed.parameters, {"p": given})


@pytest.mark.parametrize("declared", MODERN)
def test_types_of_modern_templates(declared: str) -> None:
    assert kind_of(declared, AWS) == (LIST if declared.startswith("List<") else STRING)
    for version in (OLD, HOT):
        with pytest.raises(Fault) as caught:
            kind_of(declared, version)
        assert caught.value.messages == [f"Invalid type ({declared})"]


@pytest.mark.parametrize("declared", ["string", "Integer", "List<Json>", "List<>", 5, None, ["x"]])
def test_unknown_types(declared: Any) -> None:
    with pytest.raises(Fault):
        kind_of(declared, AWS)


def test_types_that_need_a_look_up() -> None:
    with pytest.raises(errors.InvalidSchemaError, match="no parameter store to look it up"):
        resolve("x", Type="AWS::SSM::Parameter::Value<String>")


def test_member_kinds() -> None:
    assert [member_kind(declared) for declared in ("String", "List<Number>", "List<String>")] == [
        None,
        "Number",
        "String",
    ]


@pytest.mark.parametrize("given", ["80, 20.5 ", ["80", " 20.5"], [80, 20.5]])
def test_a_list_of_numbers_is_seen_as_texts(given: Any) -> None:
    values = resolve(given, Type="List<Number>")
    assert values.value("p") == ["80", "20.5"]
    assert values.text("p") == "80,20.5"
    assert values.describe()["p"]["Type"] == "List<Number>"


def test_faults_of_members() -> None:
    with pytest.raises(errors.StackValidationFailed, match="could not convert string"):
        resolve("80,x", Type="List<Number>")
    with pytest.raises(errors.InvalidSchemaError, match="Invalid default 80,x"):
        resolve("80", Type="List<Number>", Default="80,x")
    assert resolve("", Type="List<Number>").value("p") == []


def test_constraints_of_members() -> None:
    declaration = {"Type": "List<Number>", "AllowedValues": [80, "443"]}
    assert resolve("80,443", **declaration).value("p") == ["80", "443"]
    with pytest.raises(errors.StackValidationFailed, match="is not an allowed value"):
        resolve("80,8080", **declaration)
    with pytest.raises(errors.StackValidationFailed, match="does not match pattern"):
        resolve("x", Type="AWS::EC2::VPC::Id", AllowedPattern="vpc-.*")
    pattern = {"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]+"}
    assert resolve("ab,c", **pattern).value("p") == ["ab", "c"]
    with pytest.raises(errors.StackValidationFailed, match='"2" does not match pattern'):
        resolve("ab,2", **pattern)


def test_commas_of_the_older_list_keep_their_blanks() -> None:
    assert resolve("a, b", Type="CommaDelimitedList").value("p") == ["a", " b"]
    assert resolve("a, b", Type="List<AWS::EC2::Subnet::Id>").value("p") == ["a", "b"]
