"""Events of many stacks in the order of writing, for those who follow them.

A number of ``event.sequence`` is taken when an event is written and seen when its transaction is
committed, so a lower one may appear after a higher one. Whoever follows therefore keeps the
numbers that were missing, and asks for them again until nothing can come any more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, func, or_, select

from heat_engine.store import clock
from heat_engine.store.connections import TRANSACTION_SECONDS
from heat_engine.store.records import EventRecord, StackPlace
from heat_engine.store.session import Session
from heat_engine.store.tables import event, stack

# A transaction is committed at its limit, or a server waits as long again for the word.
SETTLED_SECONDS = 2.5 * TRANSACTION_SECONDS
# How many of the latest numbers are looked at for missing ones.
LOOK_BACK = 5_000
# How far below the first of them a number may have been taken by who is not done yet.
_MARGIN = 1_000

Followed = tuple[EventRecord, StackPlace]

_EVENT = [column for column in event.c if column.name != "properties"]
_PLACE = [stack.c.project_id, stack.c.name, stack.c.owner_id, stack.c.root_id, stack.c.depth]
_JOINED = select(*_EVENT, *_PLACE).join_from(event, stack, stack.c.id == event.c.stack_id)


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where somebody has read: all numbers to ``after`` but the ``missing`` ones."""

    after: int
    missing: list[int]


def latest(session: Session) -> Place:
    """Where to begin to follow what happens from now on."""
    newest = session.execute(select(func.max(event.c.sequence))).scalar_one() or 0
    recent = select(event.c.sequence).where(
        event.c.sequence > newest - LOOK_BACK,
        event.c.sequence <= newest,
        event.c.created_at > clock.utc() - timedelta(seconds=SETTLED_SECONDS),
    )
    there = set(session.execute(recent).scalars())
    if not there:
        return Place(newest, [])
    first = max(min(there) - _MARGIN, 1)
    older = select(event.c.sequence).where(event.c.sequence.between(first, newest))
    there.update(session.execute(older).scalars())
    return Place(newest, _holes(first - 1, newest, there))


def since(session: Session, place: Place, limit: int) -> tuple[list[Followed], Place]:
    """All events beyond a place, at most ``limit``, and the place with newly missing numbers.

    One statement: what it does not see is missing, even if it is committed meanwhile.
    """
    page = _beyond(place).order_by(event.c.sequence).limit(limit)
    found = [_followed(row) for row in session.execute(page).mappings()]
    numbers = {record.sequence for record, _place in found}
    newest = max(numbers, default=place.after)
    after = max(newest, place.after)
    return found, Place(after, _holes(place.after, after, numbers))


def replay(
    session: Session,
    place: Place,
    until: int,
    limit: int,
    *,
    project_id: str,
    stack_id: str | None,
    root_id: str | None,
    depth: int,
) -> list[Followed]:
    """Events beyond a place, up to ``until``: of one stack, of its whole tree or of the project.

    root_id: of the tree, when nested stacks count. depth: the deepest stack that counts.
    """
    mine = (stack.c.project_id == project_id, stack.c.depth <= depth)
    page = _beyond(place).where(event.c.sequence <= until, *mine)
    if root_id is not None:
        page = page.where(stack.c.root_id == root_id)
    elif stack_id is not None:
        page = page.where(event.c.stack_id == stack_id)
    page = page.order_by(event.c.sequence).limit(limit)
    return [_followed(row) for row in session.execute(page).mappings()]


def nested_in(session: Session, root_id: str, top: str) -> list[str]:
    """The stacks nested in ``top`` at any depth, deleted ones too, and itself."""
    rows = session.execute(
        select(stack.c.id, stack.c.owner_id)
        .where(stack.c.root_id == root_id)
        .order_by(stack.c.depth)
    )
    inside = {top: None}
    for row in rows:
        if row.owner_id in inside:
            inside[row.id] = None
    return list(inside)


def _beyond(place: Place) -> Select[Any]:
    later = event.c.sequence > place.after
    if place.missing:
        later = or_(later, event.c.sequence.in_(place.missing))
    return _JOINED.where(later)


def _holes(after: int, newest: int, there: Collection[int]) -> list[int]:
    # A counter that was set forward leaves no hole that anybody could look through.
    first = max(after, newest - LOOK_BACK) + 1
    return [number for number in range(first, newest + 1) if number not in there]


def _followed(row: RowMapping) -> Followed:
    values: dict[str, Any] = dict(row)
    place = {name: values.pop(name) for name in ("project_id", "name", "owner_id")}
    place |= {name: values.pop(name) for name in ("root_id", "depth")}
    return EventRecord(**values), StackPlace(id=values["stack_id"], **place)
