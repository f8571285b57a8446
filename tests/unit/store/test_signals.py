"""Signals: the same id overwrites, none is counted, many at once all count."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert, select

from common import errors
from heat_engine.store import signals
from heat_engine.store.database import Database
from heat_engine.store.records import SignalRecord
from heat_engine.store.tables import resource, signal
from tests.unit.store.rows import resource_row


@pytest.fixture
def handle(database: Database) -> str:
    row = resource_row("s", "handle")
    with database.write() as session:
        session.execute(insert(resource), [row])
    return str(row["id"])


def test_ids_and_reasons_are_counted_when_missing(database: Database, handle: str) -> None:
    assert database.transact(signals.put, handle, None, "SUCCESS", None, None) == "1"
    assert database.transact(signals.put, handle, "mine", "FAILURE", "why", {"k": "v"}) == "mine"
    assert database.transact(signals.put, handle, None, "SUCCESS", None, "text") == "3"
    assert database.query(signals.list, handle) == [
        SignalRecord("1", "SUCCESS", "Signal 1 received", None),
        SignalRecord("mine", "FAILURE", "why", {"k": "v"}),
        SignalRecord("3", "SUCCESS", "Signal 3 received", "text"),
    ]


def test_the_same_id_overwrites_and_keeps_its_place(database: Database, handle: str) -> None:
    for name in ("a", "A", "a "):
        database.transact(signals.put, handle, name, "FAILURE", name, None)
    database.transact(signals.put, handle, "a", "SUCCESS", "again", 0)
    found = database.query(signals.list, handle)
    assert [(item.id, item.reason, item.data) for item in found] == [
        ("a", "again", 0),
        ("A", "A", None),
        ("a ", "a ", None),
    ]


def test_a_counted_id_takes_nobody_elses(database: Database, handle: str) -> None:
    database.transact(signals.put, handle, "2", "SUCCESS", "chosen", None)
    assert database.transact(signals.put, handle, None, "SUCCESS", None, None) == "3"
    assert len(database.query(signals.list, handle)) == 2
    assert database.query(signals.count, handle) == 2


def test_many_at_once_all_count(database: Database, handle: str) -> None:
    start = threading.Barrier(12)

    def send() -> None:
        start.wait(30)
        for _ in range(3):
            database.transact(signals.put, handle, None, "SUCCESS", None, None)

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = database.query(signals.list, handle)
    assert [item.id for item in found] == [str(number) for number in range(1, 37)]


def test_data_is_sealed(database: Database, handle: str) -> None:
    database.transact(signals.put, handle, "a", "SUCCESS", "r", {"password": "s3cret"})
    with database.read() as session:
        assert "s3cret" not in repr(session.execute(select(signal)).all())
    assert "s3cret" not in repr(database.query(signals.list, handle))


def test_a_flood_is_refused(
    database: Database, handle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "MAX_SIGNALS", 2)
    for name in ("a", "b"):
        database.transact(signals.put, handle, name, "SUCCESS", None, None)
    for beyond in ("c", None):
        with pytest.raises(errors.RequestLimitExceeded):
            database.transact(signals.put, handle, beyond, "SUCCESS", None, None)
    database.transact(signals.put, handle, "a", "FAILURE", "known ones may speak", None)
    assert len(database.query(signals.list, handle)) == 2


def test_an_id_that_is_too_long_is_the_senders_mistake(database: Database, handle: str) -> None:
    database.transact(signals.put, handle, "i" * 255, "SUCCESS", None, None)
    with pytest.raises(errors.Invalid):
        database.transact(signals.put, handle, "i" * 256, "SUCCESS", None, None)


def test_delete_forgets_only_these(database: Database, handle: str) -> None:
    for resource_id in (handle, "other"):
        database.transact(signals.put, resource_id, None, "SUCCESS", None, None)
    database.transact(signals.delete, [handle])
    assert database.query(signals.list, handle) == []
    assert len(database.query(signals.list, "other")) == 1
