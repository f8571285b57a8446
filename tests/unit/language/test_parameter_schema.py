from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import parameter_schema, versions
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.patterns import Patience

LATEST = versions.of({"heat_template_version": "2018-08-31"})
OLD = versions.of({"heat_template_version": "2013-05-23"})
CFN = versions.of({"AWSTemplateFormatVersion": "2010-09-09"})


def read(declaration: Any, version: versions.Version = LATEST) -> ParameterSchema:
    schema, problems = parameter_schema.parse("p", declaration, version, Patience())
    assert not problems
    assert schema is not None
    return schema


def faults(declaration: Any, version: versions.Version = LATEST) -> list[str]:
    return [str(p) for p in parameter_schema.parse("p", declaration, version, Patience())[1]]


def test_hot_keys() -> None:
    schema = read(
        {
            "type": "comma_delimited_list",
            "label": "L",
            "description": "D",
            "default": "a,b",
            "hidden": "false",
            "immutable": True,
            "tags": ["t"],
            "constraints": [{"length": {"max": 3}, "description": "short"}],
        }
    )
    assert (schema.type, schema.label, schema.description) == ("CommaDelimitedList", "L", "D")
    assert schema.hidden
    assert schema.immutable
    assert schema.tags == ("t",)
    assert schema.constraints[0].description == "short"


def test_cfn_keys() -> None:
    schema = read(
        {
            "Type": "String",
            "Default": "abc",
            "NoEcho": "TRUE",
            "AllowedValues": ["abc", "abcd"],
            "AllowedPattern": "[a-z]*",
            "MinLength": "2",
            "MaxLength": 9,
            "ConstraintDescription": "nice",
        },
        CFN,
    )
    assert schema.hidden
    assert [c.rule for c in schema.constraints] == ["length", "allowed_values", "allowed_pattern"]
    assert {c.description for c in schema.constraints} == {"nice"}
    assert not read({"Type": "String", "NoEcho": "yes"}, CFN).hidden


@pytest.mark.parametrize(
    ("declaration", "version", "message"),
    [
        ("x", LATEST, "Invalid parameter (p), expected a mapping"),
        ({"type": "string", "x": 1}, LATEST, "Invalid key 'x' for parameter (p)"),
        ({"type": "string", "tags": []}, OLD, "Invalid key 'tags' for parameter (p)"),
        ({}, LATEST, "Missing parameter type for parameter: p"),
        ({"type": "String"}, LATEST, "Invalid type (String)"),
        ({"Type": "string"}, CFN, "Invalid type (string)"),
        ({"Type": "List<Json>"}, CFN, "Invalid type (List<Json>)"),
        (
            {"type": "string", "tags": "t"},
            LATEST,
            "Tags property should be a list for parameter: p",
        ),
        (
            {"type": "json", "constraints": [{"range": {"min": 1}}]},
            LATEST,
            "Parameter 'p' is invalid: Range constraint invalid for json",
        ),
        (
            {"type": "json", "constraints": [{"custom_constraint": "ip_addr"}]},
            LATEST,
            "Parameter 'p' is invalid: CustomConstraint constraint invalid for json",
        ),
        (
            {"type": "number", "constraints": [{"allowed_values": [1, "x"]}]},
            LATEST,
            'Parameter \'p\' is invalid: Value "x" is invalid for data type "number".',
        ),
        (
            {"type": "number", "default": 9, "constraints": [{"range": {"max": 5}}]},
            LATEST,
            "Parameter 'p' is invalid: Invalid default 9 (9 is out of range (min: None, max: 5))",
        ),
        (
            {"type": "number", "default": "x"},
            LATEST,
            (
                "Parameter 'p' is invalid: Invalid default x "
                "(could not convert string to float: 'x')"
            ),
        ),
        (
            {"type": "comma_delimited_list", "default": 5},
            LATEST,
            (
                "Parameter 'p' is invalid: Invalid default 5 (Default must be a comma-delimited "
                "list string: 'int' object has no attribute 'split')"
            ),
        ),
    ],
)
def test_faults(declaration: Any, version: versions.Version, message: str) -> None:
    assert faults(declaration, version) == [message]


def test_several_faults_of_one_declaration_are_found_at_once() -> None:
    found = faults({"x": 1, "y": 2})
    assert len(found) == 3


def test_custom_constraints_are_left_out_of_the_check_of_the_default() -> None:
    read({"type": "string", "default": "x", "constraints": [{"custom_constraint": "ip_addr"}]})


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("string", "x", "x"),
        ("string", 1.50, "1.5"),
        ("string", True, "True"),
        ("string", {"a": 1}, "{'a': 1}"),
        ("number", "3", 3),
        ("number", "3.5", 3.5),
        ("number", 7, 7),
        ("number", True, True),
        ("comma_delimited_list", "a, b", ["a", " b"]),
        ("comma_delimited_list", "", []),
        ("comma_delimited_list", ["a", 1], ["a", "1"]),
        ("json", '{"a": [1]}', {"a": [1]}),
        ("json", "", ""),
        ("json", [1], [1]),
        ("boolean", "YES", True),
        ("boolean", "off", False),
        ("boolean", 0, False),
    ],
)
def test_values_seen_by_functions(kind: str, given: Any, value: Any) -> None:
    parsed = read({"type": kind}).parse(given)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("number", "x", "could not convert string to float: 'x'"),
        ("number", [1], "could not convert string to float: '[1]'"),
        ("json", "{", "Value must be valid JSON: Expecting property name"),
        ("json", "[" * 5000, "Value must be valid JSON: nested too deeply"),
        (
            "boolean",
            "maybe",
            (
                "Unrecognized value 'maybe', acceptable values are: '0', '1', 'f', 'false', 'n', "
                "'no', 'off', 'on', 't', 'true', 'y', 'yes'"
            ),
        ),
        ("comma_delimited_list", 5, "Value must be a comma-delimited list string: "),
    ],
)
def test_values_of_another_type(kind: str, given: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        read({"type": kind}).parse(given)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("comma_delimited_list", ["a", "b"], "a,b"),
        ("json", {"a": 1}, '{"a": 1}'),
        ("json", "", ""),
        ("number", 1.5, "1.5"),
        ("boolean", True, "True"),
    ],
)
def test_text_form(kind: str, value: Any, text: str) -> None:
    assert read({"type": kind}).text(value) == text


CONSTRAINTS = {
    "length": {"min": 0},
    "range": {"min": 0},
    "modulo": {"step": 1, "offset": 0},
    "allowed_values": ["1"],
    "allowed_pattern": ".*",
    "custom_constraint": "ip_addr",
}
TAKES = {
    "string": {"length", "allowed_values", "allowed_pattern", "custom_constraint"},
    "number": {"range", "modulo", "allowed_values", "custom_constraint"},
    "comma_delimited_list": {"length", "allowed_values", "custom_constraint"},
    "json": {"length"},
    "boolean": {"allowed_values", "custom_constraint"},
}


@pytest.mark.parametrize("kind", TAKES)
def test_kinds_of_constraints_by_type(kind: str) -> None:
    for rule, body in CONSTRAINTS.items():
        word = "".join(part.capitalize() for part in rule.split("_"))
        refusal = [f"Parameter 'p' is invalid: {word} constraint invalid for {kind}"]
        expected = [] if rule in TAKES[kind] else refusal
        assert faults({"type": kind, "constraints": [{rule: body}]}) == expected
