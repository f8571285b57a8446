"""Bodies of requests about software configs (contract/native-api.md section 11.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import webob.exc


def create(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the engine takes; other keys are ignored, missing ones say nothing."""
    return {
        "name": body.get("name"),
        "group": body.get("group"),
        "config": body.get("config"),
        "inputs": _items(body, "inputs"),
        "outputs": _items(body, "outputs"),
        "options": body.get("options") or {},
    }


def _items(body: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    given = body.get(key) or []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise webob.exc.HTTPBadRequest(f"{key} must be a list of objects")
    return given
