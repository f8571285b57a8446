"""Software deployments, and what agents poll (contract/native-api.md section 11.2)."""

from __future__ import annotations

from typing import Any

import webob
import webob.exc

from heat_api.call import Call
from heat_api.schemas import software_deployments as schema


def index(call: Call) -> dict[str, Any]:
    server_id = call.query.text("server_id") or None
    return {"software_deployments": call.ask("list_software_deployments", server_id=server_id)}


def metadata(call: Call) -> dict[str, Any]:
    raw = call.ask("metadata_software_deployments", server_id=call.path["server_id"])
    return {"metadata": raw}


def create(call: Call) -> dict[str, Any]:
    made = call.ask("create_software_deployment", **schema.create(call.required_body))
    return {"software_deployment": made}


def show(call: Call) -> dict[str, Any]:
    return {"software_deployment": call.ask("show_software_deployment", **_which(call))}


def update(call: Call) -> dict[str, Any]:
    changes = schema.update(call.required_body)
    changed = call.ask("update_software_deployment", **_which(call), **changes)
    return {"software_deployment": changed}


def delete(call: Call) -> webob.Response:
    call.ask("delete_software_deployment", **_which(call))
    return webob.exc.HTTPNoContent()


def _which(call: Call) -> dict[str, str]:
    return {"deployment_id": call.path["deployment_id"]}
