"""Key rotation: put every stored secret under the newest key, so that the old key can go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table, and_, bindparam, or_, select, true, update

from heat_engine.store.database import Database
from heat_engine.store.session import Session
from heat_engine.store.tables import (
    event,
    guest,
    local_user,
    resource,
    revocation,
    signal,
    snapshot,
    software_config,
    software_deployment,
    stack,
    stack_export,
    step,
)

ENCRYPTED: dict[Table, tuple[str, ...]] = {
    stack: ("environment", "previous", "credentials", "withheld"),
    stack_export: ("value",),
    resource: ("definition", "outcome", "metadata"),
    step: ("progress",),
    event: ("properties",),
    snapshot: ("data",),
    signal: ("data",),
    guest: ("secret",),
    software_config: ("body",),
    software_deployment: ("body",),
    local_user: ("secret",),
    revocation: ("body",),
}


def rotate(database: Database, *, batch: int = 200) -> int:
    """Encrypt all that is stored anew with the vault's first key; how many values that were.

    Safe while engines run with both keys: ``batch`` rows a transaction, and a value that an engine
    wrote meanwhile stays. Raises ``InternalError`` for a value that none of the keys opens.
    """
    return sum(
        _rotate_column(database, table.c[name], batch)
        for table, names in ENCRYPTED.items()
        for name in names
    )


def _rotate_column(database: Database, column: Column[Any], batch: int) -> int:
    total = 0
    after: tuple[Any, ...] | None = None
    while True:
        rows, after = database.transact(_rotate_page, column, after, batch)
        total += rows
        if after is None:
            return total


def _rotate_page(
    session: Session, column: Column[Any], after: tuple[Any, ...] | None, batch: int
) -> tuple[int, tuple[Any, ...] | None]:
    """One page behind the primary key ``after``: how many, and its last key or None at the end."""
    keys = list(column.table.primary_key)
    page = select(*keys, column.label("sealed")).where(column.is_not(None), _behind(keys, after))
    rows = session.execute(page.order_by(*keys).limit(batch)).all()
    if not rows:
        return 0, None
    mine = and_(*(key == bindparam(f"key_{key.name}") for key in keys), column == bindparam("old"))
    changes = [
        {**{f"key_{key.name}": row[index] for index, key in enumerate(keys)}}
        | {"old": row.sealed, "new": session.vault.rotate(row.sealed)}
        for row in rows
    ]
    session.execute(
        update(column.table).where(mine).values({column.name: bindparam("new")}), changes
    )
    last = tuple(rows[-1][: len(keys)])
    return len(rows), last if len(rows) == batch else None


def _behind(keys: list[Column[Any]], after: tuple[Any, ...] | None) -> Any:
    if after is None:
        return true()
    return or_(
        *(
            and_(*(keys[i] == after[i] for i in range(position)), key > after[position])
            for position, key in enumerate(keys)
        )
    )
