"""How a stack goes on acting for who made it: delegated in a request, stored with the stack.

What was delegated and is not needed any more is noted in the transaction that says so, and given
back by ``giving_back``. What is about to be delegated is noted before, and the note is taken away
by the transaction that stores it: whenever an engine dies, nothing is left that nobody uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import new_id
from heat_engine.clouds.identity import AUTH, CLIENT_TOKEN, Caller
from heat_engine.commands.core import Core
from heat_engine.store import revocations, snapshots, stacks, traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session

# Longer than a request lasts between delegating and storing.
PATIENCE_SECONDS = 600.0


def fresh(core: Core, context: RequestContext) -> dict[str, Any]:
    """The credentials of a stack that is about to be made.

    Raises ``MissingCredentialError`` when the request does not bring what that takes.
    """
    caller, token = _caller(context), new_id()
    known = _known(context)
    promised = core.identity.promised(caller, token)
    if promised:
        body = {**known, **promised}
        note = (token, revocations.DELEGATION, body, PATIENCE_SECONDS)
        core.database.transact(revocations.foresee, *note)
    return {**known, **core.identity.delegate(caller, token)}


def keep(session: Session, credentials: Mapping[str, Any]) -> None:
    """In the transaction that stores what ``fresh`` has delegated.

    Raises ``ServiceUnavailable`` when that took so long that it is being given back.
    """
    token = _token(credentials)
    if token and not revocations.remove(session, token):
        raise errors.ServiceUnavailable("What was delegated for the stack was not stored in time.")


@contextmanager
def kept(core: Core, credentials: Mapping[str, Any] | None) -> Iterator[None]:
    """Around what stores it: when that fails, what was delegated is given back at once."""
    try:
        yield
    except Exception:
        if token := _token(credentials or {}):
            core.database.transact(revocations.hasten, token)
        raise


def borrowed(core: Core, context: RequestContext) -> dict[str, Any]:
    """Credentials that are good for the request itself."""
    return {**_known(context), **core.identity.borrow(_caller(context))}


def renewed(
    core: Core, context: RequestContext, stack: StackRecord, *, takes_over: bool = False
) -> dict[str, Any] | None:
    """New credentials, where those of the stack are no good any more; None: they stay.

    takes_over: the stack acts for who asks now, if that is somebody else. Where the caller cannot
    delegate, its token has to do: it lasts long enough to take a stack away.
    """
    identity = core.identity
    if not identity.delegates or context.is_guest or context.project_id != stack.project_id:
        return None
    good = identity.good(stack.credentials)
    if good and not (takes_over and context.user_id != stack.credentials.get("user_id")):
        return None
    try:
        return fresh(core, context)
    except errors.MissingCredentialError:
        if good:
            return None
        if takes_over:
            raise
        return borrowed(core, context)


def replace(
    session: Session, stack: StackRecord, credentials: Mapping[str, Any] | None
) -> StackRecord:
    """Give the stack and those nested in it new credentials, if there are some."""
    if credentials is None:
        return stack
    keep(session, credentials)
    stacks.set_credentials(session, stack.root_id, credentials)
    root = stacks.get(session, stack.root_id) or stack
    retire(session, stack.credentials, _kin(session, root))
    found = stacks.get(session, stack.id)
    if found is None:
        raise LookupError(stack.id)
    return found


def retire(
    session: Session, credentials: Mapping[str, Any], others: Iterable[StackRecord] = ()
) -> None:
    """A stack uses these credentials no more; they are given back if none of the others does."""
    held = credentials.get(AUTH)
    if held and all(other.credentials.get(AUTH) != held for other in others):
        revocations.add(session, revocations.DELEGATION, [credentials])


def user_project(core: Core, context: RequestContext) -> str | None:
    """Where the guests of a new stack are: in no project of a domain yet, or in the stack's own."""
    return None if core.identity.keeps_guests else context.project_id


def end(session: Session, stack: StackRecord) -> None:
    """Nothing acts for a root stack any more that is deleted, unless snapshots are left to be."""
    if stack.owner_id is None and not snapshots.left(session, stack.id):
        retire(session, stack.credentials, _kin(session, stack))


def end_guests(session: Session, stack: StackRecord) -> None:
    """A root stack that is deleted needs no place for its guests; the one that it was released from
    goes with the last that has guests there."""
    origin = stack.released_from or stack.id
    places = {stack.id, origin}
    if any(other.deleted_at is None for other in _kin(session, stack)):
        places.discard(origin)
    revocations.add(session, revocations.PLACE, [{"name": name} for name in sorted(places)])


def _kin(session: Session, root: StackRecord) -> list[StackRecord]:
    """The stacks that were one tree with this one and still act; their ends take turns."""
    if not stacks.kin(session, root):
        return []
    traversals.lock_stack(session, root.released_from or root.id)
    return [
        other
        for other in stacks.kin(session, root)
        if other.deleted_at is None or snapshots.left(session, other.id)
    ]


def _token(credentials: Mapping[str, Any]) -> str | None:
    """The note of what was delegated; none where nothing was made for it."""
    return (credentials.get(AUTH) or {}).get(CLIENT_TOKEN)


def _known(context: RequestContext) -> dict[str, Any]:
    return {
        "user_id": context.user_id,
        "user_name": context.user_name,
        "project_id": context.project_id,
        "region_name": context.region_name,
        "roles": list(context.roles or ()),
    }


def _caller(context: RequestContext) -> Caller:
    return Caller(
        user_id=str(context.user_id),
        project_id=str(context.project_id),
        roles=tuple(context.roles or ()),
        token=context.auth_token,
        username=context.username,
        password=context.password,
    )
