"""Snapshots of a stack, and its document (contract/native-api.md sections 8.8 and 8.10)."""

from __future__ import annotations

from typing import Any

import webob
import webob.exc

from heat_api.call import Call
from heat_api.schemas import snapshots as schema


def index(call: Call) -> dict[str, Any]:
    return {"snapshots": call.ask("stack_list_snapshots", stack_identity=call.identity.to_dict())}


def create(call: Call) -> Any:
    name = schema.name(call.required_body)
    return call.ask("stack_snapshot", stack_identity=call.identity.to_dict(), name=name)


def show(call: Call) -> dict[str, Any]:
    return {"snapshot": _ask(call, "show_snapshot")}


def delete(call: Call) -> webob.Response:
    _ask(call, "delete_snapshot")
    return webob.exc.HTTPNoContent()


def restore(call: Call) -> webob.Response:
    _ask(call, "stack_restore")
    return webob.exc.HTTPAccepted()


def abandon(call: Call) -> Any:
    return call.ask("abandon_stack", stack_identity=call.identity.to_dict())


def export(call: Call) -> Any:
    return call.ask("export_stack", stack_identity=call.identity.to_dict())


def _ask(call: Call, method: str) -> Any:
    identity = call.identity.to_dict()
    return call.ask(method, stack_identity=identity, snapshot_id=call.path["snapshot_id"])
