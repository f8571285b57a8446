"""Snapshots of stacks, those of their nested stacks, and the documents of abandoned stacks."""

from __future__ import annotations

import builtins
import uuid
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy import insert as insert_into
from sqlalchemy import update as update_table

from heat_engine.store import clock
from heat_engine.store.records import SnapshotRecord
from heat_engine.store.session import Session
from heat_engine.store.tables import snapshot as table
from heat_engine.store.tables import stack, traversal

_PARTS = uuid.UUID("0a5c7f0c-3a67-4c39-9f7b-5a3d5e5e2f11")


def part(snapshot_id: str, resource_id: str) -> str:
    """What a snapshot has of a resource goes by this: it is the token of the copy that is made, and
    the id of the snapshot of a nested stack."""
    return str(uuid.uuid5(_PARTS, f"{snapshot_id}/{resource_id}"))


def insert(session: Session, /, **columns: Any) -> None:
    """Add a snapshot. Columns as in the table, ``data`` as plain JSON; ``created_at`` is now."""
    row = {**columns, "data": session.vault.encrypt_json(columns["data"])}
    session.execute(insert_into(table).values({**row, "created_at": clock.utc()}))


def get(session: Session, snapshot_id: str) -> SnapshotRecord | None:
    row = session.execute(select(table).where(table.c.id == snapshot_id)).one_or_none()
    return None if row is None else _record(session, row)


def list(session: Session, stack_id: str) -> builtins.list[SnapshotRecord]:  # noqa: A001
    """Those that were asked for on this very stack, oldest first."""
    asked = (table.c.stack_id == stack_id, table.c.id == table.c.root_id)
    query = select(table).where(*asked, table.c.action != "ABANDON")
    rows = session.execute(query.order_by(table.c.created_at, table.c.id))
    return [_record(session, row) for row in rows]


def count(session: Session, stack_id: str) -> int:
    """How many of those there are, without those that are being deleted."""
    query = select(func.count()).select_from(table)
    query = query.where(table.c.stack_id == stack_id, table.c.id == table.c.root_id)
    return int(session.execute(query.where(table.c.action == "CREATE")).scalar_one())


def abandoned(session: Session, stack_id: str) -> SnapshotRecord | None:
    """The document of an abandoned stack."""
    query = select(table).where(table.c.stack_id == stack_id, table.c.action == "ABANDON")
    row = session.execute(query).first()
    return None if row is None else _record(session, row)


def update(session: Session, snapshot_id: str, /, **columns: Any) -> None:
    """Overwrite these columns, ``data`` given as plain JSON."""
    if "data" in columns:
        columns["data"] = session.vault.encrypt_json(columns["data"])
    session.execute(update_table(table).where(table.c.id == snapshot_id).values(**columns))


def fail(session: Session, snapshot_id: str, reason: str) -> None:
    """A snapshot that is being made has failed, and so has the one that it is part of."""
    root_id = session.execute(select(table.c.root_id).where(table.c.id == snapshot_id)).scalar()
    making = (table.c.action == "CREATE", table.c.status == "IN_PROGRESS")
    session.execute(
        update_table(table)
        .where(table.c.root_id == root_id, *making)
        .values(status="FAILED", status_reason=reason)
    )


def doom(session: Session, root_id: str) -> None:
    """Have a snapshot deleted, with all that it consists of."""
    _doom(session, table.c.root_id == root_id)


def doom_all(session: Session, stack_id: str) -> None:
    """Have all snapshots of a root stack deleted."""
    mine = select(table.c.root_id).where(table.c.stack_id == stack_id)
    # Read first: MariaDB updates no table that the condition reads.
    roots = session.execute(mine).scalars().all()
    _doom(session, table.c.root_id.in_(roots))


def doomed(session: Session, limit: int) -> builtins.list[SnapshotRecord]:
    """Some of those that are to be deleted and that nobody is still making, oldest first."""
    making = select(traversal.c.id).where(
        traversal.c.snapshot_id == table.c.id,
        traversal.c.action == "SNAPSHOT",
        traversal.c.owner.is_not(None),
        traversal.c.lease_until >= clock.now,
    )
    query = select(table).where(table.c.action == "DELETE", ~making.exists())
    rows = session.execute(query.order_by(table.c.created_at).limit(limit))
    return [_record(session, row) for row in rows]


def left(session: Session, root_stack_id: str) -> bool:
    """Whether snapshots of a root stack, or parts of them, are still to be deleted."""
    mine = select(stack.c.id).where(stack.c.root_id == root_stack_id)
    query = select(table.c.id).where(table.c.action == "DELETE", table.c.stack_id.in_(mine))
    return session.execute(query.limit(1)).first() is not None


def remove(session: Session, snapshot_id: str) -> None:
    session.execute(delete(table).where(table.c.id == snapshot_id))


def _doom(session: Session, condition: Any) -> None:
    session.execute(
        update_table(table)
        .where(condition, table.c.action == "CREATE")
        .values(action="DELETE", status="IN_PROGRESS", status_reason="Snapshot DELETE started")
    )


def _record(session: Session, row: Row[Any]) -> SnapshotRecord:
    held = {**row._mapping, "data": session.vault.decrypt_json(row.data)}
    return SnapshotRecord(**held)
