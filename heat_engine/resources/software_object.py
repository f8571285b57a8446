"""What is deployed to a server, in an object that its agents poll (transport POLL_TEMP_URL).

Source: contract/engine-semantics.md section 10.7.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from common.identifiers import new_id
from heat_engine.clouds.interface import Cloud, CloudError, Document
from heat_engine.resources.heat.software_service import SERVERS
from heat_engine.resources.heat.software_service import SERVICE as OWN
from heat_engine.resources.openstack import object_store
from heat_engine.resources.openstack.object_store import CONTAINERS, OBJECTS, SERVICE
from heat_engine.resources.protocol import Request

TRANSPORT = "POLL_TEMP_URL"


def url(request: Request) -> str:
    """The URL that the server's agents poll; the container is made if it is not there.

    Raises CloudError.
    """
    container, name = _place(request)
    try:
        token = f"software-{container}"
        request.cloud.create(SERVICE, CONTAINERS, {"name": container}, token=token)
    except CloudError as error:
        if error.kind != "conflict":
            raise
    return object_store.temporary_url(request.cloud, container, name, "GET")


def is_polled(metadata: Mapping[str, Any]) -> bool:
    """Whether the agents that have this metadata poll an object."""
    return "request" in (metadata.get("os-collect-config") or {})


def serves(cloud: Cloud, server_id: str) -> bool:
    """Whether what is deployed to a server must be written to an object."""
    known = _known(cloud, server_id)
    return known is not None and is_polled(known["metadata"])


def publish(cloud: Cloud, server_id: str | None, metadata: Mapping[str, Any] | None = None) -> None:
    """Write the server's metadata, with what is deployed to it now, where its agents look.

    metadata: where the server's resource has no row yet that has it. Raises CloudError.
    """
    written = _wanted(cloud, server_id, metadata)
    while written is not None:
        address, content = written
        _write(cloud, address, content)
        # Who wrote meanwhile may have been overwritten: whoever looks last has seen everything.
        now = _wanted(cloud, server_id, metadata)
        written = None if now == written else now


def withdraw(request: Request) -> None:
    """Delete the object, and its container when nothing else is in it. Raises CloudError."""
    container, name = _place(request)
    try:
        object_store.empty(request.cloud, container, name=name)
        if not request.cloud.list(SERVICE, OBJECTS, container=container):
            object_store.gone(request.cloud, CONTAINERS, container)
    except CloudError as error:
        if error.kind != "not_found":
            raise


def _place(request: Request) -> tuple[str, str]:
    given = request.properties.get("deployment_swift_data") or {}
    return (
        given.get("container") or request.physical_name,
        given.get("object") or request.physical_name,
    )


def _wanted(
    cloud: Cloud, server_id: str | None, metadata: Mapping[str, Any] | None
) -> tuple[str, str] | None:
    """The address of the object and what is to be in it; None where no agent looks."""
    known = None if server_id is None else _known(cloud, server_id)
    told = metadata if metadata is not None else known["metadata"] if known else {}
    if not is_polled(told):
        return None
    address = str(told["os-collect-config"]["request"]["metadata_url"])
    return address, json.dumps({**told, "deployments": known["deployments"] if known else []})


def _known(cloud: Cloud, server_id: str) -> Document | None:
    """A server with agents, as the engine knows it."""
    try:
        return cloud.get(OWN, SERVERS, server_id)
    except CloudError as error:
        if error.kind != "not_found":
            raise
        return None


def _write(cloud: Cloud, address: str, content: str) -> None:
    container, name = map(unquote, urlsplit(address).path.split("/", 4)[3:])
    body = {"container": container, "name": name, "content": content}
    cloud.create(SERVICE, OBJECTS, body, token=new_id())
    # A container of the user's may keep versions.
    for old in cloud.list(SERVICE, OBJECTS, container=container, name=name)[:-1]:
        object_store.gone(cloud, OBJECTS, old["id"])
