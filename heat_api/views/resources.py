"""Resources as list and show give them (contract/native-api.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.identifiers import StackIdentity
from heat_api.views import links

_KEYS = (
    "resource_name",
    "resource_type",
    "resource_status_reason",
    "creation_time",
    "updated_time",
    "required_by",
    "parent_resource",
    # Of our own: what an unfinished resource waits for, since when and until when.
    "waiting_for",
    "waiting_since",
    "waiting_until",
)
_DETAIL_KEYS = ("description", "attributes")


def resource(base_url: str, raw: Mapping[str, Any], *, detail: bool) -> dict[str, Any]:
    """One resource; ``detail`` adds description and attributes."""
    keys = _KEYS + _DETAIL_KEYS if detail else _KEYS
    return {
        **{key: raw[key] for key in keys if key in raw},
        "logical_resource_id": raw["resource_name"],
        "physical_resource_id": raw.get("physical_resource_id") or "",
        "resource_status": f"{raw['resource_action']}_{raw['resource_status']}",
        "links": _links(base_url, raw),
    }


def _links(base_url: str, raw: Mapping[str, Any]) -> list[links.Link]:
    made = [
        links.link(base_url, StackIdentity.from_dict(raw["resource_identity"])),
        links.link(base_url, StackIdentity.from_dict(raw["stack_identity"]), "stack"),
    ]
    if raw.get("nested_stack_id"):
        nested = StackIdentity.from_dict(raw["nested_stack_id"])
        made.append(links.link(base_url, nested, "nested"))
    return made
