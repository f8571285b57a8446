"""Receipts answer for committed transactions, and wait for those under way."""

from __future__ import annotations

import threading

import pytest

from heat_engine.store import receipts
from heat_engine.store.database import Database
from heat_engine.store.session import Session


def _leave_and_fail(session: Session, slot: receipts.Slot) -> None:
    receipts.leave(session, slot)
    raise ZeroDivisionError


def test_only_what_was_committed_is_left(database: Database) -> None:
    slot = receipts.Slot()
    assert not database.transact(receipts.is_left, slot)
    database.transact(receipts.leave, slot)
    assert database.transact(receipts.is_left, slot)
    slot.number += 1
    assert not database.transact(receipts.is_left, slot)
    with pytest.raises(ZeroDivisionError):
        database.transact(_leave_and_fail, slot)
    assert not database.transact(receipts.is_left, slot)


def test_one_under_way_is_waited_for(database: Database) -> None:
    slot = receipts.Slot()
    database.transact(receipts.leave, slot)
    slot.number += 1
    answers: list[bool] = []
    with database.write() as session:
        receipts.leave(session, slot)
        thread = threading.Thread(
            target=lambda: answers.append(database.transact(receipts.is_left, slot))
        )
        thread.start()
        thread.join(0.2)
        assert answers == []
    thread.join(30)
    assert answers == [True]
