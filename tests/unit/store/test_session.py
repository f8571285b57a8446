"""What a session offers."""

from __future__ import annotations

from sqlalchemy import insert, select

from heat_engine.store import clock
from heat_engine.store.database import Database
from heat_engine.store.tables import document


def test_execute_with_one_and_many_parameters(database: Database) -> None:
    rows = [{"hash": str(n), "body": "{}", "created_at": clock.utc()} for n in range(3)]
    with database.write() as session:
        assert session.dialect == database.dialect
        session.execute(insert(document), rows)
        one = select(document.c.body).where(document.c.hash == "1")
        assert session.execute(one).scalar() == "{}"
        assert abs(session.now() - database.now()) < 5


def test_the_key_does_not_show(database: Database) -> None:
    with database.read() as session:
        assert "Vault(...)" in repr(session)
