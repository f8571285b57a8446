"""The stacks around a nested one."""

from __future__ import annotations

from heat_engine.commands import goal as goals
from heat_engine.commands import mask
from heat_engine.commands.core import Core
from heat_engine.store import stacks
from heat_engine.store.records import StackSummary
from heat_engine.store.session import Session


def secrets(session: Session, core: Core, stack: StackSummary) -> set[str]:
    """The hidden values of the stacks around: a nested stack may have got them as plain ones."""
    found: set[str] = set()
    owner_id = stack.owner_id
    while owner_id is not None:
        owner = stacks.get(session, owner_id)
        if owner is None:
            break
        for previous in (False, True) if owner.previous else (False,):
            goal = goals.load(core, session, owner, previous=previous)
            found |= mask.of_parameters(goal.parameters)
        owner_id = owner.owner_id
    return found
