"""The schema's history. ``db_sync`` brings a database to its end, and needs nothing but its URL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

# Any number that only the schema's change uses.
_LOCK = 0x48454152
_WAIT_SECONDS = 300
# Alembic keeps what it works on in a global variable.
_alone = threading.Lock()


def db_sync(url: str) -> str:
    """Create or upgrade the schema; its revision. Two at once take turns, the second does nothing.

    Raises sqlalchemy's ``DBAPIError`` when the database cannot be reached or refuses.
    """
    with _alone, _locked(url) as connection:
        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).parent))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        return MigrationContext.configure(connection).get_current_revision() or ""


def current(url: str) -> str | None:
    """The revision that the database is at; None before the first ``db_sync``."""
    engine = _engine(url)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _engine(url: str) -> Engine:
    engine = create_engine(make_url(url), poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # None: the driver must not begin and end transactions by itself.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _locked(url: str) -> Iterator[Connection]:
    """A connection that nobody else changes the schema beside; committed at the end."""
    engine = _engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        else:
            # MariaDB commits at every DDL statement: only a lock of the session lasts.
            name = f"hearth-{engine.url.database}"[:64]
            lock = text("SELECT GET_LOCK(:name, :seconds)")
            if connection.scalar(lock, {"name": name, "seconds": _WAIT_SECONDS}) != 1:
                raise TimeoutError(f"another db_sync held the schema for {_WAIT_SECONDS} s")
        yield connection
        connection.commit()
