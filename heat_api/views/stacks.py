"""Stacks as lists, show and preview give them (contract/native-api.md section 8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.identifiers import StackIdentity
from heat_api.views import links

_LIST_KEYS = (
    "stack_name",
    "description",
    "stack_status_reason",
    "creation_time",
    "updated_time",
    "deletion_time",
    "stack_owner",
    "parent",
    "stack_user_project_id",
    "tags",
)
_PREVIEW_KEYS = (
    "stack_name",
    "description",
    "template_description",
    "parameters",
    "outputs",
    "creation_time",
    "updated_time",
    "deletion_time",
    "disable_rollback",
    "timeout_mins",
    "stack_owner",
    "parent",
    "stack_user_project_id",
    "tags",
    "notification_topics",
    "capabilities",
)
_SHOW_KEYS = (*_PREVIEW_KEYS, "stack_status_reason")


def list_item(base_url: str, raw: Mapping[str, Any], *, admin: bool) -> dict[str, Any]:
    """One stack of a list; ``project`` is for administrators only."""
    item = {**_identified(base_url, raw), **_picked(raw, _LIST_KEYS), "stack_status": _status(raw)}
    # Lists never load the template that the text is in.
    item.setdefault("description", "")
    if admin:
        item["project"] = raw["stack_identity"]["tenant"]
    return item


def show(base_url: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_identified(base_url, raw),
        **_picked(raw, _SHOW_KEYS),
        "stack_status": _status(raw),
    }


def preview(base_url: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A stack that is not stored; its resources stay as the engine gives them."""
    return {
        **_identified(base_url, raw),
        **_picked(raw, _PREVIEW_KEYS),
        "resources": raw.get("resources", []),
    }


def created(base_url: str, identity: StackIdentity) -> dict[str, Any]:
    return {"id": identity.stack_id, "links": [links.link(base_url, identity)]}


def _identified(base_url: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    given = raw["stack_identity"]
    identity = StackIdentity.from_dict({**given, "stack_id": str(given["stack_id"])})
    return {"id": identity.stack_id, "links": [links.link(base_url, identity)]}


def _picked(raw: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: raw[key] for key in keys if key in raw}


def _status(raw: Mapping[str, Any]) -> str:
    return f"{raw['stack_action']}_{raw['stack_status']}"
