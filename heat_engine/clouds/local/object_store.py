"""Containers and objects of the local cloud, shaped as Swift shapes them.

What an object holds is a file of its own; everything else of it is a document. Sizes are bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import quote

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.collection import Collection, new_id
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.fields import invalid, required, text

ACCOUNT = "AUTH_"
OBJECT_BYTES = 64 * 1024 * 1024
PROJECT_BYTES = 1024 * 1024 * 1024
CONTAINERS_PER_PROJECT = 1000
OBJECTS_PER_CONTAINER = 10000
# Of one object in a container that keeps versions.
VERSIONS = 1000
LONGEST_NAME = 1024
# What a caller within the engine may read at once, unless it says otherwise.
TEXT_BYTES = 64 * 1024
NEVER = 2147483647
_CHUNK = 64 * 1024
_ORPHAN_SECONDS = 3600


def sign(key: str, method: str, path: str, expires: int) -> str:
    """The signature that a temporary URL of that path carries, in hex digits."""
    message = f"{method}\n{expires}\n{path}"
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


class Endpoint(Protocol):
    """Where the store is served."""

    @property
    def url(self) -> str: ...

    def listen(self) -> None: ...


class Containers(Collection):
    """Known to callers by name, which is the id as well. ``versions``: an object that is written
    again leaves the earlier one beside it. ``read_acl``, ``write_acl``: ``.r:*`` for everybody."""

    name = "containers"
    singular = "Container"

    def __init__(self, documents: Documents, server: Endpoint) -> None:
        super().__init__(documents)
        self._server = server
        self.actions = {"temp_url": self._temporary_url, "account": self._describe_account}

    def fields(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any]
    ) -> Document:
        name = required(body, "containers", "name")
        if "/" in name or len(name.encode()) > 256:
            raise invalid("containers.name", "has a slash or is longer than 256 bytes")
        present = transaction.query("containers", project_id)
        if any(container["name"] == name for container in present):
            raise CloudError("conflict", f"Container {name} exists already.")
        if len(present) >= CONTAINERS_PER_PROJECT:
            raise CloudError("over_limit", f"A project has {CONTAINERS_PER_PROJECT} containers.")
        return {
            "versions": bool(body.get("versions")),
            "read_acl": text(body, "containers", "read_acl"),
            "write_acl": text(body, "containers", "write_acl"),
            "metadata": dict(body.get("metadata") or {}),
        }

    def settle(self, document: Document) -> None:
        self._server.listen()

    def locate(self, transaction: Transaction, project_id: str, id: str) -> Document:
        return find_container(transaction, project_id, id)

    def show(self, transaction: Transaction, document: Document) -> Document:
        objects = transaction.query("objects", container_id=document["id"])
        return {
            **document,
            "id": document["name"],
            "count": len(objects),
            "bytes": sum(item["bytes"] for item in objects),
            "url": f"{self._server.url}{path_of(document)}",
        }

    def unbuild(self, transaction: Transaction, document: Document) -> None:
        if transaction.query("objects", container_id=document["id"]):
            raise CloudError("conflict", f"Container {document['name']} is not empty.")
        super().unbuild(transaction, document)

    def _temporary_url(self, container: Document, body: Mapping[str, Any]) -> Document:
        """``{"url"}`` by which whoever has it may call ``method`` on ``object``.

        seconds: how long it is good; by default, for ever.
        """
        where = "containers.temp_url"
        method, name = required(body, where, "method"), required(body, where, "object")
        seconds = body.get("seconds")
        expires = NEVER if seconds is None else int(time.time() + float(seconds))
        path = path_of(container, name)
        with self.documents.write() as transaction:
            key = account_key(transaction, container["project_id"])
        query = f"temp_url_sig={sign(key, method, path, expires)}&temp_url_expires={expires}"
        self._server.listen()
        return {"url": f"{self._server.url}{path}?{query}"}

    def _describe_account(self, container: Document, body: Mapping[str, Any]) -> None:
        """Keep names and values with the account that the container belongs to."""
        with self.documents.write() as transaction:
            owner = container["project_id"]
            account_key(transaction, owner)
            account = transaction.get("accounts", owner) or {}
            account["metadata"] = {**account.get("metadata", {}), **body["metadata"]}
            transaction.put("accounts", account)


class Objects(Collection):
    """``container`` and ``name`` say where; ``content`` is text. Listed oldest first, with the
    earlier versions of each. Action ``content`` gives ``{"content"}``; ``most``: bytes."""

    name = "objects"
    singular = "Object"

    def __init__(self, documents: Documents, directory: Path) -> None:
        super().__init__(documents)
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.actions = {"content": self._content}

    def build(
        self, transaction: Transaction, project_id: str, body: Mapping[str, Any], token: str | None
    ) -> Document:
        where = required(body, "objects", "container")
        container = find_container(transaction, project_id, where)
        content = str(body.get("content") or "").encode()
        document = self._written(container, required(body, "objects", "name"), [content], {})
        self._enter(transaction, container, document, token)
        return document

    def put(
        self, container: Document, name: str, body: BinaryIO, length: int, facts: Mapping[str, Any]
    ) -> Document:
        """Keep what a stream holds. facts: ``content_type``, ``metadata``."""
        if length > OBJECT_BYTES:
            raise CloudError("invalid", f"An object has at most {OBJECT_BYTES} bytes.")
        chunks = iter(lambda: body.read(_CHUNK), b"")
        document = self._written(container, name, chunks, facts)
        try:
            with self.documents.write() as transaction:
                gone = self._enter(transaction, container, document, None)
        except CloudError:
            self._unlink(document["id"])
            raise
        for old in gone:
            self._unlink(old["id"])
        return document

    def open(self, document: Document) -> BinaryIO:
        try:
            return (self._directory / document["id"]).open("rb")
        except FileNotFoundError:
            raise self.missing(document["name"]) from None

    def removed(self, document: Document) -> None:
        self._unlink(document["id"])

    def sweep(self) -> None:
        """Remove files that a dead engine wrote and did not come to enter."""
        with self.documents.read() as transaction:
            known = {item["id"] for item in transaction.query("objects")}
        for path in self._directory.iterdir():
            old = time.time() - path.stat().st_mtime > _ORPHAN_SECONDS
            if old and path.name not in known:
                path.unlink(missing_ok=True)

    def _written(
        self, container: Document, name: str, chunks: Any, facts: Mapping[str, Any]
    ) -> Document:
        if len(name.encode()) > LONGEST_NAME:
            raise invalid("objects.name", f"is longer than {LONGEST_NAME} bytes")
        new, size = new_id(), 0
        digest = hashlib.md5(usedforsecurity=False)
        with (self._directory / new).open("wb") as file:
            for chunk in chunks:
                size += file.write(chunk)
                digest.update(chunk)
            file.flush()
            os.fsync(file.fileno())
        return {
            **self.common(container["project_id"], {"name": name}),
            "id": new,
            "container_id": container["id"],
            "container": container["name"],
            "bytes": size,
            "etag": digest.hexdigest(),
            "content_type": facts.get("content_type") or "application/octet-stream",
            "metadata": dict(facts.get("metadata") or {}),
            "last_modified": time.time(),
        }

    def _enter(
        self, transaction: Transaction, container: Document, document: Document, token: str | None
    ) -> list[Document]:
        """Enter a new object; the ones that it stands for now are given back."""
        if transaction.get("containers", container["id"]) is None:
            raise CloudError("not_found", f"Container {container['name']} could not be found.")
        owner = container["project_id"]
        present = transaction.query("objects", container_id=container["id"])
        same = [item for item in present if item["name"] == document["name"]]
        gone = [] if container["versions"] else same
        used = sum(item["bytes"] for item in transaction.query("objects", owner))
        used += document["bytes"] - sum(item["bytes"] for item in gone)
        if used > PROJECT_BYTES:
            raise CloudError("over_limit", f"A project's objects have {PROJECT_BYTES} bytes.")
        full = len(present) - len(gone) >= OBJECTS_PER_CONTAINER
        if full or len(same) - len(gone) >= VERSIONS:
            raise CloudError("over_limit", f"Container {container['name']} is full.")
        for old in gone:
            transaction.remove("objects", old["id"])
        transaction.insert("objects", document, token=token)
        return gone

    def _content(self, document: Document, body: Mapping[str, Any]) -> Document:
        most = int(body.get("most", TEXT_BYTES))
        if document["bytes"] > most:
            raise CloudError("invalid", f"{document['name']} has more than {most} bytes.")
        with self.open(document) as file:
            return {"content": file.read(most).decode(errors="replace")}

    def _unlink(self, id: str) -> None:
        with contextlib.suppress(OSError):
            (self._directory / id).unlink()


def find_container(transaction: Transaction, project_id: str, name: str) -> Document:
    found = transaction.visible("containers", project_id, name)
    if found is None:
        raise CloudError("not_found", f"Container {name} could not be found.")
    return found


def path_of(container: Document, name: str | None = None) -> str:
    """The path of a container, or of an object in it."""
    path = f"/v1/{ACCOUNT}{quote(container['project_id'])}/{quote(container['name'])}"
    return path if name is None else f"{path}/{quote(name)}"


def account_key(transaction: Transaction, project_id: str) -> str:
    """The project's key for temporary URLs; made when first asked for."""
    found = transaction.get("accounts", project_id)
    if found is None:
        found = {"id": project_id, "project_id": project_id, "key": secrets.token_hex(32)}
        transaction.insert("accounts", found, builtin=True)
    return str(found["key"])
