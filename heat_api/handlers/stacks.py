"""Stacks: make, list, show, change, delete (contract/native-api.md section 8)."""

from __future__ import annotations

from typing import Any

import webob
import webob.exc

from common import errors, wsgi
from common.identifiers import StackIdentity
from heat_api.call import Call
from heat_api.schemas import listing
from heat_api.schemas.stacks import StackSchema
from heat_api.views import links, stacks

_TAG_FILTERS = ("tags", "tags_any", "not_tags", "not_tags_any")
_MADE_BY_ENGINE: dict[str, Any] = {
    "owner_id": None,
    "nested_depth": 0,
    "user_creds_id": None,
    "stack_user_project_id": None,
    "parent_resource_name": None,
    "template_id": None,
}


def index(call: Call) -> dict[str, Any]:
    query = call.query
    chosen: dict[str, Any] = {
        "filters": query.filters(listing.STACK_FILTERS) or None,
        "show_deleted": query.boolean("show_deleted", default=False),
        "show_nested": query.boolean("show_nested", default=False),
        "show_hidden": query.boolean("show_hidden", default=False),
        **{name: query.words(name) for name in _TAG_FILTERS},
    }
    if query.boolean("global_tenant", default=False):
        call.authorize("stacks:global_index")
        chosen["global_tenant"] = True
    page = {**listing.paging(query), **listing.sorting(query, listing.STACK_SORT_KEYS)}
    with_count = query.boolean("with_count", default=False)
    raw = call.ask("list_stacks", **page, **chosen)
    base_url, admin = call.base_url, bool(call.context.is_admin)
    items = [stacks.list_item(base_url, item, admin=admin) for item in raw]
    answer: dict[str, Any] = {"stacks": items}
    more = links.next_page(call.request, page["limit"], items)
    if more:
        answer["links"] = more
    if with_count:
        answer["count"] = call.ask("count_stacks", **chosen)
    return answer


def detail(call: Call) -> dict[str, Any]:
    raw, base_url = call.ask("list_stacks"), call.base_url
    return {"stacks": [stacks.list_item(base_url, item, admin=False) for item in raw]}


def create(call: Call) -> webob.Response:
    schema = StackSchema(call.required_body, call.conf)
    _refuse_converge(schema)
    made = call.ask(
        "create_stack", stack_name=schema.stack_name(), **schema.to_engine(), **_MADE_BY_ENGINE
    )
    identity = StackIdentity.from_dict(made)
    answer = wsgi.json_response({"stack": stacks.created(call.base_url, identity)}, 201)
    answer.headers["Location"] = links.url(call.base_url, identity)
    return answer


def preview(call: Call) -> dict[str, Any]:
    schema = StackSchema(call.required_body, call.conf)
    _refuse_converge(schema)
    raw = call.ask("preview_stack", stack_name=schema.stack_name(), **schema.to_engine())
    return {"stack": stacks.preview(call.base_url, raw)}


def show(call: Call) -> dict[str, Any]:
    resolve = call.query.boolean("resolve_outputs", default=True)
    raw = call.ask("show_stack", stack_identity=call.identity.to_dict(), resolve_outputs=resolve)
    if not raw:
        raise errors.EntityNotFound(entity="Stack", name=call.identity.stack_name)
    return {"stack": stacks.show(call.base_url, raw[0])}


def update(call: Call) -> webob.Response:
    return _update(call, StackSchema(call.required_body, call.conf))


def update_patch(call: Call) -> webob.Response:
    schema = StackSchema(call.required_body, call.conf, patch=True)
    unchanged = schema.changes_nothing()
    call.authorize("stacks:update_no_change" if unchanged else "stacks:update_patch")
    return _update(call, schema)


def preview_update(call: Call) -> dict[str, Any]:
    return _preview_update(call, StackSchema(call.required_body, call.conf))


def preview_update_patch(call: Call) -> dict[str, Any]:
    return _preview_update(call, StackSchema(call.required_body, call.conf, patch=True))


def delete(call: Call) -> webob.Response:
    call.ask("delete_stack", stack_identity=call.identity.to_dict())
    return webob.exc.HTTPNoContent()


def _update(call: Call, schema: StackSchema) -> webob.Response:
    call.ask(
        "update_stack",
        stack_identity=call.identity.to_dict(),
        **schema.to_engine(),
        template_id=None,
    )
    return webob.exc.HTTPAccepted()


def _preview_update(call: Call, schema: StackSchema) -> dict[str, Any]:
    arguments = schema.to_engine()
    if call.query.boolean("show_nested", default=False):
        arguments["args"]["show_nested"] = True
    changes = call.ask("preview_update_stack", stack_identity=call.identity.to_dict(), **arguments)
    return {"resource_changes": changes}


def _refuse_converge(schema: StackSchema) -> None:
    if "converge" in schema.body:
        raise webob.exc.HTTPBadRequest("Invalid parameter for this action: converge")
