"""How a change of a stack begins: one transaction writes its status, event, traversal and plan."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

from common.identifiers import new_id
from heat_engine.commands import exports, plan_steps
from heat_engine.commands import goal as goals
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.plan_steps import Plan
from heat_engine.commands.planning import Planner
from heat_engine.graph import states
from heat_engine.graph.states import Action, Status
from heat_engine.store import clock, events, resources, snapshots, stacks, traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session
from heat_engine.store.traversals import StepRecord, TraversalRecord

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Begun:
    """A traversal that has been written.

    When it is ours and planned, the rest of it spares its runner reading what was just written.
    busy: the engine that still works on the superseded traversal and should let go.
    """

    traversal: TraversalRecord
    stack: StackRecord
    goal: Goal | None = None
    rows: list[ResourceRecord] = field(default_factory=list)
    steps: list[StepRecord] = field(default_factory=list)
    busy: str | None = None

    @property
    def planned(self) -> bool:
        return self.traversal.status == "ACTIVE"


def begin(
    core: Core,
    session: Session,
    stack: StackRecord,
    action: Action,
    *,
    goal: Goal | None,
    columns: dict[str, Any] | None = None,
    after: TraversalRecord | None = None,
    snapshot_id: str | None = None,
) -> Begun:
    """Begin an action on a stack whose row is locked, superseding what runs on it.

    goal: what to reach; None for actions that need none. columns: further columns of the stack's
    row to write. after: the caller's own traversal, which ends in this same transaction.
    snapshot_id: the snapshot to make, or to restore from.
    """
    by_user = stack.owner_id is None and after is None
    if goal is not None:
        exports.claim(session, stack, goal.bound, strict=by_user and action is not Action.ROLLBACK)
    elif action is Action.DELETE and by_user:
        exports.withdraw(session, stack)
    running = _supersede(session, stack, action) if after is None else None
    waits_for = _predecessor(session, running)
    traversal = TraversalRecord(
        id=new_id(),
        stack_id=stack.id,
        action=action,
        status="PENDING" if waits_for else "ACTIVE",
        deadline=session.now() + goals.timeout_seconds(core, stack.timeout_mins),
        fence=0 if waits_for else 1,
        created_at=clock.utc(),
        waits_for=waits_for,
        owner=None if waits_for else core.settings.engine_id,
        snapshot_id=snapshot_id,
    )
    traversals.insert(session, traversal, core.settings.lease_seconds)
    stack = announce(
        session,
        stack,
        action,
        Status.IN_PROGRESS,
        f"Stack {action} started",
        {**(columns or {}), "traversal_id": traversal.id},
    )
    begun = Begun(traversal, stack, goal, busy=running.owner if running else None)
    if begun.planned:
        write_plan(core, session, begun, rows=None, earlier=running)
    return begun


def write_plan(
    core: Core,
    session: Session,
    begun: Begun,
    *,
    rows: list[ResourceRecord] | None,
    earlier: TraversalRecord | None,
) -> Plan:
    """Plan a traversal from the rows as they are now, and write its steps."""
    stack, action = begun.stack, Action(begun.traversal.action)
    begun.rows = resources.load(session, stack.id) if rows is None else rows
    if begun.goal is None or action not in states.WITH_GOAL:
        made = plan_steps.for_action(action, begun.rows, begun.traversal.snapshot_id)
    else:
        made = Planner(core, stack, begun.goal, begun.rows, session).plan()
    if earlier is not None:
        parents = {row.id for row in begun.rows if row.child_id}
        plan_steps.carry_over(made.steps, traversals.steps(session, earlier.id), parents)
    resources.save(session, [*made.fresh, *made.touched])
    traversals.save_steps(session, begun.traversal.id, made.steps)
    begun.rows = [*begun.rows, *made.fresh]
    begun.steps = made.steps
    return made


def announce(
    session: Session,
    stack: StackRecord,
    action: str,
    status: str,
    reason: str,
    columns: dict[str, Any] | None = None,
) -> StackRecord:
    """Write a stack's new state and its event; the record with the new values."""
    stacks.update(
        session,
        stack.id,
        **(columns or {}),
        action=str(action),
        status=str(status),
        status_reason=reason,
    )
    events.append(session, [stack_event(stack, action, status, reason)])
    LOG.info("stack %s (%s) %s_%s: %s", stack.name, stack.id, action, status, reason)
    found = stacks.get(session, stack.id)
    if found is None:
        raise LookupError(stack.id)
    return found


def stack_event(stack: StackRecord, action: str, status: str, reason: str) -> dict[str, Any]:
    """The event row of a stack's own change of state (contract/engine-semantics.md section 9.6)."""
    return {
        "id": new_id(),
        "stack_id": stack.id,
        "created_at": clock.utc(),
        "resource_name": stack.name,
        "resource_type": "OS::Heat::Stack",
        "physical_id": stack.id,
        "action": str(action),
        "status": str(status),
        "status_reason": reason,
        "properties": None,
    }


def _supersede(session: Session, stack: StackRecord, action: Action) -> TraversalRecord | None:
    """What ran until now, if anything did; a snapshot that it was making has failed."""
    running = traversals.supersede(session, stack.traversal_id)
    if running is not None and running.action == Action.SNAPSHOT and running.snapshot_id:
        snapshots.fail(session, running.snapshot_id, f"Stack {action} came in between")
    return running


def _predecessor(session: Session, running: TraversalRecord | None) -> str | None:
    """Whom a new traversal has to wait for: the owner of what it supersedes, if there is one."""
    if running is None:
        return None
    if running.owner is not None:
        return running.id
    if running.waits_for is not None:
        before = traversals.get(session, running.waits_for)
        if before is not None and before.owner is not None:
            return before.id
    return None
