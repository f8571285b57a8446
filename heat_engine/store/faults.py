"""Which database errors pass when the transaction is run again, on each of the three databases."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

# Serialization failure, deadlock, lock not available, connection exceptions, shut down, starting
# up, too many connections.
_POSTGRESQL = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300")
_REFUSALS = ("authentication failed", "does not exist", "no pg_hba.conf entry")
# Deadlock, lock wait timeout, row changed since it was read, too many connections, shutting down,
# killed, no connection, connection lost.
_MARIADB = (1213, 1205, 1020, 1040, 1053, 1927, 2002, 2003, 2006, 2013, 2055)
_SQLITE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def is_transient(error: Exception) -> bool:
    """True for a deadlock, a serialization failure, a lock that was busy or a lost connection."""
    if isinstance(error, exc.TimeoutError):
        return True
    if not isinstance(error, exc.DBAPIError) or isinstance(error, exc.IntegrityError):
        return False
    return error.connection_invalidated or _is_transient_cause(error)


def _is_transient_cause(error: exc.DBAPIError) -> bool:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # The low byte is the primary code, the rest says more: BUSY_SNAPSHOT, BUSY_RECOVERY.
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in _SQLITE
    # By name: asking for the class would load that driver and its 5 MiB where another is used.
    if type(cause).__module__.partition(".")[0] == "psycopg":
        state: str | None = getattr(cause, "sqlstate", None)
        if state is None:
            # A connection that could not be made has no state, only words.
            return isinstance(error, exc.OperationalError) and not _is_refused(str(cause))
        return state in _POSTGRESQL or state.startswith("08")
    number = cause.args[0] if cause is not None and cause.args else None
    return number in _MARIADB


def _is_refused(text: str) -> bool:
    """Whether waiting does not help: the server is there and does not want this client."""
    return any(words in text for words in _REFUSALS)


def violates(error: exc.IntegrityError, constraint: str, columns: str) -> bool:
    """Whether it was this unique constraint; ``columns`` is how SQLite names it."""
    text = str(error.orig)
    return constraint in text or columns in text
