"""Guests: the credential of one resource, for what its server sends back (design section 6)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy import delete as delete_from
from sqlalchemy import insert as insert_into

from common.context import GUEST_ACCESS
from heat_engine.store import clock, revocations
from heat_engine.store.records import GuestRecord
from heat_engine.store.session import Session
from heat_engine.store.tables import guest


def insert(
    session: Session,
    *,
    user_id: str,
    access: str,
    secret: str,
    token: str,
    project_id: str,
    stack_id: str,
    resource_id: str,
    resource_name: str,
) -> None:
    """Add a guest. The secret is kept encrypted, of the token only what recognises it."""
    row = {
        "user_id": user_id,
        "access": access,
        "secret": session.vault.encrypt(secret),
        "token_hash": _hash(token),
        "project_id": project_id,
        "stack_id": stack_id,
        "resource_id": resource_id,
        "resource_name": resource_name,
        "created_at": clock.utc(),
    }
    session.execute(insert_into(guest), [row])


def by_token(session: Session, token: str) -> GuestRecord | None:
    """The guest that holds this token."""
    return _one(session, guest.c.token_hash == _hash(token))


def by_access(session: Session, access: str) -> GuestRecord | None:
    """The guest with this EC2 access key."""
    return _one(session, guest.c.access == access)


def authenticate(session: Session, name: str, secret: str) -> GuestRecord | None:
    """The guest of that user id or access key, if the secret is its own."""
    found = _one(session, or_(guest.c.user_id == name, guest.c.access == name))
    if found is None or not hmac.compare_digest(found.secret.encode(), secret.encode()):
        return None
    return found


def by_user(session: Session, user_id: str) -> GuestRecord | None:
    """The guest with this id."""
    return _one(session, guest.c.user_id == user_id)


def delete(session: Session, resource_ids: Sequence[str]) -> None:
    """Take the credentials of these resources away."""
    _delete(session, guest.c.resource_id.in_(resource_ids))


def delete_stack(session: Session, stack_id: str) -> None:
    """Take the credentials of all resources of a stack away."""
    _delete(session, guest.c.stack_id == stack_id)


def _delete(session: Session, which: ColumnElement[bool]) -> None:
    """Those that are users of an identity service are given back to it, see ``revocations``."""
    abroad = select(guest.c.user_id).where(which, guest.c.access.not_like(f"{GUEST_ACCESS}%"))
    names = [*session.execute(abroad).scalars()]
    revocations.add(session, revocations.GUEST, [{"name": name} for name in names])
    session.execute(delete_from(guest).where(which))


def _hash(token: str) -> str:
    # A token is as random as a key, so that a plain hash cannot be searched.
    return hashlib.sha256(token.encode()).hexdigest()


def _one(session: Session, condition: ColumnElement[bool]) -> GuestRecord | None:
    row = session.execute(select(guest).where(condition)).one_or_none()
    if row is None:
        return None
    return GuestRecord(
        user_id=row.user_id,
        access=row.access,
        secret=session.vault.decrypt(row.secret),
        project_id=row.project_id,
        stack_id=row.stack_id,
        resource_id=row.resource_id,
        resource_name=row.resource_name,
    )
