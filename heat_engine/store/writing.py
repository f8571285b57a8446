"""Rows written in groups, by one statement shape on each of the three databases."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Table

from heat_engine.store.session import Session


def upsert(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert each row, or overwrite the given columns of the row with the same primary key.

    ``rows`` all have the same keys, and all columns that have no default and may not be null.
    """
    if rows:
        keys = tuple(column.name for column in table.primary_key)
        changed = tuple(name for name in rows[0] if name not in keys)
        statement = _statement(session.dialect, table, keys, changed)
        session.execute(statement, [dict(row) for row in rows])


def insert_new(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]], key: str | None = None
) -> None:
    """Insert the rows that are not there yet by the unique column ``key``, or by the primary key.

    All rows have the same keys.
    """
    if rows:
        keys = tuple(column.name for column in table.primary_key) if key is None else (key,)
        statement = _statement(session.dialect, table, keys, ())
        session.execute(statement, [dict(row) for row in rows])


@lru_cache(maxsize=256)
def _statement(
    dialect: str, table: Table, keys: tuple[str, ...], changed: tuple[str, ...]
) -> Executable:
    """Kept, because making a statement takes longer than running it."""
    # By name: the database's own dialect is loaded, and another would take 1 to 2 MiB.
    insert = importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    statement: Executable
    if dialect == "mysql":
        names = changed or keys
        statement = insert.on_duplicate_key_update({name: insert.inserted[name] for name in names})
    elif changed:
        statement = insert.on_conflict_do_update(
            index_elements=keys, set_={name: insert.excluded[name] for name in changed}
        )
    else:
        statement = insert.on_conflict_do_nothing(index_elements=keys)
    return statement
