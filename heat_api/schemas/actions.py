"""The body of a request to act on a stack (contract/native-api.md section 8.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import webob.exc

ACTIONS = ("suspend", "resume", "check", "cancel_update", "cancel_without_rollback")


def action(body: Mapping[str, Any] | None) -> str:
    """The one action named."""
    if not body:
        raise webob.exc.HTTPBadRequest("No action specified")
    if len(body) > 1:
        raise webob.exc.HTTPBadRequest("Multiple actions specified")
    name = str(next(iter(body)))
    if name not in ACTIONS:
        raise webob.exc.HTTPBadRequest(f"Invalid action {name} specified")
    return name
