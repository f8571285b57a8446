"""The engine's own service that keeps software configs and deployments, as types call it."""

from __future__ import annotations

import uuid
from typing import Any

from heat_engine.clouds.interface import Cloud, CloudError, Document

SERVICE = "orchestration"
CONFIGS, DEPLOYMENTS = "software_configs", "software_deployments"
# By physical id: ``metadata`` and ``deployments`` of a server with agents.
SERVERS = "servers"
UNGROUPED = "Heat::Ungrouped"
# What this engine has nothing to offer for, and what it would take.
REFUSED = {
    "ZAQAR_SIGNAL": "a message queue",
    "ZAQAR_MESSAGE": "a message queue",
}


def transport_problems(name: str, value: Any, offered: str) -> list[str]:
    """What is wrong with the property ``name`` that chooses a transport."""
    if value not in REFUSED:
        return []
    return [f"{name} {value} needs {REFUSED[value]}, which is not offered here. Use {offered}."]


def config_text(cloud: Cloud, given: str) -> Any:
    """``given``, or where it is the id of a software config what that one holds."""
    try:
        uuid.UUID(given)
    except ValueError:
        return given
    try:
        return cloud.get(SERVICE, CONFIGS, given)["config"]
    except CloudError as error:
        if error.kind != "not_found":
            raise
        return given


def remove(cloud: Cloud, collection: str, id: str | None, token: str) -> None:
    """Delete a thing, or whatever the token made; absent is fine."""
    if id is None:
        cloud.forget(SERVICE, collection, token)
        return
    try:
        cloud.delete(SERVICE, collection, id)
    except CloudError as error:
        if error.kind != "not_found":
            raise


def config_of(cloud: Cloud, config_id: str | None) -> Document:
    """A software config; no id is an empty one."""
    if not config_id:
        return {"name": None, "group": None, "config": None, "inputs": [], "outputs": []}
    return cloud.get(SERVICE, CONFIGS, config_id)
