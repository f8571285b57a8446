"""Claiming a traversal that nobody works on, and loading it (design section 3)."""

from __future__ import annotations

import logging

from common import errors
from heat_engine.commands import change, stack_snapshot
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.graph import states
from heat_engine.graph.states import Action, Status
from heat_engine.store import resources, stacks, traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session
from heat_engine.store.traversals import TraversalRecord

LOG = logging.getLogger(__name__)


def claim(core: Core, seen: TraversalRecord) -> Begun | None:
    """Claim, and plan if need be; None when somebody else has it, or it is over."""
    try:
        return core.database.transact(_claim, core, seen)
    except errors.ServiceUnavailable:
        raise
    except Exception as error:
        # Whoever claims it next would meet the same fault: the stack fails rather than hang.
        LOG.exception("traversal %s cannot be taken up", seen.id)
        reason = f"Unexpected error in the engine: {type(error).__name__}"
        core.database.transact(_give_up, core, seen, reason)
        return None


def _give_up(session: Session, core: Core, seen: TraversalRecord, reason: str) -> None:
    settings = core.settings
    record = traversals.claim(session, seen, settings.engine_id, settings.lease_seconds)
    stack = stacks.get(session, seen.stack_id)
    if record is not None and stack is not None:
        _refuse(session, record, stack, reason)


def _claim(session: Session, core: Core, seen: TraversalRecord) -> Begun | None:
    settings = core.settings
    record = traversals.claim(session, seen, settings.engine_id, settings.lease_seconds)
    if record is None:
        return None
    stack = stacks.get(session, record.stack_id)
    if stack is None:
        traversals.finish(session, record, "FAILED")
        return None
    begun = Begun(record, stack)
    try:
        if record.action in states.WITH_GOAL:
            parts = stack_snapshot.parts_of(session, record.snapshot_id)
            begun.goal = goals.load(core, session, stack, restored=parts)
        if record.status == "PENDING":
            _plan(session, core, begun)
        else:
            begun.rows = resources.load(session, stack.id)
            begun.steps = traversals.steps(session, record.id)
    except errors.HearthError as error:
        _refuse(session, record, stack, error.message)
        return None
    return begun


def _plan(session: Session, core: Core, begun: Begun) -> None:
    """Plan what had to wait for the end of a superseded traversal."""
    earlier = traversals.get(session, begun.traversal.waits_for or "")
    change.write_plan(core, session, begun, rows=None, earlier=earlier)
    begun.traversal.status = "ACTIVE"
    traversals.set_status(session, begun.traversal.id, "ACTIVE")


def _refuse(session: Session, record: TraversalRecord, stack: StackRecord, reason: str) -> None:
    """A traversal that cannot even be planned: the stack fails and says why."""
    traversals.finish(session, record, "FAILED")
    if record.action == Action.SNAPSHOT and record.snapshot_id:
        stack_snapshot.end(session, record.snapshot_id, Status.FAILED, reason, {})
    change.announce(session, stack, Action(record.action), Status.FAILED, reason)
