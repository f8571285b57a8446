"""A resource type as the API shows it: its schema, and as a provider template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from heat_engine.language.schema import Attribute, Constraint, Kind, Property
from heat_engine.resources.protocol import ResourceType

HOT_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.MAP: "json",
    Kind.LIST: "comma_delimited_list",
    Kind.ANY: "string",
}
CFN_TYPES = {
    Kind.STRING: "String",
    Kind.INTEGER: "Number",
    Kind.NUMBER: "Number",
    Kind.BOOLEAN: "Boolean",
    Kind.MAP: "Json",
    Kind.LIST: "CommaDelimitedList",
    Kind.ANY: "String",
}
CFN_BOOLEANS = ["True", "true", "False", "false"]


def resource_schema(kind: ResourceType) -> dict[str, Any]:
    """``{resource_type, properties, attributes, support_status}`` (contract/native-api.md 13.2).

    Hidden properties and attributes are left out; inside a property hidden names are shown.
    """
    status = {"message": None, "version": None, "previous_status": None, **kind.support_status}
    return {
        "resource_type": kind.name,
        "properties": {
            name: _property(prop, required=prop.required or name in kind.old_names)
            for name, prop in shown_properties(kind).items()
        },
        "attributes": {
            name: _attribute(attribute) for name, attribute in shown_attributes(kind).items()
        },
        "support_status": status,
    }


def generate_template(kind: ResourceType, template_type: str) -> dict[str, Any]:
    """A provider template that passes everything on (contract/engine-semantics.md 7.2).

    template_type: ``hot`` or ``cfn`` in any case; raises Invalid for anything else.
    """
    match template_type.lower():
        case "hot":
            return _hot(kind)
        case "cfn":
            return _cfn(kind)
    raise errors.Invalid(f'"{template_type}" is not a valid template type. Use "cfn" or "hot".')


def shown_properties(kind: ResourceType) -> dict[str, Property]:
    return {
        name: prop for name, prop in kind.properties.items() if prop.implemented and not prop.hidden
    }


def shown_attributes(kind: ResourceType) -> dict[str, Attribute]:
    known = kind.interface().attributes
    return {name: attribute for name, attribute in known.items() if not attribute.hidden}


def _property(prop: Property, *, required: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": str(prop.kind),
        "required": required,
        "update_allowed": prop.updatable,
        "immutable": prop.immutable,
    }
    if prop.description:
        shown["description"] = prop.description
    if prop.default is not None:
        shown["default"] = prop.default
    if prop.schema is not None:
        items = {"*": prop.schema} if isinstance(prop.schema, Property) else prop.schema
        shown["schema"] = {
            name: _property(item, required=item.required) for name, item in items.items()
        }
    if prop.constraints:
        shown["constraints"] = [_constraint(constraint) for constraint in prop.constraints]
    return shown


def _constraint(constraint: Constraint) -> dict[str, Any]:
    body = constraint.body
    if isinstance(body, Mapping):
        body = {key: value for key, value in body.items() if value is not None}
    shown = {constraint.rule: body}
    return {"description": constraint.description, **shown} if constraint.description else shown


def _attribute(attribute: Attribute) -> dict[str, Any]:
    """An attribute that may be anything has no type."""
    shown: dict[str, Any] = {}
    if attribute.description:
        shown["description"] = attribute.description
    if attribute.kind is not Kind.ANY:
        shown["type"] = str(attribute.kind)
    return shown


def _hot(kind: ResourceType) -> dict[str, Any]:
    label = type(kind).__name__
    properties = shown_properties(kind)
    outputs: dict[str, Any] = {
        name: {"description": attribute.description, "value": {"get_attr": [label, name]}}
        for name, attribute in shown_attributes(kind).items()
    }
    outputs["OS::stack_id"] = {"value": {"get_resource": label}}
    return {
        "heat_template_version": "2016-10-14",
        "description": f"Initial template of {label}",
        "parameters": {name: _hot_parameter(prop) for name, prop in properties.items()},
        "resources": {
            label: {
                "type": kind.name,
                "properties": {name: {"get_param": name} for name in properties},
            }
        },
        "outputs": outputs,
    }


def _hot_parameter(prop: Property) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": HOT_TYPES[prop.kind]}
    if prop.description:
        shown["description"] = prop.description
    if prop.default is not None:
        shown["default"] = prop.default
    if prop.constraints:
        shown["constraints"] = [_constraint(constraint) for constraint in prop.constraints]
    return shown


def _cfn(kind: ResourceType) -> dict[str, Any]:
    label = type(kind).__name__
    properties = shown_properties(kind)
    outputs: dict[str, Any] = {
        name: {
            "Description": attribute.description,
            "Value": {"Fn::GetAtt": [label, name]},
        }
        for name, attribute in shown_attributes(kind).items()
    }
    outputs["OS::stack_id"] = {"Value": {"Ref": label}}
    return {
        "HeatTemplateFormatVersion": "2012-12-12",
        "Description": f"Initial template of {label}",
        "Parameters": {name: _cfn_parameter(prop) for name, prop in properties.items()},
        "Resources": {
            label: {
                "Type": kind.name,
                "Properties": {name: _cfn_value(name, prop) for name, prop in properties.items()},
            }
        },
        "Outputs": outputs,
    }


def _cfn_value(name: str, prop: Property) -> dict[str, Any]:
    reference = {"Ref": name}
    return {"Fn::Split": [",", reference]} if prop.kind is Kind.LIST else reference


def _cfn_parameter(prop: Property) -> dict[str, Any]:
    shown: dict[str, Any] = {"Type": CFN_TYPES[prop.kind]}
    if prop.description:
        shown["Description"] = prop.description
    if prop.default is not None:
        shown["Default"] = prop.default
    if prop.kind is Kind.BOOLEAN:
        shown["AllowedValues"] = CFN_BOOLEANS
    for constraint in prop.constraints:
        shown.update(_cfn_constraint(constraint))
    return shown


def _cfn_constraint(constraint: Constraint) -> dict[str, Any]:
    body = constraint.body
    match constraint.rule:
        case "range":
            keys = {"min": "MinValue", "max": "MaxValue"}
        case "length":
            keys = {"min": "MinLength", "max": "MaxLength"}
        case "allowed_values":
            return {"AllowedValues": body}
        case "allowed_pattern":
            return {"AllowedPattern": body}
        case _:
            return {}
    return {shown: body[key] for key, shown in keys.items() if body.get(key) is not None}
