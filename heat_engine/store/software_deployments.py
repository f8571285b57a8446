"""Software deployments: which config is on which server, and what came of it."""

from __future__ import annotations

import builtins
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_of

from heat_engine.store import clock
from heat_engine.store.records import SoftwareDeploymentRecord
from heat_engine.store.session import Session
from heat_engine.store.tables import software_deployment as table
from heat_engine.store.writing import insert_new

_SEALED = ("input_values", "output_values", "status_reason")


def insert(
    session: Session, *, id: str, project_id: str, server_id: str, **values: Any
) -> SoftwareDeploymentRecord | None:
    """Add a deployment; the one that is there already where the id is taken.

    values: the other fields of the record but times; absent ones are None or empty.
    None when the id has been withdrawn.
    """
    row = {
        "id": id,
        "project_id": project_id,
        "server_id": server_id,
        "stack_user_project_id": values.get("stack_user_project_id"),
        "config_id": values.get("config_id"),
        "action": values.get("action", ""),
        "status": values.get("status", ""),
        "body": session.vault.encrypt_json({key: values.get(key) for key in _SEALED}),
        "created_at": clock.utc(),
    }
    insert_new(session, table, [row], "id")
    return get(session, id)


def get(session: Session, id: str, *, lock: bool = False) -> SoftwareDeploymentRecord | None:
    """``lock``: nobody else changes it until the transaction ends."""
    query = select(table).where(table.c.id == id, table.c.withdrawn_at.is_(None))
    row = session.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _record(session, row)


def list(  # noqa: A001
    session: Session,
    *,
    project_id: str | None,
    server_id: str | None = None,
    config_id: str | None = None,
) -> builtins.list[SoftwareDeploymentRecord]:
    """Oldest first; those of the project itself and of its stack users. None: of all projects."""
    conditions: builtins.list[ColumnElement[bool]] = [table.c.withdrawn_at.is_(None)]
    if project_id is not None:
        conditions.append(
            or_(table.c.project_id == project_id, table.c.stack_user_project_id == project_id)
        )
    if server_id is not None:
        conditions.append(table.c.server_id == server_id)
    if config_id is not None:
        conditions.append(table.c.config_id == config_id)
    query = select(table).where(*conditions).order_by(table.c.created_at, table.c.id)
    return [_record(session, row) for row in session.execute(query)]


def count(session: Session, *, project_id: str | None = None, config_id: str | None = None) -> int:
    """How many deployments a project has, or a config is used by."""
    query = select(func.count()).select_from(table).where(table.c.withdrawn_at.is_(None))
    if project_id is not None:
        query = query.where(table.c.project_id == project_id)
    if config_id is not None:
        query = query.where(table.c.config_id == config_id)
    return int(session.execute(query).scalar_one())


def update(
    session: Session, record: SoftwareDeploymentRecord, **values: Any
) -> SoftwareDeploymentRecord:
    """Change fields of a deployment, read with ``lock``; the record as it is then."""
    columns = {key: value for key, value in values.items() if key not in _SEALED}
    body = {key: values.get(key, getattr(record, key)) for key in _SEALED}
    session.execute(
        update_of(table)
        .where(table.c.id == record.id)
        .values(**columns, body=session.vault.encrypt_json(body), updated_at=clock.utc())
    )
    changed = get(session, record.id)
    if changed is None:
        raise LookupError(record.id)
    return changed


def delete(session: Session, id: str) -> None:
    session.execute(delete_from(table).where(table.c.id == id, table.c.withdrawn_at.is_(None)))


def withdraw(session: Session, id: str, project_id: str) -> None:
    """Delete the deployment, and let nobody make it who still tries to."""
    insert(session, id=id, project_id=project_id, server_id="")
    gone = {"withdrawn_at": clock.utc(), "body": session.vault.encrypt_json({})}
    session.execute(update_of(table).where(table.c.id == id).values(**gone))


def _record(session: Session, row: Any) -> SoftwareDeploymentRecord:
    body = session.vault.decrypt_json(row.body)
    return SoftwareDeploymentRecord(
        id=row.id,
        project_id=row.project_id,
        stack_user_project_id=row.stack_user_project_id,
        server_id=row.server_id,
        config_id=row.config_id,
        action=row.action,
        status=row.status,
        created_at=row.created_at,
        updated_at=row.updated_at,
        input_values=body.get("input_values"),
        output_values=body.get("output_values"),
        status_reason=body.get("status_reason") or "",
    )
