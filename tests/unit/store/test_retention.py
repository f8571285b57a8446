"""What is deleted for good, and what must never be."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from heat_engine.store import (
    clock,
    documents,
    events,
    guests,
    retention,
    services,
    signals,
    software_configs,
    software_deployments,
    stacks,
)
from heat_engine.store.database import Database
from heat_engine.store.session import Session
from heat_engine.store.tables import (
    document,
    metadata,
    resource,
    service,
    software_config,
    software_deployment,
    step,
    traversal,
)
from tests.unit.store.rows import add_stack, event_row, resource_row, stack_columns

DAY = 86400.0


def _purge(database: Database, **arguments: Any) -> retention.Purged:
    arguments = {"deleted_before_seconds": DAY, **arguments}
    return database.transact(retention.purge, **arguments)


def _counts(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def _full_stack(database: Database, name: str, deleted_days: float | None) -> str:
    deleted_at = None if deleted_days is None else clock.utc() - timedelta(days=deleted_days)
    live_name = name if deleted_at is None else None
    stack_id = add_stack(database, name, deleted_at=deleted_at, live_name=live_name)
    row = resource_row(stack_id, "web")
    with database.write() as session:
        stacks.set_tags(session, stack_id, ["tag"])
        session.execute(insert(resource), [row])
        signals.put(session, row["id"], None, "SUCCESS", None, None)
        events.append(session, [event_row(stack_id, "web")])
        guests.insert(
            session,
            user_id=name,
            access=name,
            secret="s",
            token=name,
            project_id="p",
            stack_id=stack_id,
            resource_id=row["id"],
            resource_name="web",
        )
        session.execute(
            insert(traversal).values(
                id=stack_id,
                stack_id=stack_id,
                action="CREATE",
                status="COMPLETE",
                deadline=0.0,
                created_at=clock.utc(),
            )
        )
        session.execute(
            insert(step).values(
                traversal_id=stack_id,
                number=0,
                resource_id=row["id"],
                resource_name="web",
                verb="create",
                requires="[]",
                status="DONE",
                token="t",
            )
        )
    return stack_id


def test_a_stack_goes_with_all_that_is_its_own(database: Database) -> None:
    living = _full_stack(database, "living", None)
    recent = _full_stack(database, "recent", 0.5)
    before = _counts(database)
    old = _full_stack(database, "old", 2)
    assert _purge(database) == retention.Purged(
        stacks=1, documents=0, services=0, receipts=0, withdrawn=0
    )
    assert _counts(database) == before
    assert database.query(stacks.get, old) is None
    for kept in (living, recent):
        assert database.query(stacks.get, kept) is not None
    assert not _purge(database)


def test_one_call_is_bounded_and_many_finish(database: Database) -> None:
    for number in range(7):
        add_stack(
            database,
            f"old{number}",
            live_name=None,
            deleted_at=clock.utc() - timedelta(days=2),
        )
    assert [_purge(database, batch=3).stacks for _ in range(4)] == [3, 3, 1, 0]


def _put(database: Database, value: Any, age: timedelta = timedelta(days=1)) -> str:
    key = database.transact(documents.put, value)
    with database.write() as session:
        session.execute(
            update(document).where(document.c.hash == key).values(created_at=clock.utc() - age)
        )
    return key


def test_documents_in_use_stay(database: Database) -> None:
    template, files, earlier, unused = (_put(database, {"number": n}) for n in range(4))
    fresh = _put(database, {"number": "fresh"}, age=timedelta(0))
    stack_id = add_stack(
        database,
        "uses",
        template_hash=template,
        files_hash=files,
        previous={"template_hash": earlier, "files_hash": files, "environment": {}},
    )
    assert _purge(database).documents == 1
    for kept in (template, files, earlier, fresh):
        database.query(documents.get, kept)
    with database.read() as session:
        gone = session.execute(select(document.c.hash).where(document.c.hash == unused)).all()
    assert gone == []
    database.transact(stacks.update, stack_id, previous=None)
    assert _purge(database).documents == 1


@pytest.mark.parametrize("page", [1, 500])
def test_remembered_documents_do_not_hide_others(
    database: Database, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(retention, "_PAGE", page)
    keys = sorted(_put(database, {"number": n}) for n in range(6))
    for number, key in enumerate(keys[:5]):
        previous = {"template_hash": key, "files_hash": key, "environment": {}}
        add_stack(database, f"s{number}", previous=previous)
    assert [_purge(database, batch=2).documents for _ in range(2)] == [1, 0]
    for key in keys[:5]:
        database.query(documents.get, key)


def _use(session: Session, value: Any, name: str) -> None:
    key = documents.put(session, value)
    stacks.insert(session, **stack_columns(name, template_hash=key, files_hash=key))


@pytest.mark.parametrize("number", range(5))
def test_a_document_put_while_it_is_purged_is_there_afterwards(
    database: Database, number: int
) -> None:
    value = {"contended": number}
    _put(database, value)
    start = threading.Barrier(2)

    def purge() -> None:
        start.wait(10)
        _purge(database)

    thread = threading.Thread(target=purge)
    thread.start()
    start.wait(10)
    database.transact(_use, value, "uses")
    thread.join(30)
    found = database.query(stacks.find_live, "project", "uses")
    assert found is not None
    assert database.query(documents.get, found.template_hash) == value


def test_engines_that_never_said_goodbye_are_forgotten(database: Database) -> None:
    for engine_id, seconds in (("gone", 2 * DAY), ("down", 600.0), ("up", 0.0)):
        database.transact(services.report, engine_id, "host")
        with database.write() as session:
            session.execute(
                update(service)
                .where(service.c.id == engine_id)
                .values(seen_at=service.c.seen_at - seconds)
            )
    assert _purge(database).services == 1
    assert {item.id for item in database.query(services.list)} == {"down", "up"}


def test_what_was_withdrawn_long_ago_is_forgotten(database: Database) -> None:
    database.transact(software_configs.withdraw, "c1", "p")
    database.transact(software_deployments.withdraw, "d1", "p")
    assert not _purge(database)
    long_ago = clock.utc() - timedelta(seconds=retention.WITHDRAWN_SECONDS + 60)
    with database.write() as session:
        for table in (software_config, software_deployment):
            session.execute(update(table).values(withdrawn_at=long_ago))
    assert _purge(database).withdrawn == 2
    assert not _purge(database)
