"""Engines report, fall silent and are forgotten."""

from __future__ import annotations

from sqlalchemy import update

from heat_engine.store import clock, services
from heat_engine.store.database import Database
from heat_engine.store.tables import service


def _silence(database: Database, engine_id: str, seconds: float) -> None:
    with database.write() as session:
        session.execute(
            update(service)
            .where(service.c.id == engine_id)
            .values(seen_at=service.c.seen_at - seconds)
        )


def test_an_engine_is_up_for_twice_its_interval(database: Database) -> None:
    for engine_id, seconds in (("a", 0), ("b", 15), ("c", 25)):
        database.transact(services.report, engine_id, "host", report_interval=10)
        _silence(database, engine_id, seconds)
    assert {item.id: item.up for item in database.query(services.list)} == {
        "a": True,
        "b": True,
        "c": False,
    }


def test_reporting_again_keeps_the_first_time(database: Database) -> None:
    database.transact(services.report, "a", "host", topic="engine", report_interval=10)
    [first] = database.query(services.list)
    assert (first.binary, first.host, first.topic) == ("heat-engine", "host", "engine")
    assert first.updated_at is None
    _silence(database, "a", 100)
    database.transact(services.report, "a", "host", report_interval=20)
    [again] = database.query(services.list)
    assert again.up
    assert (again.created_at, again.report_interval) == (first.created_at, 20)
    assert again.updated_at is not None
    assert abs((again.updated_at - clock.utc()).total_seconds()) < 10


def test_an_engine_that_left_is_forgotten(database: Database) -> None:
    database.transact(services.report, "a", "host")
    assert database.transact(services.remove, "a")
    assert not database.transact(services.remove, "a")
    assert database.query(services.list) == []
