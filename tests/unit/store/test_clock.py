"""The database's clock: right, precise, and moving within a transaction."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.oracle.base import OracleDialect

from heat_engine.store import clock
from heat_engine.store.database import Database


def test_seconds_since_the_epoch(database: Database) -> None:
    before = time.time()
    now = database.now()
    assert isinstance(now, float)
    # The databases of the tests run on this machine; SQLite counts milliseconds.
    assert before - 0.01 <= now <= time.time() + 0.01


def test_it_has_fractions_and_moves_on_within_a_transaction(database: Database) -> None:
    deadline = time.monotonic() + 10
    with database.write() as session:
        seen = {session.now()}
        while len(seen) < 3 and time.monotonic() < deadline:
            seen.add(session.now())
    assert len(seen) == 3
    assert max(seen) - min(seen) < 1
    assert any(moment % 1 for moment in seen)


def test_it_takes_part_in_arithmetic(database: Database) -> None:
    with database.read() as session:
        assert session.execute(select((clock.now + 10.5) > clock.now)).scalar_one()
        assert abs(session.execute(select(clock.now - clock.now)).scalar_one()) < 1


def test_another_database_has_no_clock() -> None:
    with pytest.raises(NotImplementedError):
        select(clock.now).compile(dialect=OracleDialect())


def test_utc_is_naive() -> None:
    moment = clock.utc()
    assert moment.tzinfo is None
    assert abs((datetime.now(UTC).replace(tzinfo=None) - moment).total_seconds()) < 5
