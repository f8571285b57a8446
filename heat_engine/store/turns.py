"""Turns within a project: what one transaction counts, no other one adds to meanwhile."""

from __future__ import annotations

from heat_engine.store import clock
from heat_engine.store.session import Session
from heat_engine.store.tables import turn
from heat_engine.store.writing import upsert


def take(session: Session, purpose: str, project_id: str) -> None:
    """Wait for others with the same purpose in the project; the turn ends with the transaction."""
    row = {"purpose": purpose, "project_id": project_id, "taken_at": clock.utc()}
    upsert(session, turn, [row])
