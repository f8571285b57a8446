"""A client of Server-Sent Events (WHATWG HTML, section 9.2) over a plain connection."""

from __future__ import annotations

import contextlib
import http.client
import json
import queue
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.deployment import Person

SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event: ``at`` by the clock of ``time.time``."""

    id: str
    kind: str
    document: dict[str, Any]
    at: float


class Watch:
    """A stream that is read by a thread of its own until it ends or is left."""

    def __init__(self, person: Person, path: str, last: str | None = None) -> None:
        parts = urlsplit(person.root + path)
        self._client = http.client.HTTPConnection(str(parts.netloc), timeout=60)
        headers = {
            "Accept": "text/event-stream",
            "X-Auth-User": person.account.name,
            "X-Auth-Key": person.account.password,
        }
        if last is not None:
            headers["Last-Event-ID"] = last
        self._client.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        self._socket = self._client.sock
        self.answer = self._client.getresponse()
        self.status, self.headers = self.answer.status, self.answer.headers
        self.told: list[Told] = []
        self.last = last
        self.ended = threading.Event()
        self._queue: queue.Queue[Told] = queue.Queue()
        if self.status == 200:
            threading.Thread(target=self._read, daemon=True).start()
        else:
            self.answer.read()
            self._client.close()

    def next(self, seconds: float = SECONDS) -> Told:
        return self._queue.get(timeout=seconds)

    def until(self, name: str, status: str) -> list[Told]:
        """All that is told up to that state of that resource or stack."""
        got = []
        while True:
            got.append(self.next())
            document = got[-1].document
            if (document["resource_name"], document["resource_status"]) == (name, status):
                return got

    def leave(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.ended.wait(SECONDS)

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            while line := self.answer.readline():
                name, _, value = line.decode().rstrip("\n").partition(":")
                if name:
                    fields[name] = value.removeprefix(" ")
                    continue
                if line == b"\n":
                    self._dispatch(fields)
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError):
            return  # left
        finally:
            self.answer.close()
            self._client.close()
            self.ended.set()

    def _dispatch(self, fields: dict[str, str]) -> None:
        self.last = fields.get("id", self.last)
        if "data" in fields:
            document = json.loads(fields["data"])
            told = Told(fields["id"], fields.get("event", "message"), document, time.time())
            self.told.append(told)
            self._queue.put(told)
