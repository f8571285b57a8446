"""Resources of a stack (contract/native-api.md section 9)."""

from __future__ import annotations

from typing import Any

import webob.exc

from heat_api.call import Call
from heat_api.schemas import listing
from heat_api.schemas import resources as schema
from heat_api.schemas.values import integer
from heat_api.views import resources

_QUERY = {"nested_depth", "with_detail", *listing.RESOURCE_FILTERS}


def index(call: Call) -> dict[str, Any]:
    query = call.query
    unknown = sorted(set(query.names()) - _QUERY)
    if unknown:
        raise webob.exc.HTTPBadRequest(f"Invalid filter parameters {', '.join(unknown)}")
    depth = query.text("nested_depth")
    detail = query.boolean("with_detail", default=False)
    raw = call.ask(
        "list_stack_resources",
        stack_identity=call.identity.to_dict(),
        nested_depth=0 if depth is None else integer("nested_depth", depth),
        with_detail=detail,
        filters=query.filters(listing.RESOURCE_FILTERS) or None,
    )
    return {"resources": resources.listed(call.base_url, raw, detail=detail)}


def show(call: Call) -> dict[str, Any]:
    raw = call.ask(
        "describe_stack_resource",
        stack_identity=call.identity.to_dict(),
        resource_name=call.path["resource_name"],
        with_attr=call.query.all("with_attr"),
    )
    return {"resource": resources.resource(call.base_url, raw, detail=True)}


def metadata(call: Call) -> dict[str, Any]:
    _only_own(call)
    raw = call.ask(
        "describe_stack_resource",
        stack_identity=call.identity.to_dict(),
        resource_name=call.path["resource_name"],
        with_attr=False,
    )
    return {"metadata": raw.get("metadata") or {}}


def signal(call: Call) -> None:
    _only_own(call)
    call.ask(
        "resource_signal",
        stack_identity=call.identity.to_dict(),
        resource_name=call.path["resource_name"],
        details=call.body,
        sync_call=False,
    )


def mark_unhealthy(call: Call) -> None:
    call.ask(
        "resource_mark_unhealthy",
        stack_identity=call.identity.to_dict(),
        resource_name=call.path["resource_name"],
        **schema.mark_unhealthy(call.required_body),
    )


def _only_own(call: Call) -> None:
    call.refuse_other_guests(call.identity.stack_id)
