"""Resources as list and show give them (contract/native-api.md section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

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


def listed(
    base_url: str, found: Iterable[Mapping[str, Any]], *, detail: bool
) -> list[dict[str, Any]]:
    """Resources of any number of stacks, in their order."""
    stack_urls: dict[str, str] = {}  # made once for all resources of a stack
    shown = []
    for raw in found:
        stack_id = raw["stack_identity"]["stack_id"]
        if stack_id not in stack_urls:
            stack_urls[stack_id] = _stack_url(base_url, raw)
        shown.append(_resource(base_url, stack_urls[stack_id], raw, detail=detail))
    return shown


def resource(base_url: str, raw: Mapping[str, Any], *, detail: bool) -> dict[str, Any]:
    """One resource; ``detail`` adds description and attributes."""
    return _resource(base_url, _stack_url(base_url, raw), raw, detail=detail)


def _stack_url(base_url: str, raw: Mapping[str, Any]) -> str:
    return links.url(base_url, StackIdentity.from_dict(raw["stack_identity"]))


def _resource(
    base_url: str, stack_url: str, raw: Mapping[str, Any], *, detail: bool
) -> dict[str, Any]:
    keys = _KEYS + _DETAIL_KEYS if detail else _KEYS
    return {
        **{key: raw[key] for key in keys if key in raw},
        "logical_resource_id": raw["resource_name"],
        "physical_resource_id": raw.get("physical_resource_id") or "",
        "resource_status": f"{raw['resource_action']}_{raw['resource_status']}",
        "links": _links(base_url, stack_url, raw),
    }


def _links(base_url: str, stack_url: str, raw: Mapping[str, Any]) -> list[links.Link]:
    made = [
        {"href": stack_url + quote(raw["resource_identity"]["path"], "/"), "rel": "self"},
        {"href": stack_url, "rel": "stack"},
    ]
    if raw.get("nested_stack_id"):
        nested = StackIdentity.from_dict(raw["nested_stack_id"])
        made.append(links.link(base_url, nested, "nested"))
    return made
