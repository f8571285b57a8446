"""How SQLite, PostgreSQL and MariaDB are connected to, so that they behave the same."""

from __future__ import annotations

import random
import select as selectors
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL

CONNECT_SECONDS = 10
# Locks are held for milliseconds; who waits longer than this is better tried again.
LOCK_SECONDS = 10
# No transaction with events is committed that has taken longer, and a server ends one that is
# idle so long: who follows the events has to know when nothing older can come any more.
TRANSACTION_SECONDS = 60
# A server whose machine vanished never says so: seconds until silence counts as its end.
_POSTGRESQL = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
_MARIADB = {
    "read_timeout": 60,
    "write_timeout": 60,
    # UNIX_TIMESTAMP reads a time in the session's zone; only UTC has no hour twice. Strict: what
    # is too long is an error and not cut off.
    "init_command": "SET SESSION time_zone = '+00:00',"
    f" SESSION innodb_lock_wait_timeout = {LOCK_SECONDS},"
    f" SESSION idle_write_transaction_timeout = {TRANSACTION_SECONDS},"
    " SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES')",
}


def engines(url: URL, pool_size: int, busy_seconds: float, echo: bool) -> tuple[Engine, Engine]:
    """Two sources of connections: for transactions, and for reading only.

    busy_seconds: how long one is waited for. What writes to SQLite says so by the execution option
    ``hearth_writes``: for how many seconds it waits for the writers of other processes. Raises
    ``ValueError`` for another kind of database.
    """
    engine = _engine(url, pool_size, busy_seconds, echo)
    # Servers are read without transactions: their ends would be round trips for nothing.
    match engine.dialect.name:
        case "sqlite":
            return engine, engine
        case "postgresql":
            return engine, engine.execution_options(isolation_level="AUTOCOMMIT")
    # PyMySQL would pay for switching what a connection does: some are for reading only.
    alone = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    return engine, _engine(url, pool_size, busy_seconds, echo, **alone)


def _engine(url: URL, pool_size: int, busy_seconds: float, echo: bool, **more: Any) -> Engine:
    # hide_parameters: rows hold secrets, and an error's text may be shown.
    options: dict[str, Any] = {"echo": echo, "hide_parameters": True, "pool_size": pool_size}
    # Every transaction here ends by commit or rollback: a rollback more would be a round trip.
    options |= {"max_overflow": pool_size, "pool_timeout": busy_seconds}
    options["pool_reset_on_return"] = None
    backend = url.get_backend_name()
    if backend == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ValueError("SQLite needs a file: sqlite:////path/to/file")
        connect_args = {"check_same_thread": False, "timeout": busy_seconds}
        engine = create_engine(url, connect_args=connect_args, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if backend not in ("postgresql", "mysql", "mariadb"):
        raise ValueError(f"{backend} is not a database that is supported")
    if backend == "postgresql":
        options["connect_args"] = {"connect_timeout": CONNECT_SECONDS, **_POSTGRESQL}
        if "options" not in url.query:
            options["connect_args"]["options"] = (
                f"-c lock_timeout={LOCK_SECONDS * 1000}"
                f" -c idle_in_transaction_session_timeout={TRANSACTION_SECONDS * 1000}"
            )
    else:
        options["connect_args"] = {"connect_timeout": CONNECT_SECONDS, **_MARIADB}
    engine = create_engine(url, **{"isolation_level": "READ COMMITTED", **options, **more})
    event.listen(engine, "checkout", _refuse_dead(engine.dialect.loaded_dbapi.Error))
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # None: the driver must not begin transactions by itself; _begin_sqlite does.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # Survives the death of a process at any instant, which is what the engine promises.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    patience: float | None = connection.get_execution_options().get("hearth_writes")
    if patience is None:
        connection.exec_driver_sql("BEGIN")
    elif not _begin_writing(connection.connection.dbapi_connection, patience):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_writing(connection: Any, patience: float) -> bool:
    """Wait for the writers of other processes; False when that takes too long.

    SQLite's own waiting grows to 100 ms between two looks, so that who waits long starves.
    """
    deadline = time.monotonic() + patience
    [before] = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while time.monotonic() < deadline:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    return False
                time.sleep(random.uniform(0.0003, 0.0015))
            else:
                return True
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
    return False


def _refuse_dead(error: type[Exception]) -> Callable[[Any, Any, Any], None]:
    """A listener. An idle connection has nothing to say; one that can be read was closed by the
    server. A look at the socket costs microseconds where asking the server costs a round trip.

    error: what the driver raises for a connection that is closed.
    """

    def look(connection: Any, record: Any, proxy: Any) -> None:
        if not record.info.get("hearth_used"):
            record.info["hearth_used"] = True
            return
        # psycopg has fileno; PyMySQL keeps its socket to itself, None once it is closed.
        source = connection if hasattr(connection, "fileno") else connection._sock
        try:
            poll = selectors.poll()
            poll.register(source.fileno(), selectors.POLLIN)
            said = poll.poll(0)
        except (AttributeError, ValueError, error):
            said = [(-1, selectors.POLLNVAL)]
        if said:
            raise exc.DisconnectionError

    return look
