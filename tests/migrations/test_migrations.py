"""The schema's history leads to the schema that the code works with, on every database."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateTable

from common.crypt import Vault
from heat_engine.store import migrations, stacks
from heat_engine.store.database import Database
from heat_engine.store.tables import metadata
from tests.databases import KEY, KINDS, fresh_database
from tests.unit.store.rows import stack_columns


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request.param, tmp_path) as fresh:
        yield fresh


def _differences(url: str) -> list[Any]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))


def _schema(url: str) -> dict[str, str]:
    """All tables as the database itself describes them."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if name in metadata.tables]
        if engine.dialect.name == "mysql":
            return {name: _described(connection, name) for name in names}
        inspector = inspect(connection)
        return {
            name: str(
                (
                    [
                        (c["name"], str(c["type"]), c["nullable"])
                        for c in inspector.get_columns(name)
                    ],
                    sorted(str(i) for i in inspector.get_indexes(name)),
                    sorted(str(u) for u in inspector.get_unique_constraints(name)),
                    inspector.get_pk_constraint(name),
                )
            )
            for name in names
        }


def _described(connection: Connection, name: str) -> str:
    statement = connection.execute(text(f"SHOW CREATE TABLE `{name}`")).one()[1]
    # Indexes stand in the order in which they happened to be made.
    return "\n".join(sorted(line.strip(" ,") for line in statement.splitlines()))


def test_history_leads_to_the_present(url: str, tmp_path: Path) -> None:
    assert migrations.current(url) is None
    revision = migrations.db_sync(url)
    assert migrations.current(url) == revision
    assert _differences(url) == []
    kind = {"sqlite": "sqlite", "postgresql+psycopg": "postgresql", "mysql+pymysql": "mariadb"}
    with fresh_database(kind[url.split(":")[0]], tmp_path) as other:
        metadata.create_all(create_engine(other, poolclass=NullPool))
        assert _schema(url) == _schema(other)


def test_again_changes_nothing_and_keeps_the_rows(url: str) -> None:
    revision = migrations.db_sync(url)
    database = Database(url, Vault([KEY]))
    database.transact(stacks.insert, **stack_columns("kept"))
    assert migrations.db_sync(url) == revision
    assert database.query(stacks.find_live, "project", "kept") is not None
    database.dispose()


def test_many_threads_at_once(url: str) -> None:
    revisions: list[str] = []
    threads = [
        threading.Thread(target=lambda: revisions.append(migrations.db_sync(url))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(revisions) == 4
    assert set(revisions) == {migrations.current(url)}
    assert _differences(url) == []


def test_many_processes_at_once(url: str) -> None:
    program = (
        "import sys; from heat_engine.store import migrations; migrations.db_sync(sys.argv[1])"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in processes:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint.decode()
    assert _differences(url) == []


def test_mariadb_compares_names_byte_by_byte() -> None:
    """The text of the tables, so that it holds without a MariaDB too."""
    dialect = create_engine("mysql+pymysql://", poolclass=NullPool).dialect
    for table in metadata.sorted_tables:
        assert "COLLATE utf8mb4_nopad_bin" in str(CreateTable(table).compile(dialect=dialect))
