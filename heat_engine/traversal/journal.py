"""What a traversal has to write: collected, then written in one transaction under its fence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from common.identifiers import new_id, physical_name
from heat_engine.commands import child_stack, stack_release
from heat_engine.commands.change import Begun
from heat_engine.commands.child_stack import Prepared
from heat_engine.commands.core import Core
from heat_engine.commands.mask import masked_within
from heat_engine.resources.protocol import Signal
from heat_engine.store import clock, events, guests, resources, signals, stacks, traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session
from heat_engine.store.traversals import StepRecord, TraversalRecord


@dataclass(slots=True)
class Pending:
    """One group of writes."""

    rows: dict[str, ResourceRecord] = field(default_factory=dict)
    steps: dict[int, StepRecord] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    guests: list[dict[str, Any]] = field(default_factory=list)
    user_project: str = ""
    unheard: list[str] = field(default_factory=list)
    heard: list[tuple[str, Signal]] = field(default_factory=list)
    children: dict[str, Prepared] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


@dataclass(slots=True)
class Nested:
    """What a write has done to nested stacks.

    begun: their traversals to run. stopped: owners of traversals that shall stop, and the stacks.
    idle: whether there is one on which nothing was begun, so that nothing will end.
    """

    begun: list[Begun] = field(default_factory=list)
    stopped: list[tuple[str | None, str]] = field(default_factory=list)
    idle: bool = False


class Journal:
    """Collects changes of resources and steps with their events, in the order they happen.

    ``hidden``: texts that events must not show.
    """

    def __init__(
        self,
        core: Core,
        stack: StackRecord,
        traversal: TraversalRecord,
        hidden: Collection[str] = (),
    ) -> None:
        self._core = core
        self._stack = stack
        self._traversal = traversal
        self._hidden = hidden
        self._user_project = stack.user_project_id
        self._pending = Pending()
        self.nested = Nested()

    def __len__(self) -> int:
        """How many steps the next commit will write."""
        return len(self._pending.steps)

    def step(self, step: StepRecord) -> None:
        self._pending.steps[step.number] = step

    def row(self, record: ResourceRecord) -> None:
        self._pending.rows[record.id] = record

    def guest(self, columns: dict[str, Any]) -> None:
        self._pending.guests.append(columns)

    def user_project(self, project_id: str) -> None:
        """Tell the stacks of the tree in which project their guests are users."""
        if self._user_project != project_id:
            self._user_project = self._pending.user_project = project_id

    def want_child(self, prepared: Prepared) -> None:
        self._pending.children[prepared.child_id] = prepared

    def stop_child(self, child_id: str) -> None:
        """Stop what runs on a nested stack."""
        self._pending.children.pop(child_id, None)
        self._pending.stopped.append(child_id)

    def wants_child(self, child_id: str) -> bool:
        """Whether the next write will begin something on that nested stack."""
        return child_id in self._pending.children

    def take_nested(self) -> Nested:
        """What the writes since the last call have done to nested stacks."""
        taken, self.nested = self.nested, Nested()
        return taken

    def state(self, record: ResourceRecord, action: str, status: str, reason: str) -> None:
        """Give a resource a state, with an event unless it was in it (contract 9.6)."""
        repeated = (record.action, record.status) == (str(action), str(status))
        record.action, record.status, record.status_reason = str(action), str(status), reason
        record.updated_at = clock.utc()
        self.row(record)
        if not repeated:
            self.event(record, record.action, record.status, reason)

    def event(self, record: ResourceRecord, action: str, status: str, reason: str) -> None:
        """Tell something about a resource that need not be its state."""
        self._pending.events.append(
            {
                "id": new_id(),
                "stack_id": record.stack_id,
                "created_at": clock.utc(),
                "resource_name": record.name,
                "resource_type": record.type,
                "physical_id": record.physical_id
                or physical_name(self._stack.name, record.name, record.id),
                "action": str(action),
                "status": str(status),
                "status_reason": reason,
                "properties": self._properties(record),
            }
        )

    def _properties(self, record: ResourceRecord) -> str | None:
        """What the event keeps, encrypted: an event outlives the values that were hidden then."""
        vault = self._core.database.vault
        if not self._hidden or record.definition is None:
            return resources.seal_definition(vault, record)
        return vault.encrypt_json(masked_within(record.definition, self._hidden))

    def remove(self, record: ResourceRecord) -> None:
        """Forget a resource that is gone or retained; its signals and its guest go with it.

        A nested stack that lives on without it becomes a stack of its own.
        """
        self._pending.rows.pop(record.id, None)
        self._pending.gone.append(record.id)
        if record.child_id is not None:
            self._pending.left.append(record.child_id)

    def hear(self, handle: ResourceRecord, found: Iterable[Signal]) -> None:
        """Keep signals that a handle had in another stack."""
        self._pending.heard.extend((handle.id, signal) for signal in found)

    def clear_signals(self, handle: ResourceRecord) -> None:
        """Forget what a handle was sent: the condition that waited for it is gone."""
        self._pending.unheard.append(handle.id)

    def commit(self, more: Callable[[Session], Any] | None = None) -> Any:
        """Write all of it, and what ``more`` writes, in one transaction; the result of ``more``.

        ``more`` has the stack locked, as who begins something on the stack has: both lock it first.
        Raises ``LeaseLost`` when the traversal belongs to somebody else by now.
        """
        pending = self._pending
        if not pending and more is None:
            return None
        result, nested = self._core.database.transact(self._write, pending, more)
        self._pending = Pending()
        self.nested.begun.extend(nested.begun)
        self.nested.stopped.extend(nested.stopped)
        self.nested.idle |= nested.idle
        return result

    def _write(
        self, session: Session, pending: Pending, more: Callable[[Session], Any] | None
    ) -> tuple[Any, Nested]:
        settings = self._core.settings
        left = stacks.living(session, pending.left)
        if pending.children or left or pending.user_project:
            # Nested stacks are counted, and join and leave the tree, one after the other.
            traversals.lock_stack(session, self._stack.root_id)
        if more is not None:
            traversals.lock_stack(session, self._stack.id)
        traversals.hold(session, self._traversal, settings.engine_id, settings.lease_seconds)
        if pending.user_project:
            stack = stacks.get(session, self._stack.id) or self._stack
            stacks.set_user_project(session, stack.root_id, pending.user_project)
        for columns in pending.guests:
            guests.insert(session, **columns)
        resources.save(session, pending.rows.values())
        traversals.save_steps(session, self._traversal.id, pending.steps.values())
        for handle_id, item in pending.heard:
            signals.put(session, handle_id, item.id, item.status, item.reason, item.data)
        if pending.events:
            events.append(session, pending.events)
        if pending.gone:
            resources.delete(session, pending.gone)
            guests.delete(session, pending.gone)
        if pending.gone or pending.unheard:
            signals.delete(session, [*pending.gone, *pending.unheard])
        for child_id in left:
            stack_release.release(session, self._core, child_id)
        nested = self._write_nested(session, pending)
        return (more(session) if more is not None else None), nested

    def _write_nested(self, session: Session, pending: Pending) -> Nested:
        nested = Nested()
        # Since it was loaded, the stack may have been released from the tree that it was in.
        parent = stacks.get(session, self._stack.id) if pending.children else None
        for prepared in pending.children.values():
            begun = child_stack.write(session, self._core, parent or self._stack, prepared)
            if begun is not None:
                nested.begun.append(begun)
            nested.idle = nested.idle or begun is None
        for child_id in pending.stopped:
            nested.stopped.append((child_stack.stop(session, child_id), child_id))
        return nested
