"""What tells whether a transaction was committed whose COMMIT was never answered.

Each transaction that may be in doubt leaves its number in a row that no other one writes at that
time. PostgreSQL's transaction ids do not serve: a server that crashed gives an id again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from common.identifiers import new_id
from heat_engine.store import clock
from heat_engine.store.session import Session
from heat_engine.store.tables import receipt
from heat_engine.store.writing import upsert


@dataclass(slots=True)
class Slot:
    """A row for one transaction at a time; used again by later ones."""

    id: str = field(default_factory=new_id)
    number: int = 0


def leave(session: Session, slot: Slot) -> None:
    """Make the slot's number part of the transaction."""
    row = {"id": slot.id, "number": slot.number, "written_at": clock.utc()}
    upsert(session, receipt, [row])


def is_left(session: Session, slot: Slot) -> bool:
    """Whether the transaction with the slot's number was committed; waits while it is under way."""
    statement = select(receipt.c.number).where(receipt.c.id == slot.id).with_for_update()
    return session.execute(statement).scalar() == slot.number
