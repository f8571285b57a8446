"""What stacks export to the other stacks of their project, and who imports it.

Whoever makes a name depend on a stack, and whoever takes a name away, locks the row of the export
first; so an import and the end of what it needs cannot miss each other.
"""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy import delete as delete_from
from sqlalchemy import update as update_table

from heat_engine.store import clock
from heat_engine.store.paging import bounded
from heat_engine.store.records import ExportRecord
from heat_engine.store.session import Session
from heat_engine.store.tables import stack, stack_export, stack_import
from heat_engine.store.writing import insert_new

_VALUE = select(stack_export.c.value).where(
    stack_export.c.project_id == bindparam("project"),
    stack_export.c.name == bindparam("name"),
    stack_export.c.value.is_not(None),
)
# What one statement names at most.
_SOME = 500


def value(session: Session, project_id: str, name: str) -> tuple[bool, Any]:
    """Whether the project has a published export of that name, and its value."""
    sealed = session.execute(_VALUE, {"project": project_id, "name": name}).scalar()
    return sealed is not None, None if sealed is None else session.vault.decrypt_json(sealed)


def held(
    session: Session, stack_ids: Iterable[str], *, lock: bool = False
) -> builtins.list[ExportRecord]:
    """What these stacks export, and the names that they have taken. lock: as ``find``."""
    found: builtins.list[ExportRecord] = []
    for some in _portions(stack_ids):
        found.extend(_records(session, stack_export.c.stack_id.in_(some), lock=lock))
    return found


def find(
    session: Session, project_id: str, names: Iterable[str], *, lock: bool = False
) -> dict[str, ExportRecord]:
    """Those of these names that are taken in the project. lock: until the transaction ends."""
    found: dict[str, ExportRecord] = {}
    for some in _portions(names):
        records = _records(session, _named(project_id, some), lock=lock)
        found.update({item.name: item for item in records})
    return found


def list(  # noqa: A001
    session: Session, project_id: str, *, limit: int | None = None, marker: str | None = None
) -> builtins.list[tuple[ExportRecord, str]]:
    """One page of a project's published exports by name, each with its stack's name.

    marker: the name after which the page begins.
    """
    statement = (
        select(stack_export, stack.c.name.label("stack_name"))
        .join(stack, stack.c.id == stack_export.c.stack_id)
        .where(stack_export.c.project_id == project_id, stack_export.c.value.is_not(None))
    )
    if marker is not None:
        statement = statement.where(stack_export.c.name > marker)
    rows = session.execute(statement.order_by(stack_export.c.name).limit(bounded(limit)))
    return [(_record(session, row), row.stack_name) for row in rows]


def take(session: Session, project_id: str, stack_id: str, names: Collection[str]) -> None:
    """Take those of these names for a stack that nobody has."""
    now = clock.utc()
    fresh = [
        {"project_id": project_id, "name": name, "stack_id": stack_id, "created_at": now}
        for name in sorted(names)
    ]
    insert_new(session, stack_export, fresh)


def publish(session: Session, project_id: str, stack_id: str, values: Mapping[str, Any]) -> None:
    """Give the stack's names these values."""
    for name in sorted(values):
        session.execute(
            update_table(stack_export)
            .where(_named(project_id, [name]), stack_export.c.stack_id == stack_id)
            .values(value=session.vault.encrypt_json(values[name]))
        )


def withdraw(session: Session, project_id: str, stack_id: str, names: Iterable[str]) -> None:
    """Take these names from a stack, whoever imports them."""
    for some in _portions(names):
        session.execute(
            delete_from(stack_export).where(
                _named(project_id, some), stack_export.c.stack_id == stack_id
            )
        )


def give_back(session: Session, stack_id: str) -> None:
    """Give back the names that a stack has taken and not published."""
    mine = stack_export.c.stack_id == stack_id
    session.execute(delete_from(stack_export).where(mine, stack_export.c.value.is_(None)))


def add_imports(session: Session, project_id: str, stack_id: str, names: Collection[str]) -> None:
    """Note that a stack needs these names, whether they are exported or not."""
    rows = [
        {"project_id": project_id, "name": name, "stack_id": stack_id} for name in sorted(names)
    ]
    insert_new(session, stack_import, rows)


def keep_imports(session: Session, stack_id: str, names: Collection[str]) -> None:
    """Forget what else a stack has needed."""
    held = select(stack_import.c.name).where(stack_import.c.stack_id == stack_id)
    gone = [name for name in session.execute(held).scalars() if name not in names]
    for some in _portions(gone):
        session.execute(
            delete_from(stack_import).where(
                stack_import.c.stack_id == stack_id, stack_import.c.name.in_(some)
            )
        )


def importers(
    session: Session, project_id: str, names: Iterable[str], *, outside: Collection[str] = ()
) -> dict[str, builtins.list[str]]:
    """Names of the living stacks that need each of these exports; only those that some do.

    outside: ids of stacks that do not count.
    """
    found: dict[str, builtins.list[str]] = {}
    for some in _portions(names):
        statement = (
            select(stack_import.c.name, stack.c.id, stack.c.name.label("stack_name"))
            .join(stack, stack.c.id == stack_import.c.stack_id)
            .where(
                stack_import.c.project_id == project_id,
                stack_import.c.name.in_(some),
                stack.c.deleted_at.is_(None),
            )
        )
        for row in session.execute(statement.order_by(stack.c.name, stack.c.id)):
            if row.id not in outside:
                found.setdefault(row.name, []).append(row.stack_name)
    return found


def tree(session: Session, stack_id: str) -> set[str]:
    """Ids of a stack and of all living stacks nested in it."""
    inside = {stack_id}
    level = {stack_id}
    while level:
        nested = select(stack.c.id).where(stack.c.owner_id.in_(level), stack.c.deleted_at.is_(None))
        level = {*session.execute(nested).scalars()} - inside
        inside |= level
    return inside


def _named(project_id: str, names: Iterable[str]) -> ColumnElement[bool]:
    return and_(stack_export.c.project_id == project_id, stack_export.c.name.in_([*names]))


def _portions(names: Iterable[str]) -> Iterable[builtins.list[str]]:
    ordered = sorted(names)
    return (ordered[start : start + _SOME] for start in range(0, len(ordered), _SOME))


def _records(
    session: Session, condition: ColumnElement[bool], *, lock: bool
) -> builtins.list[ExportRecord]:
    statement = select(stack_export).where(condition).order_by(stack_export.c.name)
    rows = session.execute(statement.with_for_update() if lock else statement)
    return [_record(session, row) for row in rows]


def _record(session: Session, row: Any) -> ExportRecord:
    sealed = row.value
    return ExportRecord(
        name=row.name,
        stack_id=row.stack_id,
        published=sealed is not None,
        value=None if sealed is None else session.vault.decrypt_json(sealed),
    )
