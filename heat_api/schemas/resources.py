"""Bodies of requests about a resource (contract/native-api.md section 9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import webob.exc

from heat_api.schemas.values import boolean


def mark_unhealthy(body: Mapping[str, Any]) -> dict[str, Any]:
    """``mark_unhealthy`` and ``resource_status_reason``, no other key."""
    unknown = body.keys() - {"mark_unhealthy", "resource_status_reason"}
    if unknown:
        raise webob.exc.HTTPBadRequest(f"Unexpected keys in body: {', '.join(sorted(unknown))}")
    if "mark_unhealthy" not in body:
        raise webob.exc.HTTPBadRequest("Missing mandatory (mark_unhealthy) key from body")
    reason = body.get("resource_status_reason")
    if reason is not None and not isinstance(reason, str):
        raise webob.exc.HTTPBadRequest("resource_status_reason must be text")
    return {
        "mark_unhealthy": boolean("mark_unhealthy", body["mark_unhealthy"]),
        "resource_status_reason": reason,
    }
