"""Give a stack up and leave its things alone, or only say what it is.

Source: contract/native-api.md section 8.8.
"""

from __future__ import annotations

from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import new_id
from heat_engine.commands import access, change, delegation, exports, stack_document
from heat_engine.commands.core import Core
from heat_engine.graph.states import Action, Status
from heat_engine.store import clock, guests, resources, signals, snapshots, stacks
from heat_engine.store import exports as store_exports
from heat_engine.store.records import StackRecord, StackSummary
from heat_engine.store.session import Session

KEPT = "ABANDON"


def export(core: Core, context: RequestContext, identity: dict[str, Any]) -> dict[str, Any]:
    """The document of a stack, from which it can be adopted."""
    _allow(core, "Stack Export")
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        return stack_document.whole(session, core, stack)


def abandon(core: Core, context: RequestContext, identity: dict[str, Any]) -> dict[str, Any]:
    """Delete the records of a stack and of those nested in it; the document.

    Asked again, as one does whose answer was lost, it gives the same document.
    Raises ``ActionInProgress``; ``NotSupported`` for a nested stack.
    """
    _allow(core, "Stack Abandon")
    document: dict[str, Any] = core.database.transact(_abandon, core, context, identity)
    return document


def _allow(core: Core, feature: str) -> None:
    if not core.settings.enable_stack_abandon:
        raise errors.NotSupported(feature=feature)


def _abandon(
    session: Session, core: Core, context: RequestContext, identity: dict[str, Any]
) -> dict[str, Any]:
    stack = access.by_identity(session, context, identity, lock=True, deleted=True)
    if stack.deleted_at is not None:
        return _kept(session, stack)
    if stack.owner_id is not None:
        raise errors.NotSupported(feature="Abandoning a nested stack")
    family = stack_document.tree(session, stack)
    for member in family:
        if member.status == Status.IN_PROGRESS:
            raise errors.ActionInProgress(stack_name=member.name, action=member.action)
    exports.withdraw(session, stack)
    document = stack_document.whole(session, core, stack)
    _keep(session, stack, document)
    snapshots.doom_all(session, stack.id)
    for member in family:
        _forget(session, member)
    delegation.end(session, stack)
    if core.identity.keeps_guests:
        # Whoever adopts the stack gets guests of its own.
        delegation.end_guests(session, stack)
    return document


def _kept(session: Session, stack: StackRecord) -> dict[str, Any]:
    record = snapshots.abandoned(session, stack.id)
    if record is None:
        raise errors.EntityNotFound(entity="Stack", name=stack.name)
    return record.data


def _keep(session: Session, stack: StackRecord, document: dict[str, Any]) -> None:
    kept_id = new_id()
    snapshots.insert(
        session,
        id=kept_id,
        root_id=kept_id,
        stack_id=stack.id,
        name=None,
        action=KEPT,
        status=str(Status.COMPLETE),
        status_reason="Stack abandoned",
        template_hash=stack.template_hash,
        files_hash=stack.files_hash,
        data=document,
    )


def _forget(session: Session, member: StackSummary) -> None:
    ids = [row.id for row in resources.load(session, member.id)]
    resources.delete(session, ids)
    signals.delete(session, ids)
    guests.delete_stack(session, member.id)
    store_exports.keep_imports(session, member.id, {})
    stack = stacks.get(session, member.id)
    if stack is None:
        return
    gone = {"deleted_at": clock.utc(), "live_name": None, "previous": None}
    change.announce(
        session,
        stack,
        Action.DELETE,
        Status.COMPLETE,
        "Stack was abandoned; its resources stay",
        gone,
    )
