from __future__ import annotations

import uuid
from typing import Any

from common.identifiers import new_id
from heat_engine.store import clock, snapshots, traversals
from heat_engine.store.database import Database
from heat_engine.store.traversals import TraversalRecord
from tests.unit.store.rows import add_stack, snapshot_columns

SECRET = "hunter2!"


def add(database: Database, stack_id: str, **columns: Any) -> str:
    row = snapshot_columns(stack_id, **{"data": {"secret": SECRET}, **columns})
    database.transact(snapshots.insert, **row)
    return str(row["id"])


def states(database: Database, *ids: str) -> list[str | None]:
    found = [database.query(snapshots.get, snapshot_id) for snapshot_id in ids]
    return [f"{item.action}_{item.status}" if item else None for item in found]


def test_a_part_is_known_by_snapshot_and_resource() -> None:
    assert snapshots.part("a", "b") == snapshots.part("a", "b")
    assert len({snapshots.part(*pair) for pair in (("a", "b"), ("a", "c"), ("b", "a"))}) == 3
    assert str(uuid.UUID(snapshots.part("a", "b"))) == snapshots.part("a", "b")


def test_what_is_kept_is_encrypted(database: Database) -> None:
    snapshot_id = add(database, add_stack(database, "s"))
    record = database.query(snapshots.get, snapshot_id)
    assert record is not None
    assert record.data == {"secret": SECRET}
    assert SECRET not in repr(record)
    with database.read() as session:
        (sealed,) = session.execute(snapshots.select(snapshots.table.c.data)).scalars()
    assert SECRET not in sealed


def test_lists_have_what_was_asked_for(database: Database) -> None:
    stack_id, other = add_stack(database, "s"), add_stack(database, "t")
    first = add(database, stack_id)
    second = add(database, stack_id, action="DELETE", status="IN_PROGRESS")
    add(database, stack_id, root_id=add(database, other))
    kept = add(database, stack_id, action="ABANDON")
    found = database.query(snapshots.list, stack_id)
    assert [record.id for record in found] == [first, second]
    assert database.query(snapshots.count, stack_id) == 1
    record = database.query(snapshots.abandoned, stack_id)
    assert record is not None
    assert record.id == kept
    assert database.query(snapshots.abandoned, other) is None


def test_a_failure_is_one_of_the_whole(database: Database) -> None:
    stack_id = add_stack(database, "s")
    root = add(database, stack_id, status="IN_PROGRESS")
    done = add(database, new_id(), root_id=root)
    part = add(database, new_id(), root_id=root, status="IN_PROGRESS")
    database.transact(snapshots.fail, part, "why")
    assert states(database, root, done, part) == [
        "CREATE_FAILED",
        "CREATE_COMPLETE",
        "CREATE_FAILED",
    ]


def test_parts_go_with_the_whole(database: Database) -> None:
    stack_id = add_stack(database, "s")
    root, other = add(database, stack_id), add(database, stack_id)
    part = add(database, new_id(), root_id=root)
    kept = add(database, stack_id, action="ABANDON")
    database.transact(snapshots.doom, root)
    assert states(database, root, part, other) == [
        "DELETE_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
        "CREATE_COMPLETE",
    ]
    database.transact(snapshots.doom_all, stack_id)
    assert states(database, other, kept) == ["DELETE_IN_PROGRESS", "ABANDON_COMPLETE"]
    assert len(database.query(snapshots.doomed, 2)) == 2
    found = database.query(snapshots.doomed, 10)
    assert {record.id for record in found} == {root, part, other}
    assert database.query(snapshots.left, stack_id)
    database.transact(snapshots.remove, root)
    assert states(database, root) == [None]


def test_what_is_still_being_made_is_left_alone(database: Database) -> None:
    stack_id = add_stack(database, "s")
    snapshot_id = add(database, stack_id, action="DELETE")
    record = TraversalRecord(
        id=new_id(),
        stack_id=stack_id,
        action="SNAPSHOT",
        status="SUPERSEDED",
        deadline=0.0,
        fence=1,
        created_at=clock.utc(),
        owner="engine",
        snapshot_id=snapshot_id,
    )
    database.transact(traversals.insert, record, 60.0)
    assert database.query(snapshots.doomed, 10) == []
    database.transact(traversals.release, record, "engine")
    assert [item.id for item in database.query(snapshots.doomed, 10)] == [snapshot_id]
