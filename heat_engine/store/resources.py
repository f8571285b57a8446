"""Rows of resources: one incarnation each, decrypted once and saved in groups."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from common.crypt import Vault
from heat_engine.store.session import Session
from heat_engine.store.tables import resource as table
from heat_engine.store.tables import stack as stack_table
from heat_engine.store.writing import upsert

# Made once: making a statement takes longer than running it.
_OF_STACK = (
    sa.select(table).where(table.c.stack_id == sa.bindparam("stack")).order_by(table.c.created_at)
)
_SOME_OF_STACK = _OF_STACK.where(
    sa.or_(
        table.c.name.in_(sa.bindparam("names", expanding=True)),
        table.c.type.in_(sa.bindparam("types", expanding=True)),
    )
)
_CURRENT = sa.select(table).where(
    table.c.stack_id == sa.bindparam("stack"),
    table.c.name == sa.bindparam("name"),
    table.c.obsolete.is_(False),
)
SEALED = frozenset({"definition", "outcome", "metadata"})
_OUTLINE = [column for column in table.c if column.name not in SEALED]
_SOME_OUTLINES = (
    sa.select(*_OUTLINE)
    .where(table.c.stack_id.in_(sa.bindparam("stacks", expanding=True)))
    .order_by(table.c.created_at)
)


@dataclass(slots=True)
class ResourceRecord:
    """A resource row. Mutable: the owner of the traversal changes it and saves it in a group.

    definition: ``{type, properties, metadata, fingerprint}``; outcome: ``{reference_id,
    attributes, data, released, token}``. Both may hold secrets and stay out of the printed form.
    """

    id: str
    stack_id: str
    name: str
    type: str
    action: str
    status: str
    created_at: datetime
    status_reason: str = ""
    physical_id: str | None = None
    definition: dict[str, Any] | None = field(default=None, repr=False)
    outcome: dict[str, Any] | None = field(default=None, repr=False)
    metadata: dict[str, Any] | None = field(default=None, repr=False)
    requires: tuple[str, ...] = ()
    deletion_policy: str = "Delete"
    replaces: str | None = None
    obsolete: bool = False
    child_id: str | None = None
    updated_at: datetime | None = None
    sealed_definition: str | None = field(default=None, repr=False)

    @property
    def reference_id(self) -> Any:
        """What get_resource gives: the type's own choice, the physical id, or the name."""
        chosen = (self.outcome or {}).get("reference_id")
        return chosen if chosen is not None else self.physical_id or self.name

    @property
    def data(self) -> dict[str, Any]:
        return (self.outcome or {}).get("data") or {}

    @property
    def attributes(self) -> dict[str, Any]:
        return (self.outcome or {}).get("attributes") or {}

    @property
    def properties(self) -> dict[str, Any]:
        return (self.definition or {}).get("properties") or {}

    @property
    def token(self) -> str:
        """Of its creation: the row's id, until that failed and was begun anew."""
        return str((self.outcome or {}).get("token") or self.id)

    @property
    def external_id(self) -> str | None:
        """The id by which it was adopted; None for one that was made."""
        fingerprint = (self.definition or {}).get("fingerprint") or {}
        found: str | None = fingerprint.get("external_id")
        return found

    @property
    def released(self) -> bool:
        """Whether it has given up what its replacement needs: it is no longer as it was made."""
        return bool((self.outcome or {}).get("released"))

    def define(self, definition: dict[str, Any]) -> None:
        """Set what it is made from; the stored copy is sealed anew at the next save."""
        self.definition = definition
        self.sealed_definition = None


def load(
    session: Session,
    stack_id: str,
    *,
    names: Collection[str] | None = None,
    types: Collection[str] = (),
) -> list[ResourceRecord]:
    """The rows of a stack, oldest first; with ``names`` only those and the ones of ``types``."""
    if names is None:
        rows = session.connection.execute(_OF_STACK, {"stack": stack_id})
    else:
        wanted = {"stack": stack_id, "names": list(names), "types": list(types)}
        rows = session.connection.execute(_SOME_OF_STACK, wanted)
    return [_record(session, row) for row in rows]


def load_outlines(session: Session, stack_ids: Collection[str]) -> list[ResourceRecord]:
    """The rows of many stacks, oldest first, without anything that has to be decrypted."""
    names = [column.name for column in _OUTLINE]
    wanted = list(stack_ids)
    found: list[ResourceRecord] = []
    for start in range(0, len(wanted), 500):
        some = {"stacks": wanted[start : start + 500]}
        for row in session.connection.execute(_SOME_OUTLINES, some).all():
            given = dict(zip(names, row, strict=True))
            given["requires"] = _required(given["requires"])
            found.append(ResourceRecord(**given))
    return found


def find(session: Session, stack_id: str, name: str) -> ResourceRecord | None:
    """The current incarnation of a resource."""
    row = session.connection.execute(_CURRENT, {"stack": stack_id, "name": name}).first()
    return None if row is None else _record(session, row)


def find_physical(session: Session, physical_id: str, project_id: str) -> list[ResourceRecord]:
    """Resources with that physical id in the living stacks of a project."""
    living = sa.select(stack_table.c.id).where(
        stack_table.c.project_id == project_id, stack_table.c.deleted_at.is_(None)
    )
    rows = session.connection.execute(
        sa.select(table).where(table.c.physical_id == physical_id, table.c.stack_id.in_(living))
    )
    return [_record(session, row) for row in rows]


def holders(session: Session, physical_ids: Collection[str]) -> set[str]:
    """The ids of the stacks that have a resource with one of those physical ids."""
    wanted = list(physical_ids)
    found: set[str] = set()
    for start in range(0, len(wanted), 500):
        some = table.c.physical_id.in_(wanted[start : start + 500])
        rows = session.connection.execute(sa.select(table.c.stack_id).where(some).distinct())
        found.update(row.stack_id for row in rows)
    return found


def save(session: Session, records: Iterable[ResourceRecord]) -> None:
    """Write rows, new or changed, in one statement."""
    rows = [_row(session, record) for record in records]
    if rows:
        upsert(session, table, rows)


def delete(session: Session, ids: Collection[str]) -> None:
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        session.connection.execute(
            sa.delete(table).where(table.c.id.in_(wanted[start : start + 500]))
        )


def count(session: Session, stack_id: str) -> int:
    return int(
        session.connection.execute(
            sa.select(sa.func.count()).select_from(table).where(table.c.stack_id == stack_id)
        ).scalar_one()
    )


def types(session: Session, stack_ids: Collection[str]) -> list[str]:
    """The types that resources of these stacks have."""
    query = sa.select(table.c.type).where(table.c.stack_id.in_(stack_ids)).distinct()
    return [*session.execute(query).scalars()]


def count_tree(session: Session, root_id: str) -> int:
    """How many there are in a root stack and all stacks nested in it."""
    family = sa.select(stack_table.c.id).where(
        stack_table.c.root_id == root_id, stack_table.c.deleted_at.is_(None)
    )
    query = sa.select(sa.func.count()).select_from(table).where(table.c.stack_id.in_(family))
    return int(session.connection.execute(query).scalar_one())


def _required(text: str) -> tuple[str, ...]:
    # Most require nothing, and a list shows thousands.
    return () if text == "[]" else tuple(json.loads(text))


def _record(session: Session, row: sa.Row[Any]) -> ResourceRecord:
    unseal = session.vault.decrypt_json
    return ResourceRecord(
        id=row.id,
        stack_id=row.stack_id,
        name=row.name,
        type=row.type,
        action=row.action,
        status=row.status,
        created_at=row.created_at,
        status_reason=row.status_reason,
        physical_id=row.physical_id,
        definition=unseal(row.definition) if row.definition else None,
        outcome=unseal(row.outcome) if row.outcome else None,
        metadata=unseal(row.metadata) if row.metadata else None,
        requires=_required(row.requires),
        deletion_policy=row.deletion_policy,
        replaces=row.replaces,
        obsolete=bool(row.obsolete),
        child_id=row.child_id,
        updated_at=row.updated_at,
        sealed_definition=row.definition,
    )


def _row(session: Session, record: ResourceRecord) -> dict[str, Any]:
    seal = session.vault.encrypt_json
    return {
        "id": record.id,
        "stack_id": record.stack_id,
        "name": record.name,
        "type": record.type,
        "action": record.action,
        "status": record.status,
        "status_reason": record.status_reason,
        "physical_id": record.physical_id,
        "definition": seal_definition(session.vault, record),
        "outcome": seal(record.outcome) if record.outcome else None,
        "metadata": seal(record.metadata) if record.metadata else None,
        "requires": json.dumps(record.requires),
        "deletion_policy": record.deletion_policy,
        "replaces": record.replaces,
        "obsolete": record.obsolete,
        "child_id": record.child_id,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


def seal_definition(vault: Vault, record: ResourceRecord) -> str | None:
    """The encrypted definition, sealed once a change: its events carry the same text."""
    if record.sealed_definition is None and record.definition is not None:
        record.sealed_definition = vault.encrypt_json(record.definition)
    return record.sealed_definition
