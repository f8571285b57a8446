"""What resources wait for while their stack changes, read from the steps of its traversal."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import sqlalchemy as sa

from heat_engine.store.session import Session
from heat_engine.store.tables import stack, step, traversal
from heat_engine.store.traversals import BEGUN, portions

# So many of those that it waits for are named.
MOST_NAMED = 5
_COLUMNS = (
    step.c.traversal_id,
    step.c.number,
    step.c.resource_id,
    step.c.resource_name,
    step.c.status,
    step.c.requires,
    step.c.waiting_for,
    step.c.started_at,
    step.c.waiting_until,
    traversal.c.created_at,
    traversal.c.deadline,
)


@dataclass(frozen=True, slots=True)
class Wait:
    """``words``: what for. Times are seconds of the database's clock; no wait outlasts its
    traversal. ``begun``: something was begun; else other resources have to be there first."""

    words: str
    since: float | None
    until: float | None
    begun: bool = False


def of_stacks(session: Session, stack_ids: Collection[str]) -> dict[str, Wait]:
    """Resource ids to waits, of those that have begun something and of those that cannot yet."""
    found: dict[str, Wait] = {}
    for some in portions(stack_ids):
        rows = session.connection.execute(
            sa.select(*_COLUMNS)
            .select_from(
                stack.join(traversal, traversal.c.id == stack.c.traversal_id).join(
                    step, step.c.traversal_id == traversal.c.id
                )
            )
            .where(stack.c.id.in_(some))
        ).all()
        unfinished = {
            (row.traversal_id, row.number): row.resource_name
            for row in rows
            if row.status != "DONE"
        }
        for row in rows:
            wait = _wait(row, unfinished)
            if wait is not None:
                found[row.resource_id] = wait
    return found


def _wait(row: Any, unfinished: dict[tuple[str, int], str]) -> Wait | None:
    if row.status in BEGUN and row.waiting_for is not None:
        until = row.waiting_until or row.deadline
        return Wait(row.waiting_for, row.started_at, until, begun=True)
    if row.status != "WAITING" or not row.resource_id:
        return None
    needed = [(row.traversal_id, number) for number in json.loads(row.requires)]
    names = [unfinished[key] for key in needed if key in unfinished]
    since = row.created_at.replace(tzinfo=UTC).timestamp()
    return Wait(_listed(names), since, row.deadline) if names else None


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more"
