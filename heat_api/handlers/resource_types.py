"""The catalogue of resource types (contract/native-api.md section 13.2)."""

from __future__ import annotations

from typing import Any

import webob.exc

from heat_api.call import Call

_SUPPORT = ("UNKNOWN", "SUPPORTED", "DEPRECATED", "UNSUPPORTED", "HIDDEN")
_TEMPLATE_TYPES = ("cfn", "hot")


def index(call: Call) -> dict[str, Any]:
    query = call.query
    support = query.text("support_status") or None
    if support is not None and support.upper() not in _SUPPORT:
        raise webob.exc.HTTPBadRequest(f"Invalid support status: {support}")
    found = call.ask(
        "list_resource_types",
        support_status=support.upper() if support else None,
        type_name=query.text("name"),
        heat_version=query.text("version"),
        with_description=query.boolean("with_description", default=False),
    )
    return {"resource_types": found}


def show(call: Call) -> Any:
    return call.ask(
        "resource_schema",
        type_name=call.path["type_name"],
        with_description=call.query.boolean("with_description", default=False),
    )


def template(call: Call) -> Any:
    kind = (call.query.text("template_type") or "cfn").lower()
    if kind not in _TEMPLATE_TYPES:
        raise webob.exc.HTTPBadRequest(
            f"Template type is not supported: {kind}. Valid types are: cfn, hot."
        )
    return call.ask("generate_template", type_name=call.path["type_name"], template_type=kind)
