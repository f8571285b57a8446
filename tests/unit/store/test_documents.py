"""Documents are stored once and come back as they were."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from common import errors
from heat_engine.store import clock, documents
from heat_engine.store.database import Database
from heat_engine.store.session import Session
from heat_engine.store.tables import document


def _count(session: Session) -> int:
    return int(session.execute(select(func.count()).select_from(document)).scalar_one())


def test_what_was_put_comes_back_in_its_order(database: Database) -> None:
    value = {"z": [1, 2.5, None, True], "a": "ünïcödé 🎈", "m": {}}
    key = database.transact(documents.put, value)
    found = database.query(documents.get, key)
    assert found == value
    assert list(found) == ["z", "a", "m"]


def test_large_ones_too(database: Database) -> None:
    value = {"files": "x" * 600_000}
    assert database.query(documents.get, database.transact(documents.put, value)) == value


def test_the_same_is_stored_once_also_by_many_at_once(database: Database) -> None:
    start = threading.Barrier(10)
    keys = []

    def put() -> None:
        start.wait(10)
        keys.append(database.transact(documents.put, {"shared": True}))

    threads = [threading.Thread(target=put) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(keys) == 10
    assert len(set(keys)) == 1
    assert database.query(_count) == 1
    assert database.transact(documents.put, {"shared": False}) not in keys


def test_putting_again_makes_an_old_one_fresh(database: Database) -> None:
    key = database.transact(documents.put, {"old": 1})
    long_ago = clock.utc() - timedelta(days=1)
    with database.write() as session:
        session.execute(update(document).values(created_at=long_ago))
    database.transact(documents.put, {"old": 1})
    with database.read() as session:
        stored = session.execute(
            select(document.c.created_at).where(document.c.hash == key)
        ).scalar_one()
    assert stored > clock.utc() - documents.GRACE / 2


def test_an_unknown_hash(database: Database) -> None:
    with pytest.raises(errors.EntityNotFound):
        database.query(documents.get, "0" * 64)
