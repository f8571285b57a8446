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


def foresee(session: Session, token: str, kind: str, body: Mapping[str, Any], wait: float) -> None:
    """Note what is about to be made, to be given back after so many seconds unless the transaction
    that keeps it takes the note away: ``remove(token)``."""
    _insert(session, [_row(session, token, kind, body, session.now() + wait)])


def hasten(session: Session, token: str) -> None:
    """What was foreseen is given back now."""
    session.execute(update(revocation).where(revocation.c.id == token).values(due_at=0.0))


def add(session: Session, kind: str, bodies: Iterable[Mapping[str, Any]]) -> None:
    """Note things to give back, in the transaction after which nobody uses them any more."""
    _insert(session, [_row(session, new_id(), kind, body, 0.0) for body in bodies])


def _row(
    session: Session, row_id: str, kind: str, body: Mapping[str, Any], due_at: float
) -> dict[str, Any]:
    return {
        "id": row_id,
        "kind": kind,
        "body": session.vault.encrypt_json(dict(body)),
        "attempts": 0,
        "due_at": due_at,
        "created_at": clock.utc(),
    }


def _insert(session: Session, rows: builtins.list[dict[str, Any]]) -> None:
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


def remove(session: Session, revocation_id: str) -> bool:
    """Forget what has been given back, or is kept; whether it was noted."""
    found = session.execute(delete(revocation).where(revocation.c.id == revocation_id))
    return found.rowcount > 0


def postpone(session: Session, item: Revocation, seconds: float) -> None:
    """Try again later."""
    values = {"attempts": item.attempts + 1, "due_at": session.now() + seconds}
    session.execute(update(revocation).where(revocation.c.id == item.id).values(values))
