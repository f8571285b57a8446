"""What each handler is asked and answers: one entry for every function behind a route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from heat_api.handlers import (
    actions,
    build_info,
    documents,
    events,
    lookup,
    outputs,
    resource_types,
    resources,
    services,
    snapshots,
    software_configs,
    software_deployments,
    stacks,
    templates,
)
from heat_api.openapi import parameters as p
from heat_api.openapi.parameters import Parameter
from heat_api.openapi.shapes import (
    ANY,
    MAYBE_TEXT,
    NULL,
    OBJECT,
    TEXT,
    Schema,
    listed,
    made,
    mapped,
    ref,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """``status`` and ``answer``: of a success; answer None has no document.

    body: shape of the JSON object to send, None when there is none; needed: whether it has to be.
    streams: whether it can be answered with Server-Sent Events.
    """

    tells: str
    answer: Schema | None = None
    status: int = 200
    query: tuple[Parameter, ...] = ()
    body: Schema | None = None
    needed: bool = True
    streams: bool = False


def _one(name: str, shape: str) -> Schema:
    return made({name: ref(shape)})


def _many(name: str, shape: str) -> Schema:
    return made({name: listed(ref(shape))})


_STACKS = made(
    {
        "stacks": listed(ref("StackItem")),
        "links": listed(ref("Link")),
        "count": {"type": "integer"},
    },
    "stacks",
)
_CHANGES = _one("resource_changes", "ResourceChanges")
_VERSION = made({"version": TEXT, "type": TEXT, "aliases": listed(TEXT)})
_FUNCTION = made({"functions": TEXT, "description": TEXT})
_REVISION = made({"revision": TEXT})
_WITH_DESCRIPTION = Parameter("with_description", "boolean", "Add what it is for.")
_TYPE = {"anyOf": [TEXT, made({"resource_type": TEXT, "description": MAYBE_TEXT})]}

_STACK_OPERATIONS: dict[Callable[..., Any], Operation] = {
    stacks.index: Operation("List stacks.", _STACKS, query=(*p.STACKS,)),
    stacks.detail: Operation("List stacks, without paging.", _many("stacks", "StackItem")),
    stacks.create: Operation(
        "Create a stack, or adopt one.",
        _one("stack", "CreatedStack"),
        201,
        body=ref("NewStack"),
    ),
    stacks.preview: Operation(
        "Tell what a stack would be.", _one("stack", "StackPreview"), body=ref("NewStack")
    ),
    stacks.show: Operation(
        "Show a stack.",
        _one("stack", "Stack"),
        query=(Parameter("resolve_outputs", "boolean", "false leaves outputs out."),),
    ),
    stacks.update: Operation("Replace a stack's template.", None, 202, body=ref("ChangedStack")),
    stacks.update_patch: Operation(
        "Change what is given of a stack.", None, 202, body=ref("PatchedStack")
    ),
    stacks.delete: Operation("Delete a stack.", None, 204),
    stacks.preview_update: Operation(
        "Tell what an update would do.",
        _CHANGES,
        query=(p.SHOW_NESTED,),
        body=ref("ChangedStack"),
    ),
    stacks.preview_update_patch: Operation(
        "Tell what a change would do.",
        _CHANGES,
        query=(p.SHOW_NESTED,),
        body=ref("PatchedStack"),
    ),
    lookup.lookup: Operation("Find a stack by name or id.", None, 302),
    actions.action: Operation("Act on a stack.", NULL, body=ref("Action")),
    documents.template: Operation("The template of a stack.", OBJECT),
    documents.environment: Operation("The environment of a stack.", OBJECT),
    documents.files: Operation("The files of a stack.", mapped(TEXT)),
    outputs.index: Operation("List outputs.", _many("outputs", "OutputName")),
    outputs.show: Operation("Show an output.", _one("output", "Output")),
}

_SNAPSHOT_OPERATIONS: dict[Callable[..., Any], Operation] = {
    snapshots.index: Operation("List snapshots.", _many("snapshots", "Snapshot")),
    snapshots.create: Operation("Take a snapshot.", ref("Snapshot"), body=ref("NewSnapshot")),
    snapshots.show: Operation("Show a snapshot.", _one("snapshot", "Snapshot")),
    snapshots.delete: Operation("Delete a snapshot.", None, 204),
    snapshots.restore: Operation("Bring a stack back to a snapshot.", None, 202),
    snapshots.abandon: Operation("Forget a stack and leave its resources.", OBJECT),
    snapshots.export: Operation("The document that a stack can be adopted from.", OBJECT),
}

_RESOURCE_OPERATIONS: dict[Callable[..., Any], Operation] = {
    resources.index: Operation(
        "List resources.", _many("resources", "Resource"), query=(*p.RESOURCES,)
    ),
    resources.show: Operation(
        "Show a resource.",
        _one("resource", "Resource"),
        query=(Parameter("with_attr", tells="Further attributes to resolve.", many=True),),
    ),
    resources.metadata: Operation("The metadata of a resource.", made({"metadata": OBJECT})),
    resources.signal: Operation("Signal a resource.", NULL, body=OBJECT, needed=False),
    resources.mark_unhealthy: Operation(
        "Say that a resource is unhealthy, or healthy again.", NULL, body=ref("Unhealthy")
    ),
    events.index: Operation(
        "List or watch events of a stack or of a resource.",
        _many("events", "Event"),
        query=(*p.EVENTS,),
        streams=True,
    ),
    events.index_of_project: Operation(
        "List or watch events of the project.",
        _many("events", "Event"),
        query=(*p.EVENTS,),
        streams=True,
    ),
    events.show: Operation("Show an event.", _one("event", "EventDetail")),
}

_SOFTWARE_OPERATIONS: dict[Callable[..., Any], Operation] = {
    software_configs.index: Operation(
        "List software configs.",
        _many("software_configs", "SoftwareConfigItem"),
        query=(*p.PAGING, p.GLOBAL),
    ),
    software_configs.create: Operation(
        "Make a software config.",
        _one("software_config", "SoftwareConfig"),
        body=ref("NewSoftwareConfig"),
    ),
    software_configs.show: Operation(
        "Show a software config.", _one("software_config", "SoftwareConfig")
    ),
    software_configs.delete: Operation("Delete a software config.", None, 204),
    software_deployments.index: Operation(
        "List software deployments.",
        _many("software_deployments", "SoftwareDeployment"),
        query=(Parameter("server_id", tells="Of this server only."),),
    ),
    software_deployments.create: Operation(
        "Deploy a software config to a server.",
        _one("software_deployment", "SoftwareDeployment"),
        body=ref("NewSoftwareDeployment"),
    ),
    software_deployments.show: Operation(
        "Show a software deployment.", _one("software_deployment", "SoftwareDeployment")
    ),
    software_deployments.update: Operation(
        "Change a software deployment.",
        _one("software_deployment", "SoftwareDeployment"),
        body=ref("ChangedSoftwareDeployment"),
    ),
    software_deployments.delete: Operation("Delete a software deployment.", None, 204),
    software_deployments.metadata: Operation(
        "What an agent on a server polls.", made({"metadata": listed(OBJECT)})
    ),
}

_CATALOGUE_OPERATIONS: dict[Callable[..., Any], Operation] = {
    templates.validate: Operation(
        "Validate a template.",
        made({"Description": ANY, "Parameters": OBJECT}),
        query=(
            p.SHOW_NESTED,
            Parameter("ignore_errors", "words", "Codes of errors to ignore: 99001."),
        ),
        body=ref("Template"),
    ),
    templates.versions: Operation(
        "List template versions.", made({"template_versions": listed(_VERSION)})
    ),
    templates.functions: Operation(
        "List the functions of a template version.",
        made({"template_functions": listed(_FUNCTION)}),
        query=(Parameter("with_condition_func", "boolean", "Those of conditions too."),),
    ),
    resource_types.index: Operation(
        "List resource types.",
        made({"resource_types": listed(_TYPE)}),
        query=(*p.RESOURCE_TYPES,),
    ),
    resource_types.show: Operation(
        "The schema of a resource type.",
        made(
            {
                "resource_type": TEXT,
                "properties": OBJECT,
                "attributes": OBJECT,
                "support_status": OBJECT,
                "description": MAYBE_TEXT,
            },
            "resource_type",
            "properties",
            "attributes",
            "support_status",
        ),
        query=(_WITH_DESCRIPTION,),
    ),
    resource_types.template: Operation(
        "A template that makes a resource type a nested stack.",
        OBJECT,
        query=(Parameter("template_type", tells="cfn (default) or hot."),),
    ),
    build_info.show: Operation(
        "Which builds are running.", made({"api": _REVISION, "engine": _REVISION})
    ),
    services.index: Operation("List engines.", made({"services": listed(OBJECT)})),
}

OPERATIONS = {
    **_STACK_OPERATIONS,
    **_SNAPSHOT_OPERATIONS,
    **_RESOURCE_OPERATIONS,
    **_SOFTWARE_OPERATIONS,
    **_CATALOGUE_OPERATIONS,
}
