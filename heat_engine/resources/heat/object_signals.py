"""Signals that arrive as objects, by a temporary URL (transport TEMP_URL_SIGNAL)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import Cloud, CloudError
from heat_engine.resources.openstack import object_store
from heat_engine.resources.openstack.object_store import CONTAINERS, OBJECTS, SERVICE
from heat_engine.resources.protocol import Signal

TRANSPORT = "TEMP_URL_SIGNAL"
SUCCESS = "SUCCESS"
LONGEST_SHOWN = 255


def url(cloud: Cloud, container: str, name: str) -> str:
    """The URL to put signals to; the container is made if it is not there. Raises CloudError."""
    wanted = {"name": container, "versions": True}
    cloud.create(SERVICE, CONTAINERS, wanted, token=f"signals-{container}")
    return object_store.temporary_url(cloud, container, name, "PUT")


def received(cloud: Cloud, container: str, name: str) -> list[str]:
    """What has been put to the URL, oldest first."""
    found = cloud.list(SERVICE, OBJECTS, container=container, name=name)
    return [object_store.content(cloud, item) for item in found]


def remove(cloud: Cloud, container: str) -> None:
    """Delete the container with all that is in it; absent is fine."""
    try:
        object_store.empty(cloud, container)
        object_store.gone(cloud, CONTAINERS, container)
    except CloudError as error:
        if error.kind != "not_found":
            raise


def parsed(bodies: Sequence[str]) -> list[Signal]:
    """Signals in the order in which they came; one of the same id takes an earlier one's place.

    Raises ValueError for a body that is no JSON object. Nothing in a body: success.
    """
    found: dict[str, Signal] = {}
    for number, body in enumerate(bodies, 1):
        given = details(body)
        signal_id = str(given.get("id") or number)
        reason = given.get("reason")
        found[signal_id] = Signal(
            signal_id,
            str(given.get("status") or SUCCESS),
            f"Signal {number} received" if reason is None else str(reason),
            given.get("data"),
        )
    return list(found.values())


def details(body: str) -> Mapping[str, Any]:
    """The JSON object that a signal is; empty for nothing. Raises ValueError."""
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise ValueError(f"Failed to parse JSON data: {body[:LONGEST_SHOWN]}")
    return found
