"""The local cloud's objects over HTTP, as Swift serves them to whoever has a temporary URL.

A container may also be open to everybody, for reading (and then also as a web site) or writing.
All engines of a machine listen at one port of the loopback address, kept in the documents, so
that a URL stays good as long as one of them lives.
"""

from __future__ import annotations

import contextlib
import hmac
import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import webob
import webob.exc
from webob.dec import wsgify

from common.server import HttpServer
from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.documents import Documents, Transaction
from heat_engine.clouds.local.object_store import (
    ACCOUNT,
    OBJECT_BYTES,
    Objects,
    path_of,
    sign,
)

LOG = logging.getLogger(__name__)
_ADDRESS = "127.0.0.1"
_ENDPOINT = "object-store"
_EVERYBODY = ".r:*"
_METADATA = "x-object-meta-"
_CHUNK = 64 * 1024
_THREADS = 2
_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
# A signature for one of these methods is good for the other one too.
_ALSO = {"HEAD": ("HEAD", "GET", "PUT", "POST")}
_STATUSES = {"not_found": 404, "conflict": 409, "invalid": 413, "over_limit": 507}


@dataclass(frozen=True, slots=True)
class _Options:
    """See ``common.config.api_opts``."""

    bind_host: str = _ADDRESS
    bind_port: int = 0
    backlog: int = 128
    max_connections: int = 256
    idle_timeout: int = 60
    max_header_size: int = 16384
    max_body_size: int = OBJECT_BYTES


class ObjectServer:
    """Listens from the first ``listen`` on, until the process ends."""

    def __init__(self, documents: Documents, objects: Objects) -> None:
        self._documents = documents
        self._application = Application(documents, objects)
        self._lock = threading.Lock()
        self._server: HttpServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Root of all URLs: ``http://127.0.0.1:port``; empty before the first ``listen``."""
        return f"http://{_ADDRESS}:{self._port}" if self._port else ""

    def listen(self) -> None:
        """Not to be called within a transaction. Raises CloudError unavailable."""
        with self._lock:
            if self._server is not None:
                return
            with self._documents.write() as transaction:
                bound = _claim(transaction)
            self._port = int(bound.getsockname()[1])
            server = HttpServer(threads=_THREADS)
            server.add(self._application, _Options(), bound)
            server.start()
            self._server = server


def _claim(transaction: Transaction) -> socket.socket:
    """A socket at the port that the engines of this machine share; a new one if it is taken."""
    known = transaction.get("endpoints", _ENDPOINT)
    found = _bound(known["port"]) if known else None
    if found is not None:
        return found
    found = _bound(_free_port())
    if found is None:
        raise CloudError("unavailable", "The object store finds no port to listen at.")
    if known is not None:
        LOG.warning("port %s is taken: URLs of stored objects lead nowhere now", known["port"])
        transaction.remove("endpoints", _ENDPOINT)
    port = found.getsockname()[1]
    transaction.insert("endpoints", {"id": _ENDPOINT, "port": port}, builtin=True)
    return found


def _bound(port: int) -> socket.socket | None:
    """A socket at that port, which other engines of this user may share; None when it is taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        made.bind((_ADDRESS, port))
    except OSError:
        made.close()
        return None
    return made


def _free_port() -> int:
    """A port that nobody has, not even to share."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_ADDRESS, 0))
        return int(probe.getsockname()[1])


class Application:
    """``/v1/AUTH_<project>/<container>/<object>``."""

    def __init__(self, documents: Documents, objects: Objects) -> None:
        self._documents = documents
        self._objects = objects

    @wsgify
    def __call__(self, request: webob.Request) -> webob.Response:
        if request.method not in _METHODS:
            raise webob.exc.HTTPMethodNotAllowed()
        try:
            path, query = request.path_info, request.GET
        except UnicodeDecodeError as error:
            raise webob.exc.HTTPBadRequest("The URL is not UTF-8.") from error
        with self._documents.read() as transaction:
            container, name = _place(transaction, path)
            self._admit(transaction, request.method, query, container, name)
        try:
            return self._answer(request, container, name)
        except CloudError as error:
            raise webob.exc.status_map[_STATUSES.get(error.kind, 503)](str(error)) from error

    @staticmethod
    def _admit(
        transaction: Transaction,
        method: str,
        query: Mapping[str, str],
        container: Document,
        name: str,
    ) -> None:
        """Raises HTTPUnauthorized; nothing tells whether there is such an object."""
        reads = method in ("GET", "HEAD")
        acl = container["read_acl"] if reads else container["write_acl"]
        if _EVERYBODY in acl.split(","):
            return
        account = transaction.get("accounts", container["project_id"])
        path = path_of(container, name)
        if not name or not account or not _signed(method, query, account["key"], path):
            raise webob.exc.HTTPUnauthorized("The temporary URL is not valid, or no more.")

    def _answer(self, request: webob.Request, container: Document, name: str) -> webob.Response:
        match request.method:
            case "PUT":
                return self._put(request, container, name)
            case "DELETE":
                found = self._latest(container, name)
                self._objects.remove(found["id"])
                return webob.Response(status=204)
            case "POST":
                return self._describe(request, self._latest(container, name))
        return self._get(request, container, name)

    def _put(self, request: webob.Request, container: Document, name: str) -> webob.Response:
        if not name:
            raise webob.exc.HTTPBadRequest("The path names no object.")
        body: BinaryIO = request.body_file
        made = self._objects.put(
            container,
            name,
            body,
            request.content_length or 0,
            {"content_type": request.content_type, "metadata": _metadata(request)},
        )
        return webob.Response(status=201, etag=made["etag"])

    def _describe(self, request: webob.Request, found: Document) -> webob.Response:
        with self._documents.write() as transaction:
            self._objects.change(transaction, found, {"metadata": _metadata(request)})
        return webob.Response(status=202)

    def _get(self, request: webob.Request, container: Document, name: str) -> webob.Response:
        site = container["metadata"]
        index = site.get("web-index")
        wanted = f"{name}{index}" if index and (not name or name.endswith("/")) else name
        try:
            if not wanted:
                return self._listing(container)
            return self._sent(request, self._latest(container, wanted), 200)
        except CloudError as error:
            page = site.get("web-error")
            if error.kind != "not_found" or not page:
                raise
            return self._sent(request, self._latest(container, f"404{page}"), 404)

    def _sent(self, request: webob.Request, found: Document, status: int) -> webob.Response:
        answer = webob.Response(
            status=status,
            content_type=found["content_type"],
            content_length=found["bytes"],
            etag=found["etag"],
        )
        for key, value in found["metadata"].items():
            answer.headers[_METADATA + key] = value
        if request.method == "GET":
            answer.app_iter = _chunks(self._objects.open(found))
        return answer

    def _listing(self, container: Document) -> webob.Response:
        with self._documents.read() as transaction:
            found = transaction.query("objects", container_id=container["id"])
        names = sorted({item["name"] for item in found})
        return webob.Response(
            text="".join(f"{name}\n" for name in names), content_type="text/plain"
        )

    def _latest(self, container: Document, name: str) -> Document:
        with self._documents.read() as transaction:
            found = transaction.query("objects", container_id=container["id"], name=name)
        if not found:
            raise self._objects.missing(name)
        return found[-1]


def _place(transaction: Transaction, path: str) -> tuple[Document, str]:
    """The container and the object's name of a path. Raises HTTPNotFound, HTTPUnauthorized."""
    parts = path.split("/", 4)
    if len(parts) < 4 or parts[1] != "v1" or not parts[2].startswith(ACCOUNT):
        raise webob.exc.HTTPNotFound()
    project_id = parts[2].removeprefix(ACCOUNT)
    found = transaction.query("containers", name=parts[3])
    for container in found:
        if container["project_id"] == project_id:
            return container, parts[4] if len(parts) > 4 else ""
    raise webob.exc.HTTPUnauthorized("The temporary URL is not valid, or no more.")


def _signed(method: str, query: Mapping[str, str], key: str, path: str) -> bool:
    given = query.get("temp_url_sig", "")
    try:
        expires = int(query.get("temp_url_expires", ""))
    except ValueError:
        return False
    if expires < time.time():
        return False
    return any(
        hmac.compare_digest(given.encode(), sign(key, signed, path, expires).encode())
        for signed in _ALSO.get(method, (method,))
    )


def _metadata(request: webob.Request) -> dict[str, str]:
    return {
        key.lower().removeprefix(_METADATA): str(value)
        for key, value in request.headers.items()
        if key.lower().startswith(_METADATA)
    }


def _chunks(file: Any) -> Iterator[bytes]:
    with contextlib.closing(file):
        while chunk := file.read(_CHUNK):
            yield chunk
