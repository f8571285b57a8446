from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import event

from common.identifiers import new_id
from heat_engine.store import clock, traversals
from heat_engine.store.database import Database
from heat_engine.store.session import Session
from heat_engine.store.traversals import TraversalRecord

SECONDS = 10.0


def pending(database: Database, status: str = "PENDING") -> TraversalRecord:
    record = TraversalRecord(
        id=new_id(),
        stack_id=new_id(),
        action="UPDATE",
        status=status,
        deadline=0.0,
        fence=0,
        created_at=clock.utc(),
    )
    with database.write() as session:
        traversals.insert(session, record, 10.0)
    return record


def test_what_is_over_is_not_superseded(database: Database) -> None:
    record = pending(database, "COMPLETE")
    with database.write() as session:
        assert traversals.supersede(session, record.id) is None
        assert traversals.supersede(session, None) is None
        assert traversals.get(session, record.id) == record


def test_who_supersedes_learns_of_a_claim_that_is_just_being_made(database: Database) -> None:
    record = pending(database)
    arrived = threading.Event()

    def superseded(session: Session) -> TraversalRecord | None:
        def about_to(*statement: Any) -> None:
            if statement[2].startswith("UPDATE"):
                arrived.set()

        event.listen(session.connection, "before_cursor_execute", about_to)
        return traversals.supersede(session, record.id)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            claimed = traversals.claim(session, record, "engine", 10.0)
            found = pool.submit(database.transact, superseded)
            if database.dialect != "sqlite":
                # There, the other one does not even begin before this one has ended.
                assert arrived.wait(SECONDS)
        assert claimed is not None
        seen = found.result(SECONDS)
    assert seen is not None
    assert (seen.owner, seen.fence, seen.status) == ("engine", 1, "SUPERSEDED")
