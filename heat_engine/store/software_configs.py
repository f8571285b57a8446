"""Software configs: what is to be run on servers."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy import delete as delete_from

from heat_engine.store import clock
from heat_engine.store.paging import bounded
from heat_engine.store.records import SoftwareConfigRecord, SoftwareConfigSummary
from heat_engine.store.session import Session
from heat_engine.store.tables import software_config as table
from heat_engine.store.writing import insert_new

# Beside a config's body, encrypted with it: what its readers are not told.
WITHHELD = "withheld"


def insert(
    session: Session,
    *,
    id: str,
    project_id: str,
    name: str | None,
    group: str | None,
    body: dict[str, Any],
    withheld: Iterable[str] = (),
) -> SoftwareConfigRecord | None:
    """Add a config; the one that is there already where the id is taken.

    body: ``{config, inputs, outputs, options}``. None when the id has been withdrawn.
    """
    body = {**body, WITHHELD: sorted(withheld)}
    row = {
        "id": id,
        "project_id": project_id,
        "name": name,
        "group_name": group,
        "body": session.vault.encrypt_json(body),
        "created_at": clock.utc(),
    }
    insert_new(session, table, [row], "id")
    return get(session, id)


def get(session: Session, id: str, *, lock: bool = False) -> SoftwareConfigRecord | None:
    """``lock``: nobody deletes it, or locks it too, until the transaction ends."""
    query = select(table).where(table.c.id == id, table.c.withdrawn_at.is_(None))
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _record(session, row)


def load(session: Session, ids: builtins.list[str]) -> dict[str, SoftwareConfigRecord]:
    """Those of the configs that there are, by id."""
    query = select(table).where(table.c.id.in_(ids), table.c.withdrawn_at.is_(None))
    return {row.id: _record(session, row) for row in session.execute(query)}


def list(  # noqa: A001
    session: Session,
    *,
    project_id: str | None,
    limit: int | None = None,
    marker: str | None = None,
) -> builtins.list[SoftwareConfigSummary]:
    """Newest first, behind the config ``marker``; ``project_id`` None: of all projects."""
    columns = (table.c.id, table.c.project_id, table.c.name, table.c.group_name, table.c.created_at)
    query = select(*columns).where(table.c.withdrawn_at.is_(None))
    if project_id is not None:
        query = query.where(table.c.project_id == project_id)
    last = get(session, marker) if marker else None
    if last is not None:
        query = query.where(
            or_(
                table.c.created_at < last.created_at,
                and_(table.c.created_at == last.created_at, table.c.id > last.id),
            )
        )
    query = query.order_by(table.c.created_at.desc(), table.c.id).limit(bounded(limit))
    return [
        SoftwareConfigSummary(
            id=row.id,
            project_id=row.project_id,
            name=row.name,
            group=row.group_name,
            created_at=row.created_at,
        )
        for row in session.execute(query)
    ]


def count(session: Session, project_id: str) -> int:
    """How many configs a project has."""
    query = select(func.count()).select_from(table)
    mine = (table.c.project_id == project_id, table.c.withdrawn_at.is_(None))
    return int(session.execute(query.where(*mine)).scalar_one())


def delete(session: Session, id: str) -> None:
    session.execute(delete_from(table).where(table.c.id == id, table.c.withdrawn_at.is_(None)))


def withdraw(session: Session, id: str, project_id: str) -> None:
    """Delete the config, and let nobody make it who still tries to."""
    insert(session, id=id, project_id=project_id, name=None, group=None, body={})
    gone = {"withdrawn_at": clock.utc(), "body": session.vault.encrypt_json({})}
    session.execute(update(table).where(table.c.id == id).values(**gone))


def _record(session: Session, row: Any) -> SoftwareConfigRecord:
    body = session.vault.decrypt_json(row.body)
    withheld = frozenset(body.pop(WITHHELD, ()))
    return SoftwareConfigRecord(
        id=row.id,
        project_id=row.project_id,
        name=row.name,
        group=row.group_name,
        created_at=row.created_at,
        body=body,
        withheld=withheld,
    )
