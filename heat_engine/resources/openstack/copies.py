"""Copies of what things hold, made for snapshots and known by the snapshot's token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.resources.openstack.calls import guarded, poll
from heat_engine.resources.protocol import Progress, Request, done, failed


@dataclass(frozen=True, slots=True)
class Copies:
    """The collection in which a type's copies are; ``key``: what a snapshot calls a copy's id."""

    service: str
    collection: str
    noun: str
    ready: str
    key: str

    def make(self, request: Request, ask: Callable[[Request], Document | None]) -> Progress:
        """Have ``ask`` make the copy with the request's token and wait until it is ready.

        The copy of a thing that is being deleted and is gone already cannot be had any more.
        """
        if request.physical_id is None:
            return done(snapshot={})
        return guarded(request, lambda call: self._make(call, ask))

    def _make(self, request: Request, ask: Callable[[Request], Document | None]) -> Progress:
        copy = request.cloud.find(self.service, self.collection, request.token)
        try:
            copy = copy or ask(request)
        except CloudError as error:
            if error.kind == "not_found" and request.state.startswith("DELETE"):
                return done(snapshot={})
            raise
        status = str((copy or {}).get("status", "unknown"))
        if copy is not None and status.lower() == self.ready:
            return done(snapshot={self.key: copy["id"]})
        if status.lower() in ("error", "killed", "deleted"):
            return failed(f"{self.noun} went to status {status}", "ResourceInError")
        return poll(request, f"{self.noun} to become {self.ready} (is {status})")

    def drop(self, request: Request) -> Progress:
        """Delete the copy, and let nobody make it who still tries to."""
        return guarded(request, self._drop)

    def _drop(self, request: Request) -> Progress:
        request.cloud.forget(self.service, self.collection, request.token)
        if request.cloud.find(self.service, self.collection, request.token) is None:
            return done()
        return poll(request, f"{self.noun} to be gone")

    def held(self, snapshot: Mapping[str, Any] | None) -> str | None:
        """The id of the copy to restore from, if there is one."""
        return (snapshot or {}).get(self.key)
