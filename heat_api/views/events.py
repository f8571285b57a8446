"""Events as lists and show give them (contract/native-api.md section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.identifiers import StackIdentity
from heat_api.views import links

_KEYS = ("event_time", "resource_name", "physical_resource_id", "resource_status_reason")


def list_item(base_url: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    identity = StackIdentity.from_dict(raw["event_identity"])
    return {
        **{key: raw.get(key) for key in _KEYS},
        "id": identity.path.rpartition("/")[2],
        "logical_resource_id": raw.get("resource_name"),
        "resource_status": f"{raw['resource_action']}_{raw['resource_status']}",
        "links": _links(base_url, identity, raw),
    }


def told(base_url: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """An event as those who watch are told it: that of a list, with what it is about."""
    return {
        **list_item(base_url, raw),
        "stack_name": raw["stack_name"],
        "resource_type": raw.get("resource_type"),
    }


def show(base_url: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **list_item(base_url, raw),
        "resource_type": raw.get("resource_type"),
        "resource_properties": raw.get("resource_properties") or {},
    }


def _links(base_url: str, identity: StackIdentity, raw: Mapping[str, Any]) -> list[links.Link]:
    stack = links.stack_of(identity)
    resource = identity.path.partition("/events/")[0]
    made = [
        links.link(base_url, identity),
        links.link(
            base_url,
            StackIdentity(stack.tenant, stack.stack_name, stack.stack_id, resource),
            "resource",
        ),
        links.link(base_url, stack, "stack"),
    ]
    root = raw.get("root_stack_id")
    if root:
        made.append(links.link(base_url, StackIdentity.from_dict(root), "root_stack"))
    return made
