"""How lists are filtered, sorted and paged (contract/native-api.md sections 8.3, 9.1 and 10)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import webob.exc

from heat_api.schemas.values import Query

# What a caller may write, and the engine's name for it.
STACK_FILTERS = {
    "status": "status",
    "stack_status": "status",
    "action": "action",
    "stack_action": "action",
    "name": "name",
    "stack_name": "name",
    "id": "id",
    "username": "username",
    "stack_owner": "username",
    "owner_id": "owner_id",
    "parent": "owner_id",
    "tenant": "tenant",
    "stack_status_reason": "stack_status_reason",
    "stack_user_project_id": "stack_user_project_id",
    "disable_rollback": "disable_rollback",
    "timeout_mins": "timeout_mins",
}
STACK_SORT_KEYS = ("stack_name", "stack_status", "creation_time", "updated_time")

RESOURCE_FILTERS = {
    name: name for name in ("type", "status", "name", "action", "id", "physical_resource_id")
}

EVENT_FILTERS = {
    name: name for name in ("resource_status", "resource_action", "resource_name", "resource_type")
}
EVENT_SORT_KEYS = ("event_time", "resource_type")


def sorting(query: Query, allowed: Collection[str]) -> dict[str, Any]:
    """``sort_keys`` (unknown ones dropped) and ``sort_dir``; None where not given."""
    direction = query.text("sort_dir") or None
    if direction not in (None, "asc", "desc"):
        raise webob.exc.HTTPBadRequest(f"sort_dir is asc or desc, not {direction}")
    keys = [key for key in query.all("sort_keys") or () if key in allowed]
    return {"sort_keys": keys or None, "sort_dir": direction}


def paging(query: Query) -> dict[str, Any]:
    return {"limit": query.integer("limit"), "marker": query.text("marker") or None}
