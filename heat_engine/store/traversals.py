"""Rows of traversals and their steps: claiming, fencing, recording (design section 3).

A traversal's owner holds a lease. Every write of the owner goes through ``hold``, which touches the
traversal's row only while ``owner`` and ``fence`` are still the writer's own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from heat_engine.store import clock
from heat_engine.store.session import Session
from heat_engine.store.tables import stack, step, traversal
from heat_engine.store.writing import upsert

T = TypeVar("T")
CLAIMABLE = ("ACTIVE", "PENDING", "CANCELLED")
UNFINISHED = (*CLAIMABLE, "SUPERSEDED")
# A step that has begun and is not over.
BEGUN = ("STARTED", "PAUSED", "CLEARED")
# Made once: making a statement takes longer than running it.
_OWNER = (
    sa.select(traversal.c.owner)
    .select_from(stack.join(traversal, traversal.c.id == stack.c.traversal_id))
    .where(stack.c.id == sa.bindparam("stack"))
)


class LeaseLost(Exception):
    """Another engine owns the traversal now; the one that sees this stops silently."""


@dataclass(slots=True)
class TraversalRecord:
    """One change of a stack. ``deadline`` is in seconds of the database's clock."""

    id: str
    stack_id: str
    action: str
    status: str
    deadline: float
    fence: int
    created_at: datetime
    waits_for: str | None = None
    owner: str | None = None
    snapshot_id: str | None = None


@dataclass(slots=True)
class StepRecord:
    """One verb on one resource; ``started_at`` is in seconds of the database's clock.

    hook: where it is paused. reason: the failure to report, when the step fails or has failed.
    """

    number: int
    resource_id: str
    resource_name: str
    verb: str
    requires: tuple[int, ...]
    token: str
    status: str = "WAITING"
    attempts: int = 0
    started_at: float | None = None
    progress: dict[str, Any] = field(default_factory=dict, repr=False)
    waiting_for: str | None = None
    waiting_until: float | None = None
    hook: str | None = None
    reason: str | None = None


def lock_stack(session: Session, stack_id: str) -> None:
    """Make others who change this stack wait until the transaction ends, on every database."""
    session.connection.execute(
        sa.update(stack).where(stack.c.id == stack_id).values(traversal_id=stack.c.traversal_id)
    )


def insert(session: Session, record: TraversalRecord, lease_seconds: float) -> None:
    """A new traversal, owned from the start when ``record.owner`` is set."""
    session.connection.execute(
        sa.insert(traversal).values(
            id=record.id,
            stack_id=record.stack_id,
            action=record.action,
            status=record.status,
            waits_for=record.waits_for,
            deadline=record.deadline,
            owner=record.owner,
            lease_until=clock.now + lease_seconds if record.owner else 0.0,
            fence=record.fence,
            created_at=record.created_at,
            snapshot_id=record.snapshot_id,
        )
    )


def get(session: Session, traversal_id: str) -> TraversalRecord | None:
    row = session.connection.execute(
        sa.select(traversal).where(traversal.c.id == traversal_id)
    ).first()
    return None if row is None else _record(row)


def owner(session: Session, stack_id: str) -> str | None:
    """The engine that works on the stack's latest traversal."""
    found: str | None = session.connection.execute(_OWNER, {"stack": stack_id}).scalar()
    return found


def supersede(session: Session, traversal_id: str | None) -> TraversalRecord | None:
    """End the stack's running traversal for a newer one; the record, if it was running.

    It is read when nobody else can change it any more: an engine may be claiming it right now.
    """
    ended = session.connection.execute(
        sa.update(traversal)
        .where(traversal.c.id == traversal_id, traversal.c.status.in_(CLAIMABLE))
        .values(status="SUPERSEDED")
    )
    return get(session, str(traversal_id)) if ended.rowcount == 1 else None


def cancel(session: Session, traversal_id: str) -> None:
    """Ask for a running traversal to be stopped where it is."""
    session.connection.execute(
        sa.update(traversal)
        .where(traversal.c.id == traversal_id, traversal.c.status.in_(("ACTIVE", "PENDING")))
        .values(status="CANCELLED")
    )


def claimable(session: Session, limit: int) -> list[TraversalRecord]:
    """Traversals that nobody works on, and whose predecessor nobody works on either."""
    before = traversal.alias()
    held = sa.and_(before.c.owner.is_not(None), before.c.lease_until >= clock.now)
    rows = session.connection.execute(
        sa.select(traversal)
        .select_from(
            traversal.outerjoin(before, sa.and_(before.c.id == traversal.c.waits_for, held))
        )
        .where(
            traversal.c.status.in_(CLAIMABLE),
            sa.or_(traversal.c.owner.is_(None), traversal.c.lease_until < clock.now),
            before.c.id.is_(None),
        )
        .order_by(traversal.c.created_at)
        .limit(limit)
    )
    return [_record(row) for row in rows]


def claim(
    session: Session, record: TraversalRecord, engine_id: str, lease_seconds: float
) -> TraversalRecord | None:
    """Take a traversal seen by ``claimable``; None when somebody was faster.

    The predecessor's fence is raised too, so that whatever is left of its owner stops.
    """
    taken = session.connection.execute(
        sa.update(traversal)
        .where(
            traversal.c.id == record.id,
            traversal.c.fence == record.fence,
            traversal.c.status.in_(CLAIMABLE),
            sa.or_(traversal.c.owner.is_(None), traversal.c.lease_until < clock.now),
        )
        .values(owner=engine_id, fence=record.fence + 1, lease_until=clock.now + lease_seconds)
    )
    if taken.rowcount != 1:
        return None
    if record.waits_for:
        session.connection.execute(
            sa.update(traversal)
            .where(traversal.c.id == record.waits_for)
            .values(owner=None, fence=traversal.c.fence + 1)
        )
    return get(session, record.id)


def hold(session: Session, record: TraversalRecord, engine_id: str, lease_seconds: float) -> None:
    """Prove and prolong the lease; the first statement of every write. Raises ``LeaseLost``."""
    held = session.connection.execute(
        sa.update(traversal)
        .where(
            traversal.c.id == record.id,
            traversal.c.fence == record.fence,
            traversal.c.owner == engine_id,
        )
        .values(lease_until=clock.now + lease_seconds)
    )
    if held.rowcount != 1:
        raise LeaseLost(record.id)


def renew(session: Session, engine_id: str, lease_seconds: float, ids: Collection[str]) -> None:
    """Prolong an engine's leases on these traversals, which are those that it really runs."""
    for some in portions(ids):
        session.connection.execute(
            sa.update(traversal)
            .where(traversal.c.id.in_(some), traversal.c.owner == engine_id)
            .values(lease_until=clock.now + lease_seconds)
        )


def held(session: Session, engine_id: str, ids: Collection[str]) -> dict[str, tuple[int, str]]:
    """Those of these traversals that are the engine's and not over, as id to (fence, status)."""
    found: dict[str, tuple[int, str]] = {}
    for some in portions(ids):
        rows = session.connection.execute(
            sa.select(traversal.c.id, traversal.c.fence, traversal.c.status).where(
                traversal.c.id.in_(some),
                traversal.c.owner == engine_id,
                traversal.c.status.in_(UNFINISHED),
            )
        )
        found.update({row.id: (row.fence, row.status) for row in rows})
    return found


def portions(ids: Collection[T], size: int = 500) -> Iterator[list[T]]:
    """These in lists short enough for one statement."""
    wanted = list(ids)
    for start in range(0, len(wanted), size):
        yield wanted[start : start + size]


def release(session: Session, record: TraversalRecord, engine_id: str) -> None:
    """Give a traversal back, unfinished, for anyone to claim."""
    session.connection.execute(
        sa.update(traversal)
        .where(
            traversal.c.id == record.id,
            traversal.c.fence == record.fence,
            traversal.c.owner == engine_id,
        )
        .values(owner=None, lease_until=0.0)
    )


def set_status(session: Session, traversal_id: str, status: str) -> None:
    session.connection.execute(
        sa.update(traversal).where(traversal.c.id == traversal_id).values(status=status)
    )


def finish(session: Session, record: TraversalRecord, status: str) -> None:
    """End a traversal: its steps are scratch and go; older traversals of the stack go too."""
    session.connection.execute(sa.delete(step).where(step.c.traversal_id == record.id))
    session.connection.execute(
        sa.update(traversal)
        .where(traversal.c.id == record.id)
        .values(status=status, owner=None, lease_until=0.0)
    )
    older = session.connection.execute(
        sa.select(traversal.c.id).where(
            traversal.c.stack_id == record.stack_id, traversal.c.id != record.id
        )
    ).scalars()
    ids = list(older)
    if ids:
        session.connection.execute(sa.delete(step).where(step.c.traversal_id.in_(ids)))
        session.connection.execute(sa.delete(traversal).where(traversal.c.id.in_(ids)))


def steps(session: Session, traversal_id: str) -> list[StepRecord]:
    rows = session.connection.execute(
        sa.select(step).where(step.c.traversal_id == traversal_id).order_by(step.c.number)
    )
    return [
        StepRecord(
            number=row.number,
            resource_id=row.resource_id,
            resource_name=row.resource_name,
            verb=row.verb,
            requires=tuple(json.loads(row.requires)),
            token=row.token,
            status=row.status,
            attempts=row.attempts,
            started_at=row.started_at,
            progress=session.vault.decrypt_json(row.progress) if row.progress else {},
            waiting_for=row.waiting_for,
            waiting_until=row.waiting_until,
            hook=row.hook,
            reason=row.reason,
        )
        for row in rows
    ]


def clear_hook(session: Session, traversal_id: str, resource_name: str, hook: str) -> bool:
    """Let the steps that are paused there go on; whether there are any."""
    cleared = session.connection.execute(
        sa.update(step)
        .where(
            step.c.traversal_id == traversal_id,
            step.c.resource_name == resource_name,
            step.c.status == "PAUSED",
            step.c.hook == hook,
        )
        .values(status="CLEARED")
    )
    return cleared.rowcount > 0


def cleared(session: Session, traversal_id: str, numbers: Collection[int]) -> list[int]:
    """Those of these paused steps that may go on."""
    found: list[int] = []
    for some in portions(numbers):
        found.extend(
            session.connection.execute(
                sa.select(step.c.number).where(
                    step.c.traversal_id == traversal_id,
                    step.c.number.in_(some),
                    step.c.status == "CLEARED",
                )
            ).scalars()
        )
    return found


def save_steps(session: Session, traversal_id: str, records: Iterable[StepRecord]) -> None:
    """Write steps, new or changed, in one statement."""
    rows = [
        {
            "traversal_id": traversal_id,
            "number": record.number,
            "resource_id": record.resource_id,
            "resource_name": record.resource_name,
            "verb": record.verb,
            "requires": json.dumps(record.requires),
            "status": record.status,
            "token": record.token,
            "attempts": record.attempts,
            "started_at": record.started_at,
            "progress": session.vault.encrypt_json(record.progress) if record.progress else None,
            "waiting_for": record.waiting_for,
            "waiting_until": record.waiting_until,
            "hook": record.hook,
            "reason": record.reason,
        }
        for record in records
    ]
    if rows:
        upsert(session, step, rows)


def _record(row: sa.Row[Any]) -> TraversalRecord:
    return TraversalRecord(
        id=row.id,
        stack_id=row.stack_id,
        action=row.action,
        status=row.status,
        deadline=row.deadline,
        fence=row.fence,
        created_at=row.created_at,
        waits_for=row.waits_for,
        owner=row.owner,
        snapshot_id=row.snapshot_id,
    )
