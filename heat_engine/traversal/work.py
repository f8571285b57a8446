"""A traversal in memory: its stack, goal, resources and steps, loaded once by its owner."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from common.context import GUEST_ACCESS
from heat_engine.clouds.identity import GuestUser
from heat_engine.commands import ancestors, child_stack, kinds, mask, stack_snapshot
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.commands.kinds import Kinds
from heat_engine.commands.requests import Requests
from heat_engine.commands.scope import StackScope
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action
from heat_engine.graph.walk import Walk
from heat_engine.language import functions
from heat_engine.language.definition import ResourceDefinition
from heat_engine.resources.child import ChildStack
from heat_engine.resources.protocol import Request, ResourceType
from heat_engine.store import snapshots, stacks, traversals
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.traversals import StepRecord
from heat_engine.traversal.journal import Journal
from heat_engine.traversal.rules import Rules


class DatabaseTime:
    """The database's clock, estimated from the last reading of it by the monotonic clock."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def set(self, now: float) -> None:
        self._offset = now - time.monotonic()

    def now(self) -> float:
        return time.monotonic() + self._offset


@dataclass(slots=True)
class Call:
    """A verb that is about to be called. A request made before the call keeps what it saw.

    first: makes the guest known where it has to be, which is all that this call does then; it gives
    what is to be kept about the guest.
    """

    number: int
    kind: ResourceType
    verb: str
    request: Request
    first: Callable[[], Mapping[str, Any]] | None = None


class Work:
    """Everything the owner of a traversal knows. Used by one thread at a time."""

    def __init__(self, core: Core, begun: Begun, clock: DatabaseTime) -> None:
        self.core = core
        self.traversal = begun.traversal
        self.stack = begun.stack
        self.goal = begun.goal
        self.clock = clock
        self._taken_at = clock.now()
        self.action = Action(begun.traversal.action)
        self.definitions: Mapping[str, ResourceDefinition] = (
            begun.goal.bound.resources if begun.goal else {}
        )
        self.rows: dict[str, ResourceRecord] = {row.id: row for row in begun.rows}
        self.current: dict[str, ResourceRecord] = {
            row.name: row for row in begun.rows if not row.obsolete
        }
        self.steps: dict[int, StepRecord] = {step.number: step for step in begun.steps}
        self.walk = Walk(
            {step.number: step.requires for step in begun.steps},
            finished=[step.number for step in begun.steps if step.status == "DONE"],
        )
        self._hidden = _hidden(core, begun)
        self.journal = Journal(core, begun.stack, begun.traversal, self._hidden)
        self.requests = Requests(core, begun.stack, hidden=self._hidden)
        self.scope = StackScope(core, self.requests, self.current)
        registry = begun.stack.environment.get("resource_registry") or {}
        self.rules = Rules(self.action, registry)

    @property
    def timeout(self) -> float:
        """The stack's timeout in seconds."""
        return float(goals.timeout_seconds(self.core, self.stack.timeout_mins))

    @property
    def cleans_up(self) -> bool:
        """Whether what is left over is deleted before the end."""
        return any(step.verb == Verb.CLEANUP for step in self.steps.values())

    def secrets(self) -> set[str]:
        """What must not stand in a reason: hidden parameters' values, guests' credentials."""
        return mask.of_guests(self.rows.values()) | self._hidden

    @property
    def kinds(self) -> Kinds:
        """The types of the goal's resources. Raises LookupError for an action without a goal."""
        if self.goal is None:
            raise LookupError(self.traversal.id)
        return self.goal.kinds

    def kind(self, record: ResourceRecord) -> ResourceType:
        """The type of a resource: the one that is wanted, or the one it was made as."""
        definition = self.definitions.get(record.name)
        if definition is None or self.current.get(record.name) is not record:
            return kinds.made(self.core.registry, record)
        if record.definition and kinds.is_another(record, self.kinds.target(definition)):
            return kinds.made(self.core.registry, record)
        return self.kinds.wanted(definition)

    def want_child(self, record: ResourceRecord, wanted: ChildStack) -> None:
        """Bring a resource's nested stack where it is wanted, with the next write."""
        self.journal.want_child(
            child_stack.prepare(
                self.core, self.stack, self.goal, record, wanted, self._child_snapshot(record)
            )
        )

    def _child_snapshot(self, record: ResourceRecord) -> tuple[str, str] | None:
        """The snapshot to make of a resource's nested stack, or to restore it from; and the root's.

        What is restored may be another incarnation of the resource than the one of then.
        """
        snapshot_id = self.traversal.snapshot_id
        if snapshot_id is None:
            return None
        root_id = self.core.database.query(stack_snapshot.root_of, snapshot_id)
        if self.action is Action.SNAPSHOT:
            return snapshots.part(snapshot_id, record.id), root_id
        part = self._restored(record)
        return (snapshots.part(snapshot_id, part["id"]), root_id) if part else None

    def _restored(self, record: ResourceRecord) -> Mapping[str, Any]:
        """What there is to restore a resource from; empty for nothing."""
        if self.goal is None or self.current.get(record.name) is not record:
            return {}
        found: Mapping[str, Any] = self.goal.restored.get(record.name) or {}
        return found

    def saved_of(self, record: ResourceRecord) -> Mapping[str, Any] | None:
        """What a snapshot has saved of a resource that is to be restored from it."""
        return self._restored(record).get("saved") or None

    def elapsed(self, step: StepRecord) -> float:
        """Seconds since the step began, by the database's clock; survives a take-over."""
        return max(0.0, self.clock.now() - (step.started_at or self.clock.now()))

    def _watched(self, step: StepRecord) -> float:
        """The part of that which has passed here."""
        return min(self.elapsed(step), self.clock.now() - self._taken_at)

    def call(
        self,
        step: StepRecord,
        record: ResourceRecord,
        *,
        given: Mapping[str, Any] | None = None,
        changed: frozenset[str] = frozenset(),
        metadata: Mapping[str, Any] | None = None,
    ) -> Call:
        """The call of a step's verb as things stand now."""
        kind = self.kind(record)
        verb = Verb.DELETE if step.verb == Verb.RETRY else step.verb
        request = self.requests.build(
            record,
            others=self.rows.values() if kind.listens_to or kind.peers else (),
            given=given,
            changed=changed,
            saved=step.progress,
            token=step.token,
            elapsed=self.elapsed(step),
            watched=self._watched(step),
            template_metadata=metadata,
            kind=kind,
            update_policy=self._update_policy(record) if kind.update_policy else {},
            verb=verb,
            files=self.goal.files if self.goal and kind.nested else {},
            snapshot=self.saved_of(record),
        )
        return Call(step.number, kind, verb, request, self._introduction(record))

    def _introduction(self, record: ResourceRecord) -> Callable[[], Mapping[str, Any]] | None:
        """How the guests' domain gets to know a resource's guest, unless it does already."""
        held = record.data.get(mask.GUEST)
        identity = self.core.identity
        if not held or not identity.keeps_guests or "abroad" in held:
            return None
        if held["access"].startswith(GUEST_ACCESS) or record.action == Action.DELETE:
            return None
        user = GuestUser(held["user_id"], self.stack.root_id, held["access"], held["secret"])
        return lambda: {"abroad": identity.invite(user)}

    def handle_of(self, record: ResourceRecord) -> ResourceRecord | None:
        """The handle that only this resource waits for; None when there is none.

        A replaced one leaves the handle to its replacement.
        """
        kind = self.kind(record)
        if record.obsolete or record.definition is None or not kind.listens_to:
            return None
        given = self.requests.complete(kind, record.properties)
        return self.requests.handle_of(kind, record, given, self.rows.values())

    def _update_policy(self, record: ResourceRecord) -> Mapping[str, Any]:
        definition = self.definitions.get(record.name)
        if definition is None:
            return {}
        return functions.resolve(definition.update_policy, self.scope) or {}

    def with_ended_child(self, numbers: Iterable[int]) -> list[int]:
        """Those of these steps on whose nested stack nothing runs, nor is about to begin."""
        children: dict[str, int] = {}
        for number in numbers:
            child_id = self.rows[self.steps[number].resource_id].child_id
            if child_id is not None and not self.journal.wants_child(child_id):
                children[child_id] = number
        if not children:
            return []
        ended = self.core.database.query(stacks.at_rest, list(children))
        return [children[child_id] for child_id in ended]

    def with_cleared_hook(self, numbers: Sequence[int]) -> list[int]:
        """Those of these paused steps that may go on, which they know from then on."""
        if not numbers:
            return []
        found = self.core.database.query(traversals.cleared, self.traversal.id, numbers)
        for number in found:
            self.steps[number].status = "CLEARED"
        return found

    def add_steps(self, steps: list[StepRecord]) -> None:
        """Put steps into a traversal that is already running."""
        for step in steps:
            self.steps[step.number] = step
            self.journal.step(step)
        self.walk.add({step.number: step.requires for step in steps})


def _hidden(core: Core, begun: Begun) -> set[str]:
    """Hidden parameters' values, those before this change too: resources were made from them."""
    stack = begun.stack
    if begun.goal is not None and stack.owner_id is None and not stack.previous:
        # Of most stacks all that takes has been read.
        return mask.of_parameters(begun.goal.parameters) | set(stack.withheld or ())
    return core.database.query(ancestors.hidden, core, stack, begun.goal)
