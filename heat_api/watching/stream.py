"""One client that watches: what it wants to see, and how far it is.

The text is that of Server-Sent Events (WHATWG HTML, section 9.2).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from common.streaming import Outlet
from heat_api.views import events
from heat_api.watching.place import START, Place

Raw = Mapping[str, Any]

# A client tries again after so many milliseconds when its connection is lost.
RETRY = 1000
HEARTBEAT = b":\n\n"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is watched, as the engine's ``watch_scope`` tells it."""

    project_id: str
    stack_id: str | None
    root_id: str | None
    depth: int
    deleted: bool
    root: dict[str, str] | None
    wire: dict[str, Any]

    @classmethod
    def of(cls, told: dict[str, Any]) -> Scope:
        fields = ("project_id", "stack_id", "root_id", "depth", "deleted", "root")
        return cls(**{name: told[name] for name in fields}, wire=told)


class Stream:
    """A reader of ``common.streaming``. All but ``opened`` and ``closed`` is the feed's.

    place: up to where the client has seen the events; None for now, and again as soon as it has
    been sent all that it missed.
    """

    def __init__(
        self,
        scope: Scope,
        filters: Mapping[str, Any],
        base_url: str,
        place: Place | None,
        left: Callable[[Stream], None],
    ) -> None:
        self.scope = scope
        self.place = place
        self._before = place or START
        self._unseen = frozenset(self._before.missing)
        self.outlet: Outlet | None = None
        self.sent: set[int] = set()  # numbers that the feed will come upon again
        self.ahead = False  # whether it was found to be further than the feed
        self.since = self.spoke = time.monotonic()
        self.ended = False
        self._filters = {
            name: set(value) if isinstance(value, list) else {value}
            for name, value in filters.items()
        }
        self._base_url = base_url
        self._members = set(scope.wire.get("members") or ())
        self._left = left

    def begin(self, place: Place) -> None:
        """Say where to begin, for a stream that begins with now."""
        self.place = self._before = place
        self._unseen = frozenset(place.missing)

    @property
    def opening(self) -> bytes:
        """What is sent first. With an id: who is cut off before the first event misses none."""
        return f"retry: {RETRY}\nid: {self._before}\n\n".encode()

    def has_seen(self, number: int) -> bool:
        """Whether the client had that event before it came, or was sent it in its replay."""
        early = number <= self._before.after and number not in self._unseen
        return early or number in self.sent

    def opened(self, outlet: Outlet) -> None:
        self.outlet = outlet

    def closed(self) -> None:
        self.ended = True
        self._left(self)

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken."""
        return self.outlet.waiting if self.outlet is not None else 0

    def beat(self) -> None:
        """A sign of life."""
        if self.outlet is not None:
            self.outlet.send(HEARTBEAT)
            self.spoke = time.monotonic()

    def end(self) -> None:
        """Nothing more comes: the client is told by the end of the answer."""
        if self.outlet is not None and not self.ended:
            self.ended = True
            self.outlet.end()

    def drop(self) -> None:
        """Let a client go that does not take what it is sent."""
        if self.outlet is not None:
            self.ended = True
            self.outlet.drop()

    def offer(self, raw: Raw, place: Place, written: dict[Any, str]) -> None:
        """Send an event, if it is one that is watched. written: texts made for others already."""
        if self.outlet is None or self.ended or not self._watched(raw):
            return
        if self._passes(raw):
            key = (raw["sequence"], self._base_url, self.scope.root_id and self.scope.stack_id)
            text = written.get(key)
            if text is None:
                text = written[key] = self._written(raw)
            missing = tuple(item for item in place.missing if not self.has_seen(item))
            self.outlet.send(f"id: {Place(place.after, missing)}\n{text}".encode())
            self.spoke = time.monotonic()
        if self._is_end(raw):
            self.end()

    def _is_end(self, raw: Raw) -> bool:
        """Whether the stack that is watched is gone."""
        state = (raw["resource_action"], raw["resource_status"])
        mine = raw["stack_identity"]["stack_id"] == self.scope.stack_id
        return mine and _of_stack(raw) and state == ("DELETE", "COMPLETE")

    def _watched(self, raw: Raw) -> bool:
        scope = self.scope
        if raw["stack_identity"]["tenant"] != scope.project_id or raw["depth"] > scope.depth:
            return False
        stack_id = raw["stack_identity"]["stack_id"]
        if scope.stack_id is None or stack_id == scope.stack_id:
            return True
        if scope.root_id is None or raw["root_id"] != scope.root_id:
            return False
        if scope.wire.get("members") is None:
            return True
        if raw["owner_id"] in self._members:
            self._members.add(stack_id)
        return stack_id in self._members

    def _passes(self, raw: Raw) -> bool:
        return all(str(raw.get(name)) in wanted for name, wanted in self._filters.items())

    def _written(self, raw: Raw) -> str:
        shown = {**raw, "root_stack_id": self.scope.root}
        document = events.told(self._base_url, shown)
        kind = "stack" if _of_stack(raw) else "resource"
        return f"event: {kind}\ndata: {json.dumps(document)}\n\n"


def _of_stack(raw: Raw) -> bool:
    """Whether it tells of a stack's own state."""
    return bool(
        raw["resource_type"] == "OS::Heat::Stack"
        and raw["physical_resource_id"] == raw["stack_identity"]["stack_id"]
    )
