"""Things that are changed by actions of their own, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from heat_engine.clouds.interface import Document
from heat_engine.resources.openstack.calls import poll
from heat_engine.resources.openstack.rest import RestType
from heat_engine.resources.protocol import Progress, Request


@dataclass(frozen=True, slots=True)
class Action:
    """One action. ``of``: (collection, id) of the thing it is asked of, where it is another."""

    key: str
    name: str
    body: Mapping[str, Any]
    of: tuple[str, str] | None = None


class ActingType(RestType):
    """Asks for one action at a time and waits until the thing is ready before the next.

    An action asked for just before a crash is asked for again, so ``actions`` leaves out those
    whose effect is there.
    """

    def actions(self, request: Request, thing: Document, *, creates: bool) -> Iterable[Action]:
        """The actions that the changed properties (all given ones, on create) need."""
        return ()

    def act_or_finish(self, request: Request, thing: Document, *, creates: bool) -> Progress:
        finished = list(request.saved.get("actions", ()))
        for action in self.actions(request, thing, creates=creates):
            if action.key in finished:
                continue
            collection, asked = action.of or (self.collection, self.identify(thing))
            request.cloud.act(self.service, collection, asked, action.name, action.body)
            return poll(
                request,
                f"{self.noun} to finish {action.name}",
                physical_id=self.identify(thing),
                saved={
                    "sent": True,
                    "since": request.elapsed,
                    "actions": [*finished, action.key],
                },
            )
        return self.finish(request, thing)

    def finish_update(self, request: Request, thing: Document) -> Progress:
        return self.act_or_finish(request, thing, creates=False)
