"""Events of a stack and of one resource (contract/native-api.md section 10)."""

from __future__ import annotations

from typing import Any

from common import errors
from heat_api.call import Call
from heat_api.schemas import listing
from heat_api.schemas.values import Query
from heat_api.views import events


def index(call: Call) -> dict[str, Any]:
    query = Query(call.request)
    filters = query.filters(listing.EVENT_FILTERS)
    resource_name = call.path.get("resource_name")
    if resource_name is not None:
        filters["resource_name"] = resource_name
    raw = call.ask(
        "list_events",
        stack_identity=call.identity.to_dict(),
        filters=filters or None,
        nested_depth=query.integer("nested_depth"),
        **listing.paging(query),
        **listing.sorting(query, listing.EVENT_SORT_KEYS),
    )
    if resource_name is not None and not raw:
        raise errors.ResourceNotFound(
            resource_name=resource_name, stack_name=call.identity.stack_name
        )
    base_url = call.base_url
    return {"events": [events.list_item(base_url, item) for item in raw]}


def show(call: Call) -> dict[str, Any]:
    event_id = call.path["event_id"]
    raw = call.ask(
        "list_events",
        stack_identity=call.identity.to_dict(),
        filters={"resource_name": call.path["resource_name"], "uuid": event_id},
    )
    if not raw:
        raise errors.EntityNotFound(entity="Event", name=event_id)
    return {"event": events.show(call.base_url, raw[0])}
