"""Signals of wait-condition handles."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy import delete as delete_from

from common import errors
from heat_engine.store import clock
from heat_engine.store.records import SignalRecord
from heat_engine.store.session import Session
from heat_engine.store.tables import resource, signal
from heat_engine.store.writing import upsert

_OF = signal.c.resource_id == bindparam("resource")
_ALL = select(signal).where(_OF).order_by(signal.c.number, signal.c.signal_id)
_COUNT = select(func.count()).select_from(signal).where(_OF)
_NUMBER = select(signal.c.number).where(_OF, signal.c.signal_id == bindparam("signal"))
_TURN = select(resource.c.id).where(resource.c.id == bindparam("resource")).with_for_update()

# How many different signals one handle keeps; whoever sends more sends nonsense.
MAX_SIGNALS = 10_000
MAX_ID = 255


def put(
    session: Session,
    resource_id: str,
    signal_id: str | None,
    status: str,
    reason: str | None,
    data: Any,
) -> str:
    """Keep a signal; the same id again overwrites. Its id.

    Without an id it becomes the count of signals plus one, as text; without a reason
    ``Signal <n> received``. Raises ``RequestLimitExceeded`` beyond ``MAX_SIGNALS``, ``Invalid``
    for an id that is too long.
    """
    if signal_id is not None and len(signal_id) > MAX_ID:
        raise errors.Invalid(reason=f"a signal's id has at most {MAX_ID} characters")
    # Those who signal the same resource take turns, so that each counts the ones before it.
    session.execute(_TURN, {"resource": resource_id})
    total = count(session, resource_id)
    if signal_id is None:
        signal_id, number = _free(session, resource_id, total + 1), None
    else:
        number = _number(session, resource_id, signal_id)
    if number is None and total >= MAX_SIGNALS:
        raise errors.RequestLimitExceeded(limit=f"{MAX_SIGNALS} signals of one resource.")
    row = {
        "resource_id": resource_id,
        "signal_id": signal_id,
        "number": number or total + 1,
        "status": status,
        "reason": f"Signal {total + 1} received" if reason is None else reason,
        "data": None if data is None else session.vault.encrypt_json(data),
        "received_at": clock.utc(),
    }
    upsert(session, signal, [row])
    return signal_id


def list(session: Session, resource_id: str) -> builtins.list[SignalRecord]:  # noqa: A001
    """The resource's signals in the order in which their ids first came."""
    rows = session.execute(_ALL, {"resource": resource_id})
    return [
        SignalRecord(
            id=row.signal_id,
            status=row.status,
            reason=row.reason,
            data=None if row.data is None else session.vault.decrypt_json(row.data),
        )
        for row in rows
    ]


def count(session: Session, resource_id: str) -> int:
    """How many signals the resource has."""
    return int(session.execute(_COUNT, {"resource": resource_id}).scalar_one())


def delete(session: Session, resource_ids: Sequence[str]) -> None:
    """Forget the signals of these resources."""
    session.execute(delete_from(signal).where(signal.c.resource_id.in_(resource_ids)))


def _number(session: Session, resource_id: str, signal_id: str) -> int | None:
    """The number of the signal with this id, None when there is none."""
    found: int | None = session.execute(
        _NUMBER, {"resource": resource_id, "signal": signal_id}
    ).scalar()
    return found


def _free(session: Session, resource_id: str, number: int) -> str:
    """``number`` as an id, or the next one that no sender chose for itself."""
    while _number(session, resource_id, str(number)) is not None:
        number += 1
    return str(number)
