"""Events of a stack and of one resource (contract/native-api.md section 10)."""

from __future__ import annotations

from typing import Any

import webob
import webob.exc

from common import errors, streaming
from heat_api.call import Call
from heat_api.schemas import listing
from heat_api.views import events
from heat_api.watching import place
from heat_api.watching.stream import Scope, Stream

EVENT_STREAM = "text/event-stream"
_OFFERS = ["application/json", EVENT_STREAM]


def index_of_project(call: Call) -> Any:
    """Events of all stacks of the project: a list, or a stream of what happens from now on."""
    if _wants_stream(call):
        return _stream(call, None)
    return {"events": _list(call, None, call.query.filters(listing.EVENT_FILTERS))}


def index(call: Call) -> Any:
    """Events of a stack or of one resource: a list, or a stream that begins with the oldest."""
    if _wants_stream(call):
        return _stream(call, call.identity.to_dict())
    filters = call.query.filters(listing.EVENT_FILTERS)
    resource_name = call.path.get("resource_name")
    if resource_name is not None:
        filters["resource_name"] = resource_name
    found = _list(call, call.identity.to_dict(), filters)
    if resource_name is not None and not found:
        raise errors.ResourceNotFound(
            resource_name=resource_name, stack_name=call.identity.stack_name
        )
    return {"events": found}


def _list(
    call: Call, identity: dict[str, str] | None, filters: dict[str, Any]
) -> list[dict[str, Any]]:
    query = call.query
    raw = call.ask(
        "list_events",
        stack_identity=identity,
        filters=filters or None,
        nested_depth=query.integer("nested_depth"),
        **listing.paging(query),
        **listing.sorting(query, listing.EVENT_SORT_KEYS),
    )
    base_url = call.base_url
    return [events.list_item(base_url, item) for item in raw]


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


def _wants_stream(call: Call) -> bool:
    accepted = call.request.accept.acceptable_offers(_OFFERS)
    return bool(accepted) and accepted[0][0] == EVENT_STREAM


def _stream(call: Call, identity: dict[str, str] | None) -> webob.Response:
    """Server-Sent Events (WHATWG HTML, section 9.2); the server takes them from the feed."""
    hand_over = call.request.environ.get(streaming.STREAM)
    if hand_over is None:
        raise webob.exc.HTTPNotAcceptable("This server gives lists of events, not streams.")
    query = call.query
    filters = query.filters(listing.EVENT_FILTERS)
    if call.path.get("resource_name") is not None:
        filters["resource_name"] = call.path["resource_name"]
    told = call.ask(
        "watch_scope", stack_identity=identity, nested_depth=query.integer("nested_depth") or 0
    )
    scope = Scope.of(told)
    last = call.request.headers.get("Last-Event-ID") or query.text("last_event_id")
    begin = place.parse(last) if last else (None if identity is None else place.START)
    if last and begin is not None and scope.deleted and _is_over(call, scope, begin):
        return webob.exc.HTTPNoContent()  # which tells a client not to come again
    stream = Stream(scope, filters, call.base_url, begin, call.feed.leave)
    call.feed.admit(stream)
    hand_over(stream)
    opening = iter([stream.opening])
    answer = webob.Response(app_iter=opening, content_type=EVENT_STREAM, charset=None)
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy in front passes on what comes
    return answer


def _is_over(call: Call, scope: Scope, begin: place.Place) -> bool:
    """Whether a client has seen the last event of a stack that is gone."""
    page = call.ask(
        "replay_events",
        scope=scope.wire,
        after=begin.after,
        again=[*begin.missing],
        until=place.LAST,
    )
    return not page["events"]
