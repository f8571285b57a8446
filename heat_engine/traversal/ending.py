"""How a traversal ends: completed, failed and perhaps rolled back, or given back unfinished."""

from __future__ import annotations

import logging
from typing import Any

from heat_engine.commands import (
    ancestors,
    change,
    delegation,
    exports,
    mask,
    stack_adopt,
    stack_snapshot,
)
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action, Status
from heat_engine.store import clock, events, guests, stacks, traversals
from heat_engine.store import exports as store_exports
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session
from heat_engine.store.traversals import LeaseLost
from heat_engine.traversal.outcomes import SNAPSHOT, Outcomes
from heat_engine.traversal.work import Work

LOG = logging.getLogger(__name__)

ROLLED_BACK = frozenset({Action.CREATE, Action.UPDATE, Action.ADOPT})
_TO_NOTHING = frozenset({Action.ROLLBACK, Action.DELETE})


def end(work: Work, outcomes: Outcomes, stopped: str | None, overdue: str = "") -> Begun | None:
    """Write the stack's end; the rollback that follows, if one does. overdue: see ``overdue.told``.

    When the traversal has been superseded meanwhile, it is only given back.
    """
    reason = stopped or _failure(work.action, outcomes)
    if reason is not None:
        outcomes.abandon(stopped or "")
        return _close(work, Status.FAILED, f"{reason} ({overdue})" if overdue else reason)
    if work.goal is not None and not work.cleans_up:
        refusal = publish(work)
        if refusal:
            return _close(work, Status.FAILED, refusal)
    suffix = ". 'CHECK' not fully supported (see resources)" if _unsupported(work) else ""
    return _close(work, Status.COMPLETE, f"Stack {work.action} completed successfully{suffix}")


def collapse(work: Work, outcomes: Outcomes, error: Exception) -> Begun | None:
    """End after a fault of ours; the reason names the error's class, the log has the rest.

    The stack must not hang. What cannot even be written is left until the lease runs out.
    """
    try:
        outcomes.abandon("")
        reason = f"Unexpected error in the engine: {type(error).__name__}"
        return _close(work, Status.FAILED, reason)
    except LeaseLost:
        return None
    except Exception:
        LOG.exception("traversal %s is left as it is", work.traversal.id)
        return None


def release(work: Work) -> None:
    """Give the traversal back for its successor, or for another engine."""
    work.journal.commit(
        lambda session: traversals.release(session, work.traversal, work.core.settings.engine_id)
    )


def publish(work: Work) -> str:
    """Let other stacks have what this one exports; why that cannot be, or nothing.

    Before the old resources are deleted, because after that nothing leads back.
    """
    wanted, refusals = exports.values(work.scope, work.goal.bound.exports if work.goal else {})
    if not refusals:
        if not wanted and not _exports_anything(work):
            return ""
        refusals = work.journal.commit(lambda session: exports.publish(session, work.stack, wanted))
    return mask.masked("\n".join(refusals), work.secrets()) if refusals else ""


def _exports_anything(work: Work) -> bool:
    if work.action is Action.CREATE:
        return False
    return bool(work.core.database.query(store_exports.held, [work.stack.id]))


def _failure(action: Action, outcomes: Outcomes) -> str | None:
    """The first failure, or for a check all of them, each in its long form (contract 8.5, 9.2).

    In one line, whatever the resource's own reason shows of logs.
    """
    told = [
        (failure.name, f"Resource {failure.action} failed: {' '.join(failure.text.split())}")
        for failure in outcomes.failures
    ]
    if not told:
        return None
    if action is Action.CHECK:
        return f"Resource CHECK failed: {'; '.join(f'{name}: {text}' for name, text in told)}"
    return told[0][1]


def _unsupported(work: Work) -> bool:
    """Whether some of the checks that were asked for do not exist."""
    return work.action is Action.CHECK and any(
        step.verb == Verb.CHECK and not work.kind(work.rows[step.resource_id]).supports_check
        for step in work.steps.values()
    )


def _close(work: Work, status: Status, reason: str) -> Begun | None:
    begun: Begun | None = work.journal.commit(
        lambda session: _write_end(session, work, status, reason)
    )
    return begun


def _write_end(session: Session, work: Work, status: Status, reason: str) -> Begun | None:
    now = traversals.get(session, work.traversal.id)
    if now is None or now.status == "SUPERSEDED":
        traversals.release(session, work.traversal, work.core.settings.engine_id)
        return None
    if status is Status.FAILED and now.status == "CANCELLED":
        reason = f"Stack {work.action} cancelled"
    if work.action is Action.SNAPSHOT and work.traversal.snapshot_id:
        saved = {step.resource_name: step.progress.get(SNAPSHOT) for step in work.steps.values()}
        stack_snapshot.end(session, work.traversal.snapshot_id, status, reason, saved)
    if work.action is Action.ADOPT and status is Status.COMPLETE and work.stack.owner_id is None:
        stack_adopt.own(session, work.stack)
    traversals.finish(session, work.traversal, str(status))
    _settle_exports(session, work, status)
    stack = change.announce(
        session, work.stack, work.action, status, reason, _columns(session, work, status)
    )
    events.prune(session, stack.id, work.core.settings.max_events_per_stack)
    if status is Status.FAILED and _rolls_back(work, stack, now.status):
        return _roll_back(session, work, stack)
    return None


def _settle_exports(session: Session, work: Work, status: Status) -> None:
    """Forget names that were taken in vain, and imports that are needed no more."""
    if status is Status.FAILED:
        if work.goal is not None and work.goal.bound.exports:
            store_exports.give_back(session, work.stack.id)
    elif work.action is not Action.CREATE and (work.goal is not None or work.action in _TO_NOTHING):
        needed = work.goal.bound.imports if work.goal else {}
        store_exports.keep_imports(session, work.stack.id, needed)


def _columns(session: Session, work: Work, status: Status) -> dict[str, Any]:
    if status is Status.FAILED:
        return {}
    if work.action is Action.DELETE:
        guests.delete_stack(session, work.stack.id)
        # It may have been released from its tree since it was loaded.
        stack = stacks.get(session, work.stack.id) or work.stack
        delegation.end(session, stack)
        if stack.owner_id is None and work.core.identity.keeps_guests:
            delegation.end_guests(session, stack)
        return {"deleted_at": clock.utc(), "live_name": None, "previous": None}
    columns: dict[str, Any] = {"previous": None}
    if work.goal is not None and work.stack.withheld:
        stack = stacks.get(session, work.stack.id) or work.stack
        if stack.released_from is None:
            columns["withheld"] = None  # nothing is left of goals that were given up
    return columns


def _rolls_back(work: Work, stack: StackRecord, traversal_status: str) -> bool:
    return (
        work.action in ROLLED_BACK
        and not stack.disable_rollback
        and traversal_status != "CANCELLED"
    )


def _roll_back(session: Session, work: Work, stack: StackRecord) -> Begun:
    """Begin the way back: to the goal before an update, to nothing after a failed create."""
    goal = None
    columns: dict[str, Any] = {}
    if stack.previous:
        goal = goals.load(work.core, session, stack, previous=True)
        withheld = ancestors.given_up(session, work.core, stack)
        columns = {**stack.previous, "previous": None, "withheld": withheld}
    return change.begin(
        work.core,
        session,
        stack,
        Action.ROLLBACK,
        goal=goal,
        columns=columns,
        after=work.traversal,
    )
