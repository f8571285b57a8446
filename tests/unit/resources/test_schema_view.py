from __future__ import annotations

import pytest

from common.errors import Invalid
from heat_engine.language.schema import Constraint, Kind, Property
from heat_engine.resources.protocol import ResourceType
from heat_engine.resources.registry import Registry
from heat_engine.resources.schema_view import generate_template, resource_schema

REGISTRY = Registry.default()


class Sample(ResourceType):
    name = "Test::Sample"
    properties = {
        "code": Property(
            Kind.STRING,
            "A code.",
            required=True,
            constraints=(
                Constraint("length", {"min": 2, "max": None}, "at least two"),
                Constraint("allowed_pattern", "[a-z]+"),
            ),
        ),
        "size": Property(
            Kind.INTEGER,
            default=3,
            updatable=True,
            constraints=(Constraint("range", {"min": 1, "max": 9}),),
        ),
        "flag": Property(Kind.BOOLEAN),
        "names": Property(Kind.LIST, schema=Property(Kind.STRING)),
        "old": Property(Kind.STRING, hidden=True),
        "never": Property(Kind.STRING, implemented=False),
    }


def test_schema_of_a_type() -> None:
    assert resource_schema(Sample()) == {
        "resource_type": "Test::Sample",
        "properties": {
            "code": {
                "type": "string",
                "required": True,
                "update_allowed": False,
                "immutable": False,
                "description": "A code.",
                "constraints": [
                    {"description": "at least two", "length": {"min": 2}},
                    {"allowed_pattern": "[a-z]+"},
                ],
            },
            "size": {
                "type": "integer",
                "required": False,
                "update_allowed": True,
                "immutable": False,
                "default": 3,
                "constraints": [{"range": {"min": 1, "max": 9}}],
            },
            "flag": {
                "type": "boolean",
                "required": False,
                "update_allowed": False,
                "immutable": False,
            },
            "names": {
                "type": "list",
                "required": False,
                "update_allowed": False,
                "immutable": False,
                "schema": {
                    "*": {
                        "type": "string",
                        "required": False,
                        "update_allowed": False,
                        "immutable": False,
                    }
                },
            },
        },
        "attributes": {
            "show": {"description": "Detailed information about resource.", "type": "map"}
        },
        "support_status": {
            "status": "SUPPORTED",
            "message": None,
            "version": None,
            "previous_status": None,
        },
    }


def test_hidden_attributes_are_not_shown() -> None:
    assert "first_address" not in resource_schema(REGISTRY.get("OS::Nova::Server"))["attributes"]
    assert "first_address" in REGISTRY.get("OS::Nova::Server").interface().attributes


def test_hot_provider_template() -> None:
    template = generate_template(Sample(), "HOT")
    assert template["heat_template_version"] == "2016-10-14"
    assert template["description"] == "Initial template of Sample"
    assert template["parameters"]["size"] == {
        "type": "number",
        "default": 3,
        "constraints": [{"range": {"min": 1, "max": 9}}],
    }
    assert template["parameters"]["names"]["type"] == "comma_delimited_list"
    assert template["resources"] == {
        "Sample": {
            "type": "Test::Sample",
            "properties": {name: {"get_param": name} for name in ("code", "size", "flag", "names")},
        }
    }
    assert template["outputs"]["show"]["value"] == {"get_attr": ["Sample", "show"]}
    assert template["outputs"]["OS::stack_id"] == {"value": {"get_resource": "Sample"}}


def test_cfn_provider_template() -> None:
    template = generate_template(Sample(), "cfn")
    assert template["HeatTemplateFormatVersion"] == "2012-12-12"
    assert template["Parameters"] == {
        "code": {
            "Type": "String",
            "Description": "A code.",
            "MinLength": 2,
            "AllowedPattern": "[a-z]+",
        },
        "size": {"Type": "Number", "Default": 3, "MinValue": 1, "MaxValue": 9},
        "flag": {"Type": "Boolean", "AllowedValues": ["True", "true", "False", "false"]},
        "names": {"Type": "CommaDelimitedList"},
    }
    properties = template["Resources"]["Sample"]["Properties"]
    assert properties["names"] == {"Fn::Split": [",", {"Ref": "names"}]}
    assert properties["code"] == {"Ref": "code"}
    assert template["Outputs"]["OS::stack_id"] == {"Value": {"Ref": "Sample"}}


def test_another_template_type_is_refused() -> None:
    with pytest.raises(Invalid, match="not a valid template type"):
        generate_template(Sample(), "tosca")


@pytest.mark.parametrize("name", REGISTRY.names())
def test_every_type_can_be_shown(name: str) -> None:
    kind = REGISTRY.get(name)
    assert resource_schema(kind)["resource_type"] == name
    assert generate_template(kind, "hot")["outputs"]
    assert generate_template(kind, "cfn")["Outputs"]
