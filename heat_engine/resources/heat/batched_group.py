"""Groups whose members are made and changed in batches.

Source: contract/engine-semantics.md sections 10.5 and 10.6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heat_engine.language.schema import Kind, Property, between
from heat_engine.resources.child import ChildStack
from heat_engine.resources.heat.batches import Batch, rolling
from heat_engine.resources.heat.group_members import Member
from heat_engine.resources.nested import ASKED, NestedStack
from heat_engine.resources.protocol import Progress, Request, done, failed, replace, wait

BATCHES = "batches"
PAUSED_UNTIL = "paused_until"
ROLLING, BATCH_CREATE = "rolling_update", "batch_create"
TOO_SLOW = "The current update policy will result in stack update timeout."


def policy(description: str, *, in_service: bool) -> Property:
    """The schema of an update policy of the OpenStack kind."""
    schema = {
        "max_batch_size": Property(
            Kind.INTEGER,
            "How many members to change at once.",
            default=1,
            constraints=(between(1),),
        ),
        "pause_time": Property(
            Kind.NUMBER,
            "Seconds to wait between batches.",
            default=0,
            constraints=(between(0),),
        ),
    }
    if in_service:
        schema["min_in_service"] = Property(
            Kind.INTEGER,
            "How many members to leave alone at any time.",
            default=0,
            constraints=(between(0),),
        )
    return Property(Kind.MAP, description, schema=schema)


@dataclass(frozen=True, slots=True)
class Policy:
    """How to proceed: ``pause`` in seconds between batches; ``bridging``: see ``rolling``."""

    batch_size: int = 1
    in_service: int = 0
    pause: float = 0.0
    bridging: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the next batch makes of the nested stack. ``data``: kept with the resource."""

    child: ChildStack
    data: Mapping[str, Any] | None = None


class BatchedGroup(NestedStack):
    """Verbs that bring the nested stack where it is wanted, batch by batch."""

    def target(self, request: Request) -> int:
        """How many members there shall be."""
        raise NotImplementedError

    def present(self, request: Request) -> int:
        """How many members there are that stay, before an update begins."""
        raise NotImplementedError

    def chosen_policy(self, request: Request) -> Policy | None:
        """How the verb is to proceed; None: all at once."""
        found = request.update_policy.get(BATCH_CREATE if request.verb == "create" else ROLLING)
        if not isinstance(found, Mapping):
            return None
        return Policy(
            batch_size=int(found.get("max_batch_size") or 1),
            in_service=int(found.get("min_in_service") or 0),
            pause=float(found.get("pause_time") or 0),
        )

    def next_stack(self, request: Request, batch: Batch, *, first: bool) -> Wanted:
        """The nested stack after the batch; ``first``: nothing has been asked for yet."""
        raise NotImplementedError

    def wanted(self, request: Request) -> ChildStack:
        """All members at once, as when they are there already."""
        target = self.target(request)
        return self.next_stack(request, Batch(target, target), first=True).child

    def create(self, request: Request) -> Progress:
        return self._go_on(request) if request.saved else self._begin(request, 0)

    def update(self, request: Request) -> Progress:
        if request.saved:
            return self._go_on(request)
        if request.child is None or request.child.action == "DELETE":
            return replace()
        return self._begin(request, self.present(request))

    def _begin(self, request: Request, current: int) -> Progress:
        target, policy = self.target(request), self.chosen_policy(request)
        batches = [Batch(target, target)]
        if policy is not None:
            found = rolling(
                target,
                current,
                policy.batch_size,
                policy.in_service,
                bridging=policy.bridging,
            )
            batches = list(found) or batches
            if policy.pause * (len(batches) - 1) >= request.stack_timeout:
                return failed(TOO_SLOW, "ValueError")
        left = [[batch.size, batch.renewed] for batch in batches]
        return self._next(request, left, first=True)

    def _go_on(self, request: Request) -> Progress:
        left = list(request.saved.get(BATCHES) or ())
        if request.saved.get(ASKED):
            unfinished = self.ended(request)
            if unfinished is not None:
                return unfinished
            if not left:
                return self.made(request)
            policy = self.chosen_policy(request)
            if policy is not None and policy.pause > 0:
                return self._paused(request, request.elapsed + policy.pause, left)
        until = float(request.saved.get(PAUSED_UNTIL) or 0)
        if request.elapsed < until:
            return self._paused(request, until, left)
        return self._next(request, left, first=False)

    @staticmethod
    def _paused(request: Request, until: float, left: list[Any]) -> Progress:
        saved = {BATCHES: left, PAUSED_UNTIL: until}
        return wait("the pause between batches", until - request.elapsed, saved=saved)

    def _next(self, request: Request, left: list[Any], *, first: bool) -> Progress:
        """Ask for the stack as the next batch makes it."""
        (size, renewed), rest = left[0], left[1:]
        wanted = self.next_stack(request, Batch(size, renewed), first=first)
        asked = self.ask(request, wanted.child, **{BATCHES: rest})
        return wait(asked.waiting_for, child=wanted.child, saved=asked.saved, data=wanted.data)

    def made(self, request: Request) -> Progress:
        return done()


def renewed(
    made: Mapping[str, Member],
    old: Mapping[str, Member],
    batch: Batch,
    surplus: Sequence[str] = (),
) -> dict[str, Member]:
    """Of the members wanted at last, those after this batch: at most so many are new or changed.

    made: as many as the batch leaves. surplus: those changed before others; of the rest the last
    ones go first.
    """
    names = list(made)
    present = [name for name in names if name in old]
    left = batch.renewed - (batch.size - len(present))
    kept = {}
    for name in sorted(present, key=lambda name: (name in surplus, -names.index(name))):
        if old[name] == made[name]:
            continue
        if left > 0:
            left -= 1
        else:
            kept[name] = old[name]
    return {name: kept.get(name, made[name]) for name in names}
