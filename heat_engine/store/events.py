"""Events: what happened to a stack, in the order of writing."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, or_, select

from heat_engine.store.paging import bounded
from heat_engine.store.records import EventRecord
from heat_engine.store.session import Session
from heat_engine.store.tables import event
from heat_engine.store.writing import insert_new

# What one call of prune deletes at most.
PRUNE_BATCH = 1000

_SUMMARY = [column for column in event.c if column.name != "properties"]
_FILTERS = {
    "resource_status": "status",
    "resource_action": "action",
    "resource_name": "resource_name",
    "resource_type": "resource_type",
}


def append(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add events: the table's columns but ``sequence``; ``properties`` encrypted already or None.

    All rows have the same keys. An event that is there already stays as it is.
    """
    insert_new(session, event, rows, key="id")
    session.happened.update(row["stack_id"] for row in rows)


def list(  # noqa: A001
    session: Session,
    stack_ids: Sequence[str],
    *,
    filters: Mapping[str, Any] | None = None,
    limit: int | None = None,
    marker: str | None = None,
    sort_keys: Sequence[str] = (),
    sort_dir: str | None = None,
) -> builtins.list[EventRecord]:
    """One page of these stacks' events, without properties (contract/native-api.md section 10).

    Newest first unless ``sort_keys`` or ``sort_dir`` say otherwise; an unknown marker is ignored.
    """
    if not stack_ids or limit == 0:
        return []
    by_type = "resource_type" in sort_keys
    sorted_by_key = by_type or "event_time" in sort_keys
    descending = sort_dir == "desc" or (sort_dir is None and not sorted_by_key)
    page = select(*_SUMMARY).where(event.c.stack_id.in_(stack_ids))
    for name, given in (filters or {}).items():
        values = given if isinstance(given, (builtins.list, tuple)) else [given]
        values = [str(value) for value in values if value is not None and value != ""]
        if name in _FILTERS and values:
            page = page.where(event.c[_FILTERS[name]].in_(values))
    if marker is not None:
        page = page.where(*_after(session, stack_ids, marker, by_type, descending))
    # The sequence is the time, and tells apart what happened in the same microsecond.
    terms = [event.c.resource_type, event.c.sequence] if by_type else [event.c.sequence]
    page = page.order_by(*(term.desc() if descending else term.asc() for term in terms))
    return [EventRecord(**row) for row in session.execute(page.limit(bounded(limit))).mappings()]


def get(session: Session, stack_id: str, resource_name: str, event_id: str) -> EventRecord | None:
    """One event with its properties decrypted."""
    statement = select(event).where(
        event.c.id == event_id,
        event.c.stack_id == stack_id,
        event.c.resource_name == resource_name,
    )
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        return None
    stored = row["properties"]
    properties = None if stored is None else session.vault.decrypt_json(stored)
    return EventRecord(**{**row, "properties": properties})


def prune(session: Session, stack_id: str, keep: int) -> int:
    """Delete the stack's oldest events beyond ``keep``; how many were, ``PRUNE_BATCH`` at most."""
    newest_first = (
        select(event.c.sequence)
        .where(event.c.stack_id == stack_id)
        .order_by(event.c.sequence.desc())
    )
    old = session.execute(newest_first.offset(keep).limit(PRUNE_BATCH)).scalars().all()
    if not old:
        return 0
    within = (event.c.stack_id == stack_id, event.c.sequence.between(old[-1], old[0]))
    return session.execute(delete(event).where(*within)).rowcount


def _after(
    session: Session, stack_ids: Sequence[str], marker: str, by_type: bool, descending: bool
) -> builtins.list[Any]:
    known = select(event.c.resource_type, event.c.sequence)
    row = session.execute(
        known.where(event.c.id == marker, event.c.stack_id.in_(stack_ids))
    ).one_or_none()
    if row is None:
        return []
    kind, sequence = event.c.resource_type, event.c.sequence
    later = sequence < row.sequence if descending else sequence > row.sequence
    if not by_type:
        return [later]
    other = kind < row.resource_type if descending else kind > row.resource_type
    return [or_(other, (kind == row.resource_type) & later)]
