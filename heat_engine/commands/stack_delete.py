"""Delete a stack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.context import RequestContext
from heat_engine.commands import access, change, delegation, type_rules
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.graph.states import Action, Status
from heat_engine.store import snapshots
from heat_engine.store.session import Session


def delete(core: Core, context: RequestContext, identity: dict[str, Any]) -> Begun | None:
    """Begin to delete, superseding whatever runs; None when it is being deleted already.

    The stack's snapshots go too.
    """
    stack = core.database.query(access.by_identity, context, identity)
    held = delegation.renewed(core, context, stack)
    with delegation.kept(core, held):
        return core.database.transact(_write, core, context, identity, held)


def _write(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    held: Mapping[str, Any] | None,
) -> Begun | None:
    stack = access.by_identity(session, context, identity, lock=True)
    if (stack.action, stack.status) == (Action.DELETE, Status.IN_PROGRESS):
        return None
    type_rules.check_stack(core, session, context, stack)
    stack = delegation.replace(session, stack, held)
    snapshots.doom_all(session, stack.id)
    return change.begin(core, session, stack, Action.DELETE, goal=None)
