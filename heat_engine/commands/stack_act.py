"""Suspend, resume and check a stack; cancel what runs on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from common.context import RequestContext
from heat_engine.commands import access, ancestors, change, delegation, type_rules
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.graph.states import Action, Status
from heat_engine.store import traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session


def act(
    core: Core, context: RequestContext, identity: dict[str, Any], action: Action
) -> Begun | None:
    """Run one verb on all resources; None when the stack is in that state already.

    Raises ``ActionInProgress`` while something else runs, ``NotSupported`` where it makes no sense.
    """
    stack = core.database.query(access.by_identity, context, identity)
    held = delegation.renewed(core, context, stack)
    with delegation.kept(core, held):
        return core.database.transact(_act, core, context, identity, action, held)


def cancel(
    core: Core, context: RequestContext, identity: dict[str, Any], *, rollback: bool
) -> Begun | str | None:
    """Stop a running update, with rollback to the goal before; or stop where it is.

    The rollback that was begun, or the engine that has to be told to stop.
    """
    return core.database.transact(_cancel, core, context, identity, rollback)


def _act(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    action: Action,
    held: Mapping[str, Any] | None,
) -> Begun | None:
    stack = access.by_identity(session, context, identity, lock=True)
    state = (stack.action, stack.status)
    if state == (action, Status.COMPLETE) and action is not Action.CHECK:
        return None
    if stack.status == Status.IN_PROGRESS:
        raise errors.ActionInProgress(stack_name=stack.name, action=stack.action)
    half_adopted = (stack.action, stack.status) == (Action.ADOPT, Status.FAILED)
    if (
        half_adopted
        or stack.action == Action.DELETE
        or (action is Action.CHECK and stack.action == Action.SUSPEND)
    ):
        raise errors.NotSupported(feature=f"{action} of a stack in {'_'.join(state)}")
    if action is Action.RESUME and stack.action not in (Action.SUSPEND, Action.RESUME):
        raise errors.NotSupported(feature=f"{action} of a stack in {'_'.join(state)}")
    type_rules.check_stack(core, session, context, stack)
    stack = delegation.replace(session, stack, held)
    return change.begin(core, session, stack, action, goal=None)


def _cancel(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    rollback: bool,
) -> Begun | str | None:
    stack = access.by_identity(session, context, identity, lock=True)
    allowed = {Action.UPDATE} if rollback else {Action.UPDATE, Action.CREATE}
    if stack.status != Status.IN_PROGRESS or stack.action not in allowed:
        state = f"{stack.action}_{stack.status}"
        raise errors.NotSupported(feature=f"Cancelling update when stack is {state}")
    if rollback and stack.previous is not None:
        return _back(session, core, stack)
    traversals.cancel(session, stack.traversal_id or "")
    return traversals.owner(session, stack.id)


def _back(session: Session, core: Core, stack: StackRecord) -> Begun:
    goal = goals.load(core, session, stack, previous=True)
    withheld = ancestors.given_up(session, core, stack)
    columns = {**(stack.previous or {}), "previous": None, "withheld": withheld}
    return change.begin(core, session, stack, Action.ROLLBACK, goal=goal, columns=columns)
