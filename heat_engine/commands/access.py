"""Who may see which stack. Another project's does not exist, as far as a caller can tell."""

from __future__ import annotations

import uuid
from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import StackIdentity
from heat_engine.commands import kinds
from heat_engine.commands.core import Core
from heat_engine.commands.requests import Requests
from heat_engine.resources.granting import GrantingType
from heat_engine.store import resources, stacks, traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session


def by_name(session: Session, context: RequestContext, name: str) -> StackRecord:
    """A stack by name or id: what looks like an id is tried as one first, deleted ones too."""
    found = stacks.get(session, name) if _is_uuid(name) else None
    if found is None or not _visible(context, found):
        found = stacks.find_live(session, context.project_id or "", name)
    if found is None or not _visible(context, found):
        raise errors.EntityNotFound(entity="Stack", name=name)
    return found


def by_identity(
    session: Session,
    context: RequestContext,
    identity: dict[str, Any],
    *,
    deleted: bool = False,
    lock: bool = False,
) -> StackRecord:
    """The stack of an identity: id must exist and name must match (native-api.md section 7.1).

    deleted: whether a deleted stack is still visible. lock: keep others from changing it until
    the transaction ends.
    """
    wanted = StackIdentity.from_dict(identity)
    if lock:
        traversals.lock_stack(session, wanted.stack_id)
    found = stacks.get(session, wanted.stack_id)
    if (
        found is None
        or not _visible(context, found)
        or found.name != wanted.stack_name
        or (found.deleted_at is not None and not deleted)
    ):
        raise errors.EntityNotFound(entity="Stack", name=wanted.stack_name)
    return found


def guest_resource(
    core: Core, session: Session, context: RequestContext, stack: StackRecord, resource_name: str
) -> None:
    """Refuse a guest all but its own resource, and those that the type of that one admits it to."""
    if not context.is_guest:
        return
    if context.guest_stack_id == stack.id:
        own = resources.find(session, stack.id, context.guest_resource or "")
        if own is not None and _admitted(core, session, stack, own, resource_name):
            return
    raise errors.Forbidden(action=f"resource {resource_name}")


def _admitted(
    core: Core, session: Session, stack: StackRecord, own: ResourceRecord, resource_name: str
) -> bool:
    kind = kinds.made(core.registry, own)
    if not isinstance(kind, GrantingType):
        return own.name == resource_name
    others = resources.load(session, stack.id)
    request = Requests(core, stack, session).build(own, others=others)
    return kind.admits(request, resource_name)


def _visible(context: RequestContext, stack: StackRecord) -> bool:
    if context.is_guest and context.guest_stack_id != stack.id:
        return False
    return bool(context.is_admin) or stack.project_id == context.project_id


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
