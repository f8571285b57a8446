"""Groups of rows, written at once."""

from __future__ import annotations

from sqlalchemy import select

from heat_engine.store.database import Database
from heat_engine.store.tables import event, resource
from heat_engine.store.writing import insert_new, upsert
from tests.proxy import Proxy
from tests.unit.store.rows import event_row, resource_row


def test_upsert_inserts_and_overwrites(database: Database) -> None:
    rows = [resource_row("s", f"r{number}") for number in range(3)]
    database.transact(upsert, resource, rows[:2])
    changed = [{**row, "status": "FAILED"} for row in rows]
    database.transact(upsert, resource, changed)
    with database.read() as session:
        found = session.execute(select(resource.c.name, resource.c.status)).all()
    assert sorted(tuple(row) for row in found) == [(f"r{n}", "FAILED") for n in range(3)]
    database.transact(upsert, resource, [])


def test_insert_new_leaves_what_is_there(database: Database) -> None:
    rows = [event_row("s", f"r{number}") for number in range(3)]
    database.transact(insert_new, event, rows[:2], key="id")
    changed = [{**row, "resource_name": "changed"} for row in rows]
    database.transact(insert_new, event, changed, key="id")
    with database.read() as session:
        names = session.execute(select(event.c.resource_name).order_by(event.c.sequence))
    assert names.scalars().all() == ["r0", "r1", "changed"]
    database.transact(insert_new, event, [], key="id")


def test_a_thousand_rows_are_few_round_trips(
    database: Database, remote: Database, proxy: Proxy
) -> None:
    rows = [resource_row("s", f"r{number}", definition="d" * 300) for number in range(1000)]
    for _ in range(2):
        before = proxy.turns
        remote.transact(upsert, resource, rows)
        assert proxy.turns - before < 200, "a row each would be two thousand"
    with database.read() as session:
        assert len(session.execute(select(resource.c.id)).all()) == 1000
