"""Delete a stack."""

from __future__ import annotations

from typing import Any

from common.context import RequestContext
from heat_engine.commands import access, change
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.graph.states import Action, Status
from heat_engine.store.session import Session


def delete(core: Core, context: RequestContext, identity: dict[str, Any]) -> Begun | None:
    """Begin to delete, superseding whatever runs; None when it is being deleted already."""
    return core.database.transact(_write, core, context, identity)


def _write(
    session: Session, core: Core, context: RequestContext, identity: dict[str, Any]
) -> Begun | None:
    stack = access.by_identity(session, context, identity, lock=True)
    if (stack.action, stack.status) == (Action.DELETE, Status.IN_PROGRESS):
        return None
    return change.begin(core, session, stack, Action.DELETE, goal=None)
