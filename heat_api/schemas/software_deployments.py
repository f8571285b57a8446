"""Bodies of requests about software deployments (contract/native-api.md section 11.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import webob.exc

# Longest text, for what has a bound that the engine need not be asked about.
LONGEST_PROJECT = 64
_CREATE = (
    "config_id",
    "server_id",
    "input_values",
    "action",
    "status",
    "status_reason",
    "stack_user_project_id",
)
_UPDATE = ("config_id", "input_values", "output_values", "action", "status", "status_reason")


def create(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is given and known; what is null is left to the engine's defaults."""
    project = body.get("stack_user_project_id")
    if isinstance(project, str) and len(project) > LONGEST_PROJECT:
        raise webob.exc.HTTPBadRequest(
            f"stack_user_project_id has at most {LONGEST_PROJECT} characters"
        )
    return {key: body[key] for key in _CREATE if body.get(key) is not None}


def update(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is given, known and not empty."""
    return {key: body[key] for key in _UPDATE if body.get(key)}
