"""The stacks around a nested one."""

from __future__ import annotations

from common import errors
from heat_engine.commands import goal as goals
from heat_engine.commands import mask
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.store import stacks
from heat_engine.store.records import StackRecord, StackSummary
from heat_engine.store.session import Session


def hidden(session: Session, core: Core, stack: StackSummary, goal: Goal | None = None) -> set[str]:
    """What nobody may be told who reads a stack: its hidden values, those of the goal that it may
    go back to, and those of the stacks around.

    goal: the stack's own, where it is loaded already.
    """
    whole = stack if isinstance(stack, StackRecord) else stacks.get(session, stack.id)
    if whole is None:
        return set()
    return secrets(session, core, whole) | _of_goals(session, core, whole, goal)


def given_up(session: Session, core: Core, stack: StackRecord) -> list[str] | None:
    """What the row of a stack has to withhold from now on, as its goal is replaced before it was
    reached: until the next one is, there are resources that were made from the hidden values of
    this one."""
    return sorted({*(stack.withheld or ()), *_own(session, core, stack)}) or None


def secrets(session: Session, core: Core, stack: StackSummary) -> set[str]:
    """The hidden values of the stacks around, of those that were around before a release, and of
    goals that were given up: a nested stack may have got them as plain ones."""
    found = _withheld(session, stack)
    owner_id = stack.owner_id
    while owner_id is not None:
        owner = stacks.get(session, owner_id)
        if owner is None:
            break
        found |= _of_goals(session, core, owner) | _withheld(session, owner)
        owner_id = owner.owner_id
    return found


def _withheld(session: Session, stack: StackSummary) -> set[str]:
    whole = stack if isinstance(stack, StackRecord) else stacks.get(session, stack.id)
    return set(whole.withheld or ()) if whole is not None else set()


def _of_goals(
    session: Session, core: Core, stack: StackRecord, goal: Goal | None = None
) -> set[str]:
    found = mask.of_parameters(goal.parameters) if goal else _own(session, core, stack)
    return found | _own(session, core, stack, previous=True) if stack.previous else found


def _own(session: Session, core: Core, stack: StackRecord, *, previous: bool = False) -> set[str]:
    """The hidden values of one goal of a stack."""
    try:
        return mask.of_parameters(goals.load(core, session, stack, previous=previous).parameters)
    except errors.Invalid:
        # A newer version may refuse a template that an older one took. That must not keep anybody
        # from deleting its stack, and any of its values may be a secret.
        held = stack.previous if previous and stack.previous else {}
        return mask.of_values(held.get("environment", stack.environment))
