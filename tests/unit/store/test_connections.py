"""Which databases are connected to, connections that a server has closed, and what a read costs."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text

from heat_engine.store import stacks
from heat_engine.store.database import Database
from heat_engine.store.session import Session
from tests.proxy import Proxy
from tests.unit.store.rows import add_stack


def test_only_files_and_servers_that_are_known(database: Database) -> None:
    for url in ("sqlite://", "oracle://host/name"):
        with pytest.raises(ValueError):
            Database(url, database.vault)


def test_idle_connections_that_were_closed_are_not_used(
    database: Database, remote: Database, proxy: Proxy
) -> None:
    stack_id = add_stack(remote, "healed")
    tries = []

    def seen(session: Session) -> str:
        tries.append(1)
        found = stacks.get(session, stack_id)
        return found.name if found else ""

    assert remote.query(seen) == "healed"
    proxy.cut()
    with remote.read() as session:
        assert seen(session) == "healed"
    proxy.cut()
    assert remote.query(seen) == "healed"
    assert len(tries) == 3


def test_a_read_on_a_server_pays_for_no_transaction(database: Database) -> None:
    seen: list[str] = []
    event.listen(
        database._reader, "before_cursor_execute", lambda *given: seen.append(str(given[2]))
    )
    database.query(stacks.count, project_id="project")
    assert len(seen) == (2 if database.dialect == "sqlite" else 1), seen
    if database.dialect == "postgresql":
        with database.read() as session:
            driver = session.connection.connection.driver_connection
            assert driver is not None
            assert driver.autocommit
    if database.dialect == "mysql":
        ends = (
            "SHOW SESSION STATUS WHERE Variable_name IN ('Com_begin', 'Com_commit', 'Com_rollback')"
        )
        before, after = (
            database.query(lambda session: session.execute(text(ends)).all()) for _ in range(2)
        )
        assert len(before) == 3
        assert before == after
