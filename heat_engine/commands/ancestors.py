"""The stacks around a nested one."""

from __future__ import annotations

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
    found = secrets(session, core, stack)
    whole = stack if isinstance(stack, StackRecord) else stacks.get(session, stack.id)
    return found if whole is None else found | _of_goals(session, core, whole, goal)


def secrets(session: Session, core: Core, stack: StackSummary) -> set[str]:
    """The hidden values of the stacks around, and of those that were around before a release: a
    nested stack may have got them as plain ones."""
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
    if stack.released_from is None:
        return set()
    whole = stack if isinstance(stack, StackRecord) else stacks.get(session, stack.id)
    return set(whole.withheld or ()) if whole is not None else set()


def _of_goals(
    session: Session, core: Core, stack: StackRecord, goal: Goal | None = None
) -> set[str]:
    found = mask.of_parameters((goal or goals.load(core, session, stack)).parameters)
    if stack.previous:
        before = goals.load(core, session, stack, previous=True)
        found |= mask.of_parameters(before.parameters)
    return found
