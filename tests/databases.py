"""Fresh databases for tests: SQLite, PostgreSQL and MariaDB, each dropped when its tests are done.

A module that takes ``database`` or ``database_url`` runs once for each of the three. To make
tables takes a server much longer than to empty them, so what a test gives back is lent again.
``HEARTH_TEST_POSTGRESQL`` and ``HEARTH_TEST_MARIADB`` name other servers than those of this
machine. A server that is missing skips its tests, or fails them under HEARTH_REQUIRE_SERVICES=1.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from common.crypt import Vault
from heat_engine.store.database import Database
from heat_engine.store.tables import metadata

KINDS = ("sqlite", "postgresql", "mariadb")
SERVERS = {
    "postgresql": os.environ.get(
        "HEARTH_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    ),
    "mariadb": os.environ.get("HEARTH_TEST_MARIADB", "mysql+pymysql://root@127.0.0.1:3306/mysql"),
}
KEY = Vault.new_key()
_SPARE: dict[str, list[str]] = {kind: [] for kind in KINDS}
_FILLED: set[str] = set()
_KEPT = ExitStack()
_COUNT_ANEW = {
    "postgresql": "ALTER SEQUENCE event_sequence_seq RESTART",
    "mariadb": "ALTER TABLE event AUTO_INCREMENT = 1",
}


@contextmanager
def fresh_database(kind: str, directory: Path) -> Iterator[str]:
    """The URL of an empty database, dropped afterwards; on SQLite a file in ``directory``."""
    name = f"hearth_test_{os.getpid()}_{uuid.uuid4().hex[:12]}"
    if kind == "sqlite":
        yield f"sqlite:///{directory / name}.db"
        return
    _administer(kind, f"CREATE DATABASE {name}")
    try:
        yield make_url(SERVERS[kind]).set(database=name).render_as_string(hide_password=False)
    finally:
        force = " WITH (FORCE)" if kind == "postgresql" else ""
        _administer(kind, f"DROP DATABASE {name}{force}")


@contextmanager
def lent_database(kind: str, directory: Path) -> Iterator[str]:
    """The URL of a database whose tables are empty; on SQLite a new file in ``directory``."""
    if kind == "sqlite":
        with fresh_database(kind, directory) as url:
            create_schema(url)
            yield url
        return
    spare = _SPARE[kind]
    url = spare.pop() if spare else _KEPT.enter_context(fresh_database(kind, directory))
    if url not in _FILLED:
        create_schema(url)
        hurry(url)
        _FILLED.add(url)
    yield url
    _empty(kind, url)
    spare.append(url)


def drop_lent_databases() -> None:
    """At the end of all tests."""
    _KEPT.close()


def create_schema(url: str) -> None:
    """All tables as they are now, at once; ``db_sync`` is slower and has its own tests."""
    engine = create_engine(url, poolclass=NullPool)
    metadata.create_all(engine)


def hurry(url: str) -> None:
    """Do not wait for the disk: a test's data need not survive the machine."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        _administer("postgresql", f"ALTER DATABASE {parsed.database} SET synchronous_commit = off")


def _empty(kind: str, url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(table.delete())
        # Who reads events looks for numbers that are missing.
        connection.execute(text(_COUNT_ANEW[kind]))


def _administer(kind: str, statement: str) -> None:
    engine = create_engine(SERVERS[kind], poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    except OperationalError as error:
        if os.environ.get("HEARTH_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(f"no {kind} on this machine: {error.orig}")


@pytest.fixture(scope="session", params=KINDS)
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database of each kind with its tables."""
    with lent_database(request.param, tmp_path_factory.mktemp("database")) as url:
        yield url


@pytest.fixture(scope="session")
def shared_database(database_url: str) -> Iterator[Database]:
    """A database with its tables, for all tests of a session."""
    database = Database(database_url, Vault([KEY]))
    yield database
    database.dispose()


@pytest.fixture
def database(shared_database: Database) -> Database:
    """A database with empty tables."""
    with shared_database.write() as session:
        for table in metadata.sorted_tables:
            session.execute(table.delete())
    return shared_database
