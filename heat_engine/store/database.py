"""Transactions, the same on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, event, exc
from sqlalchemy.engine import make_url

from common import errors
from common.crypt import Vault
from heat_engine.store import connections, faults, receipts
from heat_engine.store.connections import TRANSACTION_SECONDS
from heat_engine.store.session import Session

P = ParamSpec("P")
T = TypeVar("T")

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
        self._disposed = False
        self._engine, self._reader = connections.engines(parsed, pool_size, busy_seconds, echo)
        self._writer = self._engine.execution_options(hearth_writes=busy_seconds)
        # One writer at a time is the rule of an SQLite file. Waiting for it here wakes at once;
        # waiting in SQLite means sleeping and looking again.
        self._turn = threading.Lock() if self.dialect == "sqlite" else None
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
