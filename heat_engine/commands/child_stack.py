"""Make the nested stack of a resource, or change it, in the transaction that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from common import errors
from common.identifiers import new_id, physical_name
from heat_engine.commands import (
    ancestors,
    change,
    exports,
    room,
    stack_adopt,
    stack_snapshot,
    type_rules,
)
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.graph import states
from heat_engine.graph.states import Action, Status
from heat_engine.resources.child import ChildStack
from heat_engine.store import clock, documents, stacks, traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session


@dataclass(frozen=True, slots=True)
class Prepared:
    """A nested stack's next action, checked. ``goal``: what to reach, for those that need one.

    snapshot_id: the snapshot to make of it, or to restore it from; snapshot_root: that of the root
    stack.
    """

    child_id: str
    name: str
    parent_resource: str
    action: Action
    goal: Goal | None = None
    timeout_mins: int | None = None
    snapshot_id: str | None = None
    snapshot_root: str = ""


def prepare(
    core: Core,
    parent: StackRecord,
    around: Goal | None,
    record: ResourceRecord,
    wanted: ChildStack,
    snapshot: tuple[str, str] | None = None,
) -> Prepared:
    """Check all that can be checked before anything is written; the record then names the stack.

    around: the goal of the parent. snapshot: that of the nested stack, and that of the root stack,
    to be made or to be restored from. Raises HearthError with what is wrong with the nested stack.
    """
    action = Action(wanted.action)
    name = physical_name(parent.name, record.name, record.id)
    child_id = record.child_id or new_id()
    snapshot_id, root = snapshot or (None, "")
    if snapshot_id is not None and action is Action.UPDATE:
        action = Action.RESTORE
    if action not in states.WITH_GOAL or around is None:
        goal, timeout = None, None
        if action is Action.DELETE and record.child_id is not None:
            core.database.transact(_withdraw_exports, record.child_id)
    else:
        timeout = wanted.timeout_mins or parent.timeout_mins
        goal = goals.make(
            core,
            goals.child_source(around.environment, around.files, record.name, wanted),
            name=name,
            stack_id=child_id,
            project_id=parent.project_id,
        )
        restored = core.database.query(stack_snapshot.parts_of, snapshot_id)
        adopted = stack_adopt.adoptable({"resources": wanted.adopted})
        goal = replace(goal, adopted=adopted, restored=restored)
        type_rules.check_goal(core, type_rules.owner(parent), goal)
        _check_depth(core, parent)
        goals.check(core, goal, goals.timeout_seconds(core, timeout), parent.depth + 1)
        core.database.query(
            room.check, core, parent.root_id, record.child_id, len(goal.bound.resources)
        )
    record.child_id = record.physical_id = child_id
    return Prepared(child_id, name, record.name, action, goal, timeout, snapshot_id, root)


def _withdraw_exports(session: Session, child_id: str) -> None:
    stack = stacks.get(session, child_id)
    if stack is not None:
        exports.withdraw(session, stack)


def write(session: Session, core: Core, parent: StackRecord, prepared: Prepared) -> Begun | None:
    """Begin the action; None when the stack is there already, or is no more."""
    traversals.lock_stack(session, prepared.child_id)
    stack = stacks.get(session, prepared.child_id)
    if stack is None and prepared.goal is None:
        return None
    if stack is not None and stack.deleted_at is not None:
        return None
    refusal = _refusal(session, core, parent, prepared)
    if stack is None:
        return _create(session, core, parent, prepared, refusal)
    if refusal and stack.status != Status.IN_PROGRESS:
        change.announce(session, stack, prepared.action, Status.FAILED, refusal)
        return None
    if prepared.goal is not None:
        return _update(session, core, parent, stack, prepared, prepared.goal)
    if prepared.action is Action.SNAPSHOT:
        return _snapshot(session, core, stack, prepared)
    state = (stack.action, stack.status)
    if state == (prepared.action, Status.IN_PROGRESS):
        return None
    if state == (prepared.action, Status.COMPLETE) and prepared.action in _LASTING:
        return None
    return change.begin(core, session, stack, prepared.action, goal=None)


# What is so already need not be done again.
_LASTING = frozenset({Action.SUSPEND, Action.RESUME})


def _refusal(session: Session, core: Core, parent: StackRecord, prepared: Prepared) -> str:
    """Why there is no room for the nested stack: others may have taken it since it was prepared."""
    if prepared.goal is None:
        return ""
    wanted = len(prepared.goal.bound.resources)
    try:
        room.check(session, core, parent.root_id, prepared.child_id, wanted)
    except errors.RequestLimitExceeded as error:
        return error.message
    return ""


def _snapshot(session: Session, core: Core, stack: StackRecord, prepared: Prepared) -> Begun | None:
    """None while something else runs on it, which a snapshot does not stop."""
    if stack.status == Status.IN_PROGRESS or prepared.snapshot_id is None:
        return None
    return stack_snapshot.begin(
        session, core, stack, prepared.snapshot_id, prepared.snapshot_root, None
    )


def stop(session: Session, child_id: str) -> str | None:
    """Cancel what runs on a nested stack; the engine to tell."""
    stack = stacks.get(session, child_id)
    if stack is None or stack.status != Status.IN_PROGRESS:
        return None
    traversals.cancel(session, stack.traversal_id or "")
    return traversals.owner(session, child_id)


def _create(
    session: Session, core: Core, parent: StackRecord, prepared: Prepared, refusal: str
) -> Begun | None:
    """``refusal``: why the stack fails before it begins; empty for nothing."""
    goal = prepared.goal
    if goal is None:
        return None
    stacks.insert(
        session,
        id=prepared.child_id,
        project_id=parent.project_id,
        name=prepared.name,
        owner_id=parent.id,
        parent_resource=prepared.parent_resource,
        root_id=parent.root_id,
        depth=parent.depth + 1,
        user_id=parent.user_id,
        user_name=parent.user_name,
        user_project_id=parent.user_project_id,
        credentials=parent.credentials,
        action=str(prepared.action),
        status=str(Status.IN_PROGRESS),
        status_reason="",
        timeout_mins=prepared.timeout_mins,
        disable_rollback=True,
        converge=parent.converge,
        **_documents(session, goal),
    )
    stack = stacks.get(session, prepared.child_id)
    if stack is None:
        raise LookupError(prepared.child_id)
    if refusal:
        change.announce(session, stack, prepared.action, Status.FAILED, refusal)
        return None
    return change.begin(
        core, session, stack, prepared.action, goal=goal, snapshot_id=prepared.snapshot_id
    )


def _update(
    session: Session,
    core: Core,
    parent: StackRecord,
    stack: StackRecord,
    prepared: Prepared,
    goal: Goal,
) -> Begun:
    columns = {
        **_documents(session, goal),
        "updated_at": clock.utc(),
        "timeout_mins": prepared.timeout_mins,
        "converge": parent.converge,
        "withheld": ancestors.given_up(session, core, stack),
    }
    stacks.update(session, stack.id, **columns)
    fresh = stacks.get(session, stack.id)
    action = Action.RESTORE if prepared.action is Action.RESTORE else Action.UPDATE
    return change.begin(
        core, session, fresh or stack, action, goal=goal, snapshot_id=prepared.snapshot_id
    )


def _documents(session: Session, goal: Goal) -> Mapping[str, Any]:
    return {
        "template_hash": documents.put(session, goal.document),
        "files_hash": documents.put(session, dict(goal.files)),
        "environment": goal.environment.to_dict(),
        "description": goal.template.description,
    }


def _check_depth(core: Core, parent: StackRecord) -> None:
    limit = core.settings.max_nested_stack_depth
    if parent.depth + 1 > limit:
        raise errors.RequestLimitExceeded(limit=f"Recursion depth exceeds {limit}.")
