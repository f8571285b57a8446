"""Guests are found by what they hold, until it is taken away."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from heat_engine.store import guests
from heat_engine.store.database import Database
from heat_engine.store.records import GuestRecord
from heat_engine.store.tables import guest


def _add(database: Database, number: int, stack_id: str = "s") -> GuestRecord:
    record = GuestRecord(
        user_id=f"user{number}",
        access=f"access{number}",
        secret=f"s3cret{number}",
        project_id="project",
        stack_id=stack_id,
        resource_id=f"resource{number}",
        resource_name="web",
    )
    columns = {name: getattr(record, name) for name in GuestRecord.__slots__}
    database.transact(guests.insert, token=f"t0ken{number}", **columns)
    return record


def test_a_guest_is_found_by_token_and_by_access(database: Database) -> None:
    first, second = _add(database, 1), _add(database, 2)
    assert database.query(guests.by_token, "t0ken1") == first
    assert database.query(guests.by_access, "access2") == second
    for wrong in ("t0ken", "T0ken1", "t0ken1 ", "", "access1"):
        assert database.query(guests.by_token, wrong) is None
    assert database.query(guests.by_access, "ACCESS1") is None


def test_neither_secret_nor_token_is_stored_readable(database: Database) -> None:
    record = _add(database, 1)
    with database.read() as session:
        stored = repr(session.execute(select(guest)).one())
    for shown in (stored, repr(record)):
        assert "s3cret" not in shown
        assert "t0ken" not in shown


def test_an_access_key_belongs_to_one(database: Database) -> None:
    _add(database, 1)
    with pytest.raises(IntegrityError):
        _add(database, 1)


def test_credentials_are_taken_away(database: Database) -> None:
    for number, stack_id in ((1, "s"), (2, "s"), (3, "other")):
        _add(database, number, stack_id)
    database.transact(guests.delete, ["resource1"])
    assert database.query(guests.by_token, "t0ken1") is None
    assert database.query(guests.by_token, "t0ken2") is not None
    database.transact(guests.delete_stack, "s")
    assert database.query(guests.by_token, "t0ken2") is None
    assert database.query(guests.by_token, "t0ken3") is not None
