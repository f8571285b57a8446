"""Make a nested stack that outlives its resource a stack of its own."""

from __future__ import annotations

from heat_engine.commands import ancestors
from heat_engine.commands.core import Core
from heat_engine.store import stacks, traversals
from heat_engine.store.session import Session


def release(session: Session, core: Core, child_id: str) -> None:
    """In the transaction that drops the resource's row, with the tree's root locked.

    Hidden values of the stacks around stay hidden: the stack may have got them as plain ones.
    Nothing happens to a stack that is deleted by now.
    """
    traversals.lock_stack(session, child_id)
    child = stacks.get(session, child_id)
    if child is None or child.deleted_at is not None or child.owner_id is None:
        return
    root = stacks.get(session, child.root_id)
    origin = (root and root.released_from) or child.root_id
    stacks.release(session, child, origin, ancestors.secrets(session, core, child))
