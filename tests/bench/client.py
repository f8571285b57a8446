"""A client that costs little itself: one connection kept open, nothing but the standard library."""

from __future__ import annotations

import http.client
import json
import socket
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

TIMEOUT = 120.0
# Between two looks at a stack: short enough to see an instant one end, and never so short, for one
# that takes long, that the looks themselves are what is measured.
SHORTEST_LOOK = 0.002
LOOKS = 40


class BenchError(RuntimeError):
    """An answer that makes a measure worthless."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may use a deployment; ``headers`` prove it."""

    project_id: str
    headers: Mapping[str, str] = field(repr=False)


class Client:
    """The native API as ``caller`` sees it. Not for several threads at once."""

    def __init__(self, url: str, caller: Caller) -> None:
        place = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(
            place.hostname or "", place.port, timeout=TIMEOUT
        )
        self._root = f"{place.path}/{caller.project_id}"
        self._headers = {**caller.headers, "Accept": "application/json"}

    def __enter__(self) -> Self:
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, document: Any = None) -> tuple[int, Any]:
        """Status and document of an answer; ``path`` begins after the project."""
        body = None if document is None else json.dumps(document).encode()
        status, text = self.send(method, path, body)
        return status, json.loads(text) if text.startswith(b"{") else None

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Status and body of an answer to a JSON text; nothing is read out of either."""
        headers = {**self._headers, "Content-Type": "application/json"} if body else self._headers
        self._connection.request(method, self._root + path, body, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def expect(self, status: int, method: str, path: str, document: Any = None) -> Any:
        """The document of an answer that must have this status."""
        found, answer = self.ask(method, path, document)
        if found != status:
            raise BenchError(f"{method} {path}: {found} {str(answer)[:500]}")
        return answer

    def create(
        self, name: str, template: dict[str, Any], files: Mapping[str, str] | None = None
    ) -> str:
        """Ask for a stack; its path."""
        body: dict[str, Any] = {"stack_name": name, "template": template, "timeout_mins": 10}
        if files:
            body["files"] = dict(files)
        return f"/stacks/{name}/{self.expect(201, 'POST', '/stacks', body)['stack']['id']}"

    def finish(self, stack: str, wanted: str, seconds: float = 300.0) -> float:
        """Wait until a stack is ``wanted``; the monotonic instant at which that was seen."""
        begun = time.monotonic()
        path = f"{stack}?resolve_outputs=False"
        while True:
            shown = self.expect(200, "GET", path)["stack"]
            now = time.monotonic()
            if shown["stack_status"] == wanted:
                return now
            if not shown["stack_status"].endswith("_IN_PROGRESS"):
                raise BenchError(f"{shown['stack_status']}: {shown['stack_status_reason']}")
            if now - begun > seconds:
                raise BenchError(f"{stack} is still {shown['stack_status']} after {seconds} s")
            time.sleep(max(SHORTEST_LOOK, (now - begun) / LOOKS))

    def timed_create(
        self, name: str, template: dict[str, Any], files: Mapping[str, str] | None = None
    ) -> tuple[str, float]:
        """The path of a new stack, and the seconds from POST to CREATE_COMPLETE."""
        begun = time.monotonic()
        stack = self.create(name, template, files)
        return stack, self.finish(stack, "CREATE_COMPLETE") - begun

    def timed_delete(self, stack: str) -> float:
        """Seconds from DELETE to DELETE_COMPLETE."""
        begun = time.monotonic()
        self.expect(204, "DELETE", stack)
        return self.finish(stack, "DELETE_COMPLETE") - begun

    def timed_update(self, stack: str, template: dict[str, Any]) -> float:
        """Seconds from PUT to UPDATE_COMPLETE of a stack that was not updated before."""
        begun = time.monotonic()
        self.expect(202, "PUT", stack, {"template": template, "timeout_mins": 10})
        return self.finish(stack, "UPDATE_COMPLETE") - begun
