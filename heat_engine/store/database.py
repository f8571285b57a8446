"""Connections and transactions, the same on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import random
import select as selectors
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from common import errors
from common.crypt import Vault
from heat_engine.store import faults, receipts
from heat_engine.store.session import Session
from heat_engine.store.writing import upsert

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["Database", "upsert"]

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
_DATABASE_ERRORS = (exc.DBAPIError, exc.TimeoutError)
UNFIT = "a value is too long or too large to be stored"
UNREACHABLE = "The database does not answer. Try again; nothing was lost."


class Database:
    """One pool of connections. Safe to share between threads; not across a fork."""

    def __init__(
        self,
        url: str,
        vault: Vault,
        *,
        pool_size: int = 10,
        retry_seconds: float = 30.0,
        busy_seconds: float = 10.0,
        echo: bool = False,
    ) -> None:
        """``url``: ``sqlite:///file``, ``postgresql+psycopg://...`` or ``mysql+pymysql://...``.

        ``retry_seconds`` bounds how long a transaction is tried again in all, ``busy_seconds`` how
        long one try waits for a connection, or on SQLite for the file.
        Raises ``ValueError`` for another kind of database.
        """
        parsed = make_url(url)
        self.vault = vault
        # Told the stacks that a transaction has written events of, once it is committed.
        self.on_events: Callable[[set[str]], None] = lambda stacks: None
        self._retry_seconds = retry_seconds
        self._turn_of: int | None = None
        self._slots: deque[receipts.Slot] = deque()
        engine_of = partial(_engine, parsed, pool_size, busy_seconds, echo)
        self._engine: Engine = engine_of()
        self._disposed = False
        if parsed.get_backend_name() == "sqlite":
            self._reader: Engine = self._engine
            self._writer: Engine = self._engine.execution_options(hearth_writes=busy_seconds)
            # One writer at a time is the file's rule. Waiting for it here wakes at once; waiting
            # in SQLite means sleeping and looking again.
            self._turn: threading.Lock | None = threading.Lock()
        else:
            self._writer = self._engine
            self._reader = _reader(self._engine, engine_of)
            self._turn = None
        for pool in {self._engine.pool, self._reader.pool}:
            event.listen(pool, "checkin", self._close_late)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; never waits for a writer. Waits for a database that restarts.

        Raises ``ServiceUnavailable`` when the database does not answer.
        """
        with _translated(), self._connect(self._reader) as connection:
            yield Session(connection, self.vault)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction, tried once: committed at the end of the block, undone by an exception.

        Raises ``ServiceUnavailable`` when the database does not answer or another transaction is
        in the way; ``transact`` tries again instead.
        """
        with _translated(), self._my_turn():
            with self._connect(self._writer) as connection, connection.begin():
                session = Session(connection, self.vault)
                begun = time.monotonic()
                yield session
                _check_age(session, begun)
        self._tell(session)

    def transact(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``function(session, ...)`` in a write transaction until it passes; its result.

        It is run again after a deadlock, a serialization failure, a busy file or a lost
        connection, but never after it was committed; it may do nothing but use its session.
        Raises what it raises, ``Invalid`` for a value that does not fit its column, and
        ``ServiceUnavailable`` when the time for trying is over.
        """
        if self._turn is not None:
            return self._insist(
                partial(self._once, self._writer, self._my_turn, function, *args, **kwargs)
            )
        with self._slot() as slot:
            return self._insist(partial(self._surely, slot, function, *args, **kwargs))

    def query(
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """``transact`` for functions that only read."""

        def attempt() -> T:
            with self._reader.connect() as connection:
                return function(Session(connection, self.vault), *args, **kwargs)

        return self._insist(attempt)

    def now(self) -> float:
        """Seconds since the epoch by the database's clock."""
        return self.query(Session.now)

    @property
    def dialect(self) -> str:
        """``sqlite``, ``postgresql`` or ``mysql`` (MariaDB too)."""
        return self._engine.dialect.name

    def dispose(self) -> None:
        """Close every idle connection now, and those in use when they are given back."""
        self._disposed = True
        self._engine.dispose()
        self._reader.dispose()

    def _close_late(self, connection: Any, record: Any) -> None:
        """Nobody would ever close what is given back to a pool that is done with."""
        if self._disposed and connection is not None:
            record.invalidate()

    def _once(
        self,
        engine: Engine,
        turn: Callable[[], AbstractContextManager[None]],
        function: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        with turn(), engine.connect() as connection, connection.begin():
            session, begun = Session(connection, self.vault), time.monotonic()
            result = function(session, *args, **kwargs)
            _check_age(session, begun)
        self._tell(session)
        return result

    def _surely(
        self,
        slot: receipts.Slot,
        function: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """``_once`` for a server, which may take a COMMIT and be gone before it says so."""
        slot.number += 1
        with self._writer.connect() as connection, connection.begin() as transaction:
            session, begun = Session(connection, self.vault), time.monotonic()
            result = function(session, *args, **kwargs)
            receipts.leave(session, slot)
            _check_age(session, begun)
            try:
                transaction.commit()
            except exc.DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                lost = error
            else:
                self._tell(session)
                return result
        if self._insist(partial(self._once, self._writer, nullcontext, receipts.is_left, slot)):
            self._tell(session)
            return result
        raise lost

    def _tell(self, session: Session) -> None:
        if session.happened:
            self.on_events(session.happened)

    @contextmanager
    def _slot(self) -> Iterator[receipts.Slot]:
        try:
            slot = self._slots.pop()
        except IndexError:
            slot = receipts.Slot()
            # Its row must be there before it is needed, for ``is_left`` to wait for it.
            self._insist(partial(self._once, self._writer, nullcontext, receipts.leave, slot))
        try:
            yield slot
        finally:
            self._slots.append(slot)

    def _connect(self, engine: Engine) -> Connection:
        """A connection, waiting for a database that is just starting."""
        return self._insist(engine.connect)

    def _insist(self, attempt: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._retry_seconds
        pauses = _pauses()
        while True:
            try:
                return attempt()
            except exc.DataError as error:
                raise errors.Invalid(reason=UNFIT) from error
            except _DATABASE_ERRORS as error:
                if not faults.is_transient(error):
                    raise
                _pause(next(pauses), deadline, error)

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if self._turn_of == threading.get_ident():
            raise RuntimeError("a write transaction within a write transaction waits for itself")
        if not self._turn.acquire(timeout=self._retry_seconds):
            raise errors.ServiceUnavailable(UNREACHABLE)
        try:
            self._turn_of = threading.get_ident()
            yield
        finally:
            self._turn_of = None
            self._turn.release()


def _engine(url: URL, pool_size: int, busy_seconds: float, echo: bool, **more: Any) -> Engine:
    # hide_parameters: rows hold secrets, and an error's text ends in a log.
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


def _reader(engine: Engine, engine_of: Callable[..., Engine]) -> Engine:
    """Reads without transactions: BEGIN, COMMIT and ROLLBACK would be round trips for nothing."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="AUTOCOMMIT")
    # PyMySQL would pay for switching what a connection does: some are for reading only.
    return engine_of(isolation_level="AUTOCOMMIT", skip_autocommit_rollback=True)


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


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exc.DataError as error:
        raise errors.Invalid(reason=UNFIT) from error
    except _DATABASE_ERRORS as error:
        if not faults.is_transient(error):
            raise
        raise errors.ServiceUnavailable(UNREACHABLE) from error


def _check_age(session: Session, begun: float) -> None:
    """Raises ``ServiceUnavailable``, and so undoes a transaction that may not end so late."""
    if session.happened and time.monotonic() - begun > TRANSACTION_SECONDS:
        raise errors.ServiceUnavailable(UNREACHABLE)


def _pauses() -> Iterator[float]:
    """Growing pauses with jitter, so that those who collided do not collide again."""
    longest = 0.005
    while True:
        yield random.uniform(longest / 4, longest)
        longest = min(longest * 2, 1.0)


def _pause(seconds: float, deadline: float, error: Exception) -> None:
    if time.monotonic() + seconds > deadline:
        raise errors.ServiceUnavailable(UNREACHABLE) from error
    time.sleep(seconds)
