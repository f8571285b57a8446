"""What is deleted for good: stacks deleted long ago, documents that nothing uses, dead engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, delete, select

from heat_engine.store import clock
from heat_engine.store.documents import GRACE
from heat_engine.store.session import Session
from heat_engine.store.tables import (
    document,
    event,
    guest,
    receipt,
    resource,
    service,
    signal,
    snapshot,
    software_config,
    software_deployment,
    stack,
    stack_tag,
    step,
    traversal,
)

# An engine that crashed never says goodbye; nobody misses it after this long, in seconds.
SERVICE_SECONDS = 86400
# A process that lives writes its receipts far more often.
RECEIPT_SECONDS = 7 * 86400
# No call that was withdrawn is still under way after this long.
WITHDRAWN_SECONDS = 86400
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows one call deleted; all zero when there was nothing left to do."""

    stacks: int
    documents: int
    services: int
    receipts: int
    withdrawn: int

    def __bool__(self) -> bool:
        kinds = (self.stacks, self.documents, self.services, self.receipts, self.withdrawn)
        return any(kinds)


def purge(session: Session, *, deleted_before_seconds: float, batch: int = 50) -> Purged:
    """Delete at most ``batch`` of each kind; call it again, in a new transaction, while true.

    Stacks go ``deleted_before_seconds`` after their deletion, with all that belongs to them.
    """
    return Purged(
        stacks=_stacks(session, deleted_before_seconds, batch),
        documents=_documents(session, batch),
        services=_services(session, batch),
        receipts=_receipts(session, batch),
        withdrawn=_withdrawn(session, batch),
    )


def _stacks(session: Session, seconds: float, batch: int) -> int:
    before = clock.utc() - timedelta(seconds=seconds)
    old = select(stack.c.id).where(stack.c.deleted_at < before).order_by(stack.c.deleted_at)
    ids = session.execute(old.limit(batch)).scalars().all()
    if not ids:
        return 0
    resources = _ids(session, resource.c.id, resource.c.stack_id, ids)
    traversals = _ids(session, traversal.c.id, traversal.c.stack_id, ids)
    _delete(session, signal.c.resource_id, resources)
    _delete(session, step.c.traversal_id, traversals)
    for column in (
        resource.c.stack_id,
        traversal.c.stack_id,
        event.c.stack_id,
        guest.c.stack_id,
        snapshot.c.stack_id,
        stack_tag.c.stack_id,
        stack.c.id,
    ):
        _delete(session, column, ids)
    return len(ids)


def _documents(session: Session, batch: int) -> int:
    # Put long ago, and no row of a stack or snapshot names it: asked again by the DELETE itself.
    unused = (
        document.c.created_at < clock.utc() - GRACE,
        document.c.hash.not_in(select(stack.c.template_hash)),
        document.c.hash.not_in(select(stack.c.files_hash)),
        document.c.hash.not_in(select(snapshot.c.template_hash)),
        document.c.hash.not_in(select(snapshot.c.files_hash)),
    )
    candidates = select(document.c.hash).where(*unused).order_by(document.c.hash).limit(batch)
    found = session.execute(candidates).scalars().all()
    remembered = _remembered(session) if found else set()
    while found and not set(found) - remembered:
        later = candidates.where(document.c.hash > found[-1])
        found = session.execute(later).scalars().all()
    doomed = set(found) - remembered
    if not doomed:
        return 0
    gone = session.execute(delete(document).where(document.c.hash.in_(doomed), *unused))
    return gone.rowcount


def _remembered(session: Session) -> set[str]:
    """The documents that a stack would be rolled back to."""
    statement = select(stack.c.id, stack.c.previous).where(stack.c.previous.is_not(None))
    found: set[str] = set()
    last = ""
    while True:
        page = statement.where(stack.c.id > last).order_by(stack.c.id).limit(_PAGE)
        rows = session.execute(page).all()
        for row in rows:
            held = session.vault.decrypt_json(row.previous)
            found |= {held.get("template_hash", ""), held.get("files_hash", "")}
        if len(rows) < _PAGE:
            return found
        last = rows[-1].id


def _services(session: Session, batch: int) -> int:
    silent = select(service.c.id).where(service.c.seen_at < clock.now - SERVICE_SECONDS)
    ids = session.execute(silent.limit(batch)).scalars().all()
    _delete(session, service.c.id, ids)
    return len(ids)


def _receipts(session: Session, batch: int) -> int:
    before = clock.utc() - timedelta(seconds=RECEIPT_SECONDS)
    ids = session.execute(select(receipt.c.id).where(receipt.c.written_at < before).limit(batch))
    old = ids.scalars().all()
    _delete(session, receipt.c.id, old)
    return len(old)


def _withdrawn(session: Session, batch: int) -> int:
    before = clock.utc() - timedelta(seconds=WITHDRAWN_SECONDS)
    total = 0
    for table in (software_config, software_deployment):
        old = select(table.c.id).where(table.c.withdrawn_at < before).limit(batch)
        ids = session.execute(old).scalars().all()
        _delete(session, table.c.id, ids)
        total += len(ids)
    return total


def _ids(
    session: Session, column: Column[Any], owner: Column[Any], ids: Sequence[str]
) -> list[str]:
    return list(session.execute(select(column).where(owner.in_(ids))).scalars())


def _delete(session: Session, column: Column[Any], values: Sequence[str]) -> None:
    for start in range(0, len(values), _PAGE):
        page = values[start : start + _PAGE]
        session.execute(delete(column.table).where(column.in_(page)))
