from __future__ import annotations

from heat_engine.store import revocations
from heat_engine.store.database import Database
from heat_engine.store.tables import revocation

BODY = {"auth": {"trust_id": "t-1", "password": "very secret"}}


def test_what_is_due_until_it_is_removed(database: Database) -> None:
    database.transact(revocations.add, revocations.DELEGATION, [BODY])
    database.transact(revocations.add, revocations.GUEST, [{"name": "a"}, {"name": "b"}])
    database.transact(revocations.add, revocations.PLACE, [])
    found = database.query(revocations.due, 10)
    assert sorted(item.kind for item in found) == ["delegation", "guest", "guest"]
    assert len(database.query(revocations.due, 2)) == 2
    first = next(item for item in found if item.kind == revocations.DELEGATION)
    assert (first.body, first.attempts) == (BODY, 0)
    database.transact(revocations.remove, first.id)
    assert {item.kind for item in database.query(revocations.due, 10)} == {"guest"}


def test_what_is_postponed(database: Database) -> None:
    database.transact(revocations.add, revocations.GUEST, [{"name": "a"}])
    [item] = database.query(revocations.due, 10)
    database.transact(revocations.postpone, item, 3600.0)
    assert database.query(revocations.due, 10) == []
    database.transact(revocations.postpone, item, -1.0)
    [again] = database.query(revocations.due, 10)
    assert again.attempts == 1


def test_bodies_are_encrypted(database: Database) -> None:
    database.transact(revocations.add, revocations.DELEGATION, [BODY])
    with database.read() as session:
        stored = session.execute(revocation.select()).one().body
    assert "very secret" not in stored
    assert "very secret" not in repr(database.query(revocations.due, 1))
