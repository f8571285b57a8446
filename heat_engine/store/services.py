"""Engines that report to the database (contract/native-api.md section 13.5)."""

from __future__ import annotations

import builtins

from sqlalchemy import delete, insert, select, update

from heat_engine.store import clock
from heat_engine.store.records import ServiceRecord
from heat_engine.store.session import Session
from heat_engine.store.tables import service


def report(
    session: Session,
    engine_id: str,
    host: str,
    *,
    binary: str = "heat-engine",
    topic: str = "engine",
    report_interval: int = 60,
) -> None:
    """Say that this engine lives. ``report_interval``: seconds until it says so again."""
    seen = {"seen_at": clock.now, "report_interval": report_interval}
    known = update(service).where(service.c.id == engine_id)
    if session.execute(known.values(**seen, updated_at=clock.utc())).rowcount:
        return
    session.execute(
        insert(service)
        .values(id=engine_id, binary=binary, host=host, topic=topic, **seen)
        .values(created_at=clock.utc())
    )


def list(session: Session) -> builtins.list[ServiceRecord]:  # noqa: A001
    """All engines that were not removed, oldest first."""
    alive = (clock.now - service.c.seen_at) <= 2 * service.c.report_interval
    rows = session.execute(
        select(service, alive.label("up")).order_by(service.c.created_at, service.c.id)
    )
    return [
        ServiceRecord(
            id=row.id,
            binary=row.binary,
            host=row.host,
            topic=row.topic,
            report_interval=row.report_interval,
            created_at=row.created_at,
            updated_at=row.updated_at,
            up=bool(row.up),
        )
        for row in rows
    ]


def remove(session: Session, engine_id: str) -> bool:
    """Forget an engine; False when it is not known."""
    return session.execute(delete(service).where(service.c.id == engine_id)).rowcount > 0
