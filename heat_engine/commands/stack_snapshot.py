"""Snapshots of a stack: make, read, delete, restore (contract/native-api.md section 8.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import new_id
from heat_engine.commands import (
    access,
    ancestors,
    change,
    delegation,
    render,
    room,
    stack_document,
    type_rules,
)
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.stack_update import way_back
from heat_engine.graph.states import NO_UPDATE, Action, Status
from heat_engine.store import clock, resources, snapshots, stacks
from heat_engine.store.records import SnapshotRecord, StackRecord
from heat_engine.store.session import Session

LONGEST_NAME = 255


def create(
    core: Core, context: RequestContext, identity: dict[str, Any], name: Any
) -> tuple[dict[str, Any], Begun]:
    """Begin to save what a stack and all its resources are; the snapshot as it is shown.

    Raises ``ActionInProgress``, ``NotSupported`` for a stack that is suspended or being deleted,
    ``RequestLimitExceeded``.
    """
    if name is not None and (not isinstance(name, str) or len(name) > LONGEST_NAME):
        raise errors.Invalid(
            reason=f"the name of a snapshot is text of at most {LONGEST_NAME} characters"
        )
    stack = core.database.query(access.by_identity, context, identity)
    held = delegation.renewed(core, context, stack)
    with delegation.kept(core, held):
        return core.database.transact(_create, core, context, identity, name, held)


def show(
    core: Core, context: RequestContext, identity: dict[str, Any], snapshot_id: str
) -> dict[str, Any]:
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        return _shown(session, core, _of(session, stack, snapshot_id))


def list_snapshots(
    core: Core, context: RequestContext, identity: dict[str, Any]
) -> list[dict[str, Any]]:
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        return [_shown(session, core, record) for record in snapshots.list(session, stack.id)]


def delete(core: Core, context: RequestContext, identity: dict[str, Any], snapshot_id: str) -> None:
    """Have a snapshot deleted with all that was made for it; it is gone when that is."""
    core.database.transact(_delete, context, identity, snapshot_id)


def restore(
    core: Core, context: RequestContext, identity: dict[str, Any], snapshot_id: str
) -> Begun:
    """Begin an update to what the stack was when the snapshot was made."""
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        record = _restorable(session, stack, snapshot_id)
        then = replace(
            stack,
            template_hash=record.template_hash,
            files_hash=record.files_hash,
            environment=record.data["environment"],
        )
        goal = goals.load(core, session, then, restored=record.data["resources"])
    type_rules.check_goal(core, context, goal)
    goals.check(core, goal, goals.timeout_seconds(core, stack.timeout_mins))
    held = delegation.renewed(core, context, stack, takes_over=True)
    with delegation.kept(core, held):
        return core.database.transact(
            _restore, core, context, identity, then, goal, snapshot_id, held
        )


def begin(
    session: Session,
    core: Core,
    stack: StackRecord,
    snapshot_id: str,
    root_id: str,
    name: str | None,
) -> Begun:
    """Begin a snapshot of a stack whose row is locked, as a part of the one of its root stack."""
    rows = resources.load(session, stack.id)
    snapshots.insert(
        session,
        id=snapshot_id,
        root_id=root_id,
        stack_id=stack.id,
        name=name,
        action=str(Action.CREATE),
        status=str(Status.IN_PROGRESS),
        status_reason="Stack SNAPSHOT started",
        template_hash=stack.template_hash,
        files_hash=stack.files_hash,
        data=stack_document.taken(session, core, stack, rows),
    )
    return change.begin(core, session, stack, Action.SNAPSHOT, goal=None, snapshot_id=snapshot_id)


def end(
    session: Session, snapshot_id: str, status: str, reason: str, saved: Mapping[str, Any]
) -> None:
    """Note how making a snapshot has ended. ``saved``: by resource, what its verb has made."""
    record = snapshots.get(session, snapshot_id)
    if record is None or record.status != Status.IN_PROGRESS or record.action != Action.CREATE:
        return
    if status != Status.COMPLETE:
        snapshots.fail(session, snapshot_id, reason)
        return
    entries = {
        name: {**entry, "saved": saved.get(name) or {}}
        for name, entry in record.data["resources"].items()
    }
    data = {**record.data, "resources": entries}
    snapshots.update(session, snapshot_id, status=status, status_reason=reason, data=data)


def root_of(session: Session, snapshot_id: str) -> str:
    """The snapshot of the root stack that this one is part of."""
    record = snapshots.get(session, snapshot_id)
    return record.root_id if record is not None else snapshot_id


def parts_of(session: Session, snapshot_id: str | None) -> Mapping[str, Mapping[str, Any]]:
    """What a snapshot has of each resource: ``id`` of the one it was, and what was ``saved``."""
    record = snapshots.get(session, snapshot_id) if snapshot_id else None
    return record.data["resources"] if record is not None else {}


def _create(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    name: str | None,
    held: Mapping[str, Any] | None,
) -> tuple[dict[str, Any], Begun]:
    stack = access.by_identity(session, context, identity, lock=True)
    refuse_unsettled(session, stack, "SNAPSHOT")
    limit = core.settings.max_snapshots_per_stack
    if 0 <= limit <= snapshots.count(session, stack.id) and not context.is_admin:
        raise errors.RequestLimitExceeded(
            limit=f"You have reached the maximum snapshots per stack, {limit}. "
            "Please delete some snapshots."
        )
    stack = delegation.replace(session, stack, held)
    snapshot_id = new_id()
    begun = begin(session, core, stack, snapshot_id, snapshot_id, name)
    return _shown(session, core, _of(session, stack, snapshot_id)), begun


def _delete(
    session: Session, context: RequestContext, identity: dict[str, Any], snapshot_id: str
) -> None:
    stack = access.by_identity(session, context, identity, lock=True)
    record = _of(session, stack, snapshot_id)
    if (record.action, record.status) == (Action.CREATE, Status.IN_PROGRESS):
        raise errors.NotSupported(feature="Deleting in-progress snapshot")
    snapshots.doom(session, record.root_id)


def _restore(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    then: StackRecord,
    goal: Goal,
    snapshot_id: str,
    held: Mapping[str, Any] | None,
) -> Begun:
    stack = access.by_identity(session, context, identity, lock=True)
    if stack.traversal_id != then.traversal_id:
        raise errors.ActionInProgress(stack_name=stack.name, action=stack.action)
    _restorable(session, stack, snapshot_id)
    room.check(session, core, stack.root_id, stack.id, len(goal.bound.resources))
    columns: dict[str, Any] = {
        "template_hash": then.template_hash,
        "files_hash": then.files_hash,
        "environment": then.environment,
        "description": goal.template.description,
        "updated_at": clock.utc(),
        "previous": way_back(stack),
    }
    if stack.status != Status.COMPLETE:
        columns["withheld"] = ancestors.given_up(session, core, stack)
    stacks.update(session, stack.id, **columns)
    fresh = delegation.replace(session, stacks.get(session, stack.id) or stack, held)
    return change.begin(core, session, fresh, Action.RESTORE, goal=goal, snapshot_id=snapshot_id)


def _restorable(session: Session, stack: StackRecord, snapshot_id: str) -> SnapshotRecord:
    record = _of(session, stack, snapshot_id)
    if (record.action, record.status) != (Action.CREATE, Status.COMPLETE):
        state = f"{record.action}_{record.status}"
        raise errors.NotSupported(feature=f"Restoring a snapshot in {state}")
    refuse_unsettled(session, stack, "RESTORE")
    return record


def refuse_unsettled(session: Session, stack: StackRecord, action: str) -> None:
    """Raises unless nothing runs on the stack, nor on one nested in it, and it can be changed."""
    for item in stack_document.tree(session, stack):
        if item.status == Status.IN_PROGRESS:
            raise errors.ActionInProgress(stack_name=item.name, action=item.action)
    half_adopted = (stack.action, stack.status) == (Action.ADOPT, Status.FAILED)
    if stack.action in NO_UPDATE or half_adopted:
        raise errors.NotSupported(feature=f"{action} of a stack in {stack.action}_{stack.status}")


def _of(session: Session, stack: StackRecord, snapshot_id: str) -> SnapshotRecord:
    record = snapshots.get(session, snapshot_id)
    mine = record is not None and record.stack_id == stack.id and record.root_id == record.id
    if record is None or not mine or record.action == "ABANDON":
        raise errors.EntityNotFound(entity="Snapshot", name=snapshot_id)
    return record


def _shown(session: Session, core: Core, record: SnapshotRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "action": record.action,
        "status": record.status,
        "status_reason": record.status_reason,
        "data": stack_document.of_snapshot(session, core, record),
        "creation_time": render.time(record.created_at),
    }
