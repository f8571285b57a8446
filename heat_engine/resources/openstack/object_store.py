"""The object store as resource types call it."""

from __future__ import annotations

from heat_engine.clouds.interface import Cloud, CloudError, Document

SERVICE = "object-store"
CONTAINERS, OBJECTS = "containers", "objects"


def temporary_url(cloud: Cloud, container: str, name: str, method: str) -> str:
    """A URL by which whoever has it may call that method on the object, for ever."""
    body = {"method": method, "object": name}
    return str((cloud.act(SERVICE, CONTAINERS, container, "temp_url", body) or {})["url"])


def content(cloud: Cloud, found: Document, *, most: int | None = None) -> str:
    """What an object holds, as text; ``most``: bytes that are good to read, beyond a signal's."""
    body = {} if most is None else {"most": most}
    return str((cloud.act(SERVICE, OBJECTS, found["id"], "content", body) or {}).get("content", ""))


def empty(cloud: Cloud, container: str, **query: str) -> None:
    """Delete the container's objects, or those that the query is about; absent is fine."""
    for found in cloud.list(SERVICE, OBJECTS, container=container, **query):
        gone(cloud, OBJECTS, found["id"])


def gone(cloud: Cloud, collection: str, id: str) -> None:
    """Delete a thing; absent is fine."""
    try:
        cloud.delete(SERVICE, collection, id)
    except CloudError as error:
        if error.kind != "not_found":
            raise
