"""What has to be given back to an identity service; ``commands.giving_back`` does it."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy import insert as insert_into

from common.identifiers import new_id
from heat_engine.store import clock
from heat_engine.store.session import Session
from heat_engine.store.tables import revocation

DELEGATION, GUEST, PLACE = "delegation", "guest", "place"


@dataclass(frozen=True, slots=True)
class Revocation:
    """kind: DELEGATION with a stack's credentials, GUEST or PLACE with ``{"name"}``."""

    id: str
    kind: str
    body: Mapping[str, Any] = field(repr=False)
    attempts: int = 0


def add(session: Session, kind: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Note things to give back, in the transaction after which nobody uses them any more."""
    rows = [
        {
            "id": new_id(),
            "kind": kind,
            "body": session.vault.encrypt_json(dict(body)),
            "attempts": 0,
            "due_at": 0.0,
            "created_at": clock.utc(),
        }
        for body in bodies
    ]
    if rows:
        session.execute(insert_into(revocation), rows)


def due(session: Session, limit: int) -> builtins.list[Revocation]:
    """The oldest of those whose time has come."""
    statement = (
        select(revocation)
        .where(revocation.c.due_at <= clock.now)
        .order_by(revocation.c.created_at, revocation.c.id)
        .limit(limit)
    )
    return [
        Revocation(row.id, row.kind, session.vault.decrypt_json(row.body), row.attempts)
        for row in session.execute(statement)
    ]


def remove(session: Session, revocation_id: str) -> None:
    """Forget what has been given back."""
    session.execute(delete(revocation).where(revocation.c.id == revocation_id))


def postpone(session: Session, item: Revocation, seconds: float) -> None:
    """Try again later."""
    values = {"attempts": item.attempts + 1, "due_at": session.now() + seconds}
    session.execute(update(revocation).where(revocation.c.id == item.id).values(values))
