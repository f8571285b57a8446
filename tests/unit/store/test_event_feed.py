"""Events in the order of writing: those that are committed late are found, on every database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from common import errors
from heat_engine.store import clock, connections, event_feed, events
from heat_engine.store.database import Database
from heat_engine.store.event_feed import Place
from heat_engine.store.session import Session
from tests.unit.store.rows import add_stack, event_row


def write(base: Database, stack_id: str, *names: str) -> None:
    base.transact(events.append, [event_row(stack_id, name) for name in names])


def since(base: Database, place: Place, limit: int = 100) -> tuple[list[str], Place]:
    found, place = base.query(event_feed.since, place, limit)
    return [record.resource_name for record, _stack in found], place


def test_what_is_new_comes_in_order_with_its_stack(database: Database) -> None:
    stack_id = add_stack(database, "s")
    write(database, stack_id, "old")
    start = database.query(event_feed.latest)
    assert since(database, start) == ([], start)
    write(database, stack_id, "a", "b")
    [(record, place), _b] = database.query(event_feed.since, start, 100)[0]
    assert (record.resource_name, place.name, place.project_id) == ("a", "s", "project")
    names, after_one = since(database, start, limit=1)
    assert names == ["a"]
    assert since(database, after_one)[0] == ["b"]


def test_what_is_committed_late_is_missing_until_then(database: Database) -> None:
    if database.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    stack_id = add_stack(database, "s")
    write(database, stack_id, "old")
    newest = database.query(event_feed.latest).after
    start = Place(newest, [])
    written, go = threading.Event(), threading.Event()

    def slow(session: Session) -> None:
        events.append(session, [event_row(stack_id, "slow")])
        written.set()
        assert go.wait(30)

    thread = threading.Thread(target=database.transact, args=(slow,))
    thread.start()
    assert written.wait(30)
    write(database, stack_id, "quick")
    names, place = since(database, start)
    assert names == ["quick"]
    assert len(place.missing) == 1
    # Who begins only now has to know of it too.
    assert place.missing[0] in database.query(event_feed.latest).missing
    assert place.missing[0] > newest
    go.set()
    thread.join(30)
    names, later = since(database, place)
    assert names == ["slow"]
    assert later == Place(place.after, [])


def test_of_what_happened_long_ago_nothing_is_missing(database: Database) -> None:
    stack_id = add_stack(database, "s")
    long_ago = clock.utc() - timedelta(seconds=event_feed.SETTLED_SECONDS + 60)
    rows = [event_row(stack_id, name, created_at=long_ago) for name in "abc"]
    database.transact(events.append, rows)
    assert database.query(event_feed.latest).missing == []


def test_a_transaction_with_events_does_not_take_for_ever(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heat_engine.store.database.TRANSACTION_SECONDS", -1)
    stack_id = add_stack(database, "s")
    with pytest.raises(errors.ServiceUnavailable):
        write(database, stack_id, "late")
    assert database.query(events.list, [stack_id]) == []


def test_servers_end_transactions_that_are_idle(database: Database) -> None:
    asked = {
        "postgresql": "SHOW idle_in_transaction_session_timeout",
        "mysql": "SELECT @@session.idle_write_transaction_timeout",
    }
    if database.dialect not in asked:
        pytest.skip("SQLite has no server")
    with database.write() as session:
        [(told,)] = session.connection.exec_driver_sql(asked[database.dialect])
    assert str(told) in ("1min", "60")


def test_who_is_told_and_when(database: Database) -> None:
    stack_id = add_stack(database, "s")
    told: list[set[str]] = []
    database.on_events = told.append

    def failing(session: Session) -> None:
        events.append(session, [event_row(stack_id, "never")])
        raise LookupError

    try:
        with pytest.raises(LookupError):
            database.transact(failing)
        assert told == []
        write(database, stack_id, "a")
        with database.write() as session:
            events.append(session, [event_row(stack_id, "b")])
        add_stack(database, "other")
    finally:
        database.on_events = lambda stacks: None
    assert told == [{stack_id}, {stack_id}]


def test_replay_of_a_stack_a_tree_and_a_project(database: Database) -> None:
    root = add_stack(database, "root")
    tree = {"root_id": root, "live_name": None}
    child = add_stack(database, "child", owner_id=root, depth=1, **tree)
    grandchild = add_stack(database, "grandchild", owner_id=child, depth=2, **tree)
    foreign = add_stack(database, "foreign", project_id="other")
    for stack_id in (root, child, grandchild, foreign):
        write(database, stack_id, stack_id[:8])

    def names(depth: int, stack_id: str | None, root_id: str | None = None) -> list[str]:
        found = database.query(
            event_feed.replay,
            Place(0, []),
            2**62,
            100,
            project_id="project",
            stack_id=stack_id,
            root_id=root_id,
            depth=depth,
        )
        return [record.resource_name for record, _place in found]

    assert names(0, root) == [root[:8]]
    assert names(1, root, root) == [root[:8], child[:8]]
    assert names(0, None) == [root[:8]]
    assert names(5, None) == [root[:8], child[:8], grandchild[:8]]
    assert database.query(event_feed.nested_in, root, child) == [child, grandchild]


def test_a_counter_set_forward_is_no_mountain_of_missing_numbers() -> None:
    assert len(event_feed._holes(1, 10**9, {10**9})) == event_feed.LOOK_BACK - 1


def test_the_patience_covers_the_longest_transaction() -> None:
    assert event_feed.SETTLED_SECONDS >= 2 * connections.TRANSACTION_SECONDS + 30
