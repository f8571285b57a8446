"""JSON Schemas of what is sent and answered; names are those of components in the document."""

from __future__ import annotations

from typing import Any

from heat_api.schemas.actions import ACTIONS
from heat_api.schemas.stacks import MAX_TAG_LENGTH

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
BOOLEAN: Schema = {"type": "boolean"}
INTEGER: Schema = {"type": "integer"}
ANY: Schema = {}
OBJECT: Schema = {"type": "object"}
NULL: Schema = {"type": "null"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "examples": ["2026-01-02T03:04:05Z"]}
LOOSE_BOOLEAN: Schema = {
    "anyOf": [BOOLEAN, {"type": "string", "pattern": "^[Tt][Rr][Uu][Ee]$|^[Ff][Aa][Ll][Ss][Ee]$"}]
}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listed(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def mapped(value: Schema) -> Schema:
    return {"type": "object", "additionalProperties": value}


def made(properties: dict[str, Schema], *required: str, more: bool = True) -> Schema:
    """An object; without ``required`` every property is. more: whether it may hold others."""
    shape: Schema = {"type": "object", "properties": properties}
    shape["required"] = [*required] if required else sorted(properties)
    if not more:
        shape["additionalProperties"] = False
    return shape


def optional(properties: dict[str, Schema], *, more: bool = True) -> Schema:
    shape = made(properties, more=more)
    del shape["required"]
    return shape


_STATE = {"type": "string", "pattern": "^[A-Z]+_(IN_PROGRESS|COMPLETE|FAILED)$"}
_LINKS = listed(ref("Link"))
_STACK = {
    "id": TEXT,
    "links": _LINKS,
    "stack_name": TEXT,
    "description": TEXT,
    "creation_time": MAYBE_TIME,
    "updated_time": MAYBE_TIME,
    "deletion_time": MAYBE_TIME,
    "stack_owner": MAYBE_TEXT,
    "parent": MAYBE_TEXT,
    "stack_user_project_id": MAYBE_TEXT,
    "tags": {"type": ["array", "null"], "items": TEXT},
}
_STATUS = {"stack_status": _STATE, "stack_status_reason": TEXT}
_FULL = {
    **_STACK,
    "template_description": TEXT,
    "parameters": mapped(TEXT),
    "disable_rollback": BOOLEAN,
    "timeout_mins": {"type": ["integer", "null"]},
    "notification_topics": listed(TEXT),
    "capabilities": listed(TEXT),
}
_OUTPUT = {"output_key": TEXT, "description": MAYBE_TEXT, "output_value": ANY, "output_error": TEXT}
_RESOURCE = {
    "resource_name": TEXT,
    "logical_resource_id": TEXT,
    "resource_type": TEXT,
    "physical_resource_id": TEXT,
    "resource_status": _STATE,
    "resource_status_reason": TEXT,
    "creation_time": MAYBE_TIME,
    "updated_time": MAYBE_TIME,
    "required_by": listed(TEXT),
    "links": _LINKS,
}
_EVENT = {
    "id": TEXT,
    "event_time": MAYBE_TIME,
    "resource_name": TEXT,
    "logical_resource_id": TEXT,
    "physical_resource_id": MAYBE_TEXT,
    "resource_status": _STATE,
    "resource_status_reason": TEXT,
    "links": _LINKS,
}
_CONFIG_SUMMARY = {"id": TEXT, "name": MAYBE_TEXT, "group": MAYBE_TEXT, "creation_time": MAYBE_TIME}
_ITEMS = listed(OBJECT)
_CONFIG = {
    **_CONFIG_SUMMARY,
    "config": ANY,
    "inputs": _ITEMS,
    "outputs": _ITEMS,
    "options": OBJECT,
}
_DEPLOYMENT = {
    "id": TEXT,
    "config_id": MAYBE_TEXT,
    "server_id": TEXT,
    "input_values": {"type": ["object", "null"]},
    "output_values": {"type": ["object", "null"]},
    "action": TEXT,
    "status": TEXT,
    "status_reason": MAYBE_TEXT,
    "creation_time": MAYBE_TIME,
}
_ENVIRONMENT = {
    "anyOf": [
        optional(
            {
                "parameters": OBJECT,
                "parameter_defaults": OBJECT,
                "parameter_merge_strategies": OBJECT,
                "resource_registry": OBJECT,
                "encrypted_param_names": listed(ANY),
                "event_sinks": listed(ANY),
            },
            more=False,
        ),
        {"type": ["string", "null"]},
    ]
}
_TAGS = {
    "anyOf": [
        {"type": ["string", "null"]},
        listed({"type": "string", "maxLength": MAX_TAG_LENGTH}),
    ]
}
_SOURCE = {
    "template": {"type": ["object", "string"]},
    "template_url": TEXT,
    "environment": _ENVIRONMENT,
    "environment_files": {"type": ["array", "null"], "items": TEXT},
    "files": {"type": ["object", "null"], "additionalProperties": TEXT},
    "files_container": MAYBE_TEXT,
    "parameters": OBJECT,
}
_OPTIONS = {
    "disable_rollback": LOOSE_BOOLEAN,
    "timeout_mins": {"type": ["integer", "null"], "minimum": 0},
    "tags": _TAGS,
}
_EXISTING = {
    "template": {"type": ["object", "string", "null"]},
    "clear_parameters": listed(TEXT),
    "converge": BOOLEAN,
}

SHAPES: dict[str, Schema] = {
    "Link": made({"href": TEXT, "rel": TEXT}),
    "Fault": made(
        {
            "code": INTEGER,
            "title": TEXT,
            "explanation": TEXT,
            "error": made(
                {
                    "type": TEXT,
                    "traceback": MAYBE_TEXT,
                    "message": TEXT,
                    "errors": listed(OBJECT),
                },
                "type",
                "traceback",
            ),
        }
    ),
    "StackItem": made(
        {**_STACK, **_STATUS, "project": TEXT}, *sorted({**_STACK, **_STATUS}), more=False
    ),
    "Stack": made(
        {**_FULL, **_STATUS, "outputs": listed(ref("Output"))}, *sorted({**_FULL, **_STATUS})
    ),
    "StackPreview": made({**_FULL, "outputs": listed(ref("Output")), "resources": listed(ANY)}),
    "CreatedStack": made({"id": TEXT, "links": _LINKS}),
    "Output": made(_OUTPUT, "output_key", "description", "output_value"),
    "OutputName": made({"output_key": TEXT, "description": MAYBE_TEXT}),
    "Resource": made(
        {**_RESOURCE, "description": TEXT, "attributes": OBJECT, "parent_resource": TEXT},
        *sorted(_RESOURCE),
    ),
    "ResourceChanges": made(
        {name: listed(OBJECT) for name in ("unchanged", "updated", "replaced", "added", "deleted")}
    ),
    "Event": made(_EVENT),
    "EventDetail": made({**_EVENT, "resource_type": TEXT, "resource_properties": OBJECT}),
    "SoftwareConfigItem": made({**_CONFIG_SUMMARY, "project": TEXT}, *sorted(_CONFIG_SUMMARY)),
    "SoftwareConfig": made(_CONFIG),
    "SoftwareDeployment": made({**_DEPLOYMENT, "updated_time": MAYBE_TIME}, *sorted(_DEPLOYMENT)),
    "Snapshot": made(
        {
            "id": TEXT,
            "name": MAYBE_TEXT,
            "action": TEXT,
            "status": TEXT,
            "status_reason": MAYBE_TEXT,
            "data": {"type": ["object", "null"]},
            "creation_time": MAYBE_TIME,
        },
        "id",
    ),
    "NewStack": made(
        {"stack_name": TEXT, **_SOURCE, **_OPTIONS, "adopt_stack_data": TEXT}, "stack_name"
    ),
    "ChangedStack": optional({**_SOURCE, **_OPTIONS, "converge": BOOLEAN}),
    "PatchedStack": optional({**_SOURCE, **_OPTIONS, **_EXISTING}),
    "Template": optional(_SOURCE),
    "Action": {
        "type": "object",
        "properties": dict.fromkeys(ACTIONS, ANY),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    },
    "Unhealthy": made(
        {"mark_unhealthy": LOOSE_BOOLEAN, "resource_status_reason": MAYBE_TEXT},
        "mark_unhealthy",
        more=False,
    ),
    "NewSoftwareConfig": optional(
        {
            "name": MAYBE_TEXT,
            "group": MAYBE_TEXT,
            "config": ANY,
            "inputs": {"type": ["array", "null"], "items": OBJECT},
            "outputs": {"type": ["array", "null"], "items": OBJECT},
            "options": {"type": ["object", "null"]},
        }
    ),
    "NewSoftwareDeployment": made(
        {
            "config_id": TEXT,
            "server_id": TEXT,
            "input_values": {"type": ["object", "null"]},
            "action": MAYBE_TEXT,
            "status": MAYBE_TEXT,
            "status_reason": MAYBE_TEXT,
            "stack_user_project_id": {"type": ["string", "null"], "maxLength": 64},
        },
        "server_id",
    ),
    "ChangedSoftwareDeployment": optional(
        {
            "config_id": MAYBE_TEXT,
            "input_values": {"type": ["object", "null"]},
            "output_values": {"type": ["object", "null"]},
            "action": MAYBE_TEXT,
            "status": MAYBE_TEXT,
            "status_reason": MAYBE_TEXT,
        }
    ),
    "NewSnapshot": optional({"name": MAYBE_TEXT}),
}
