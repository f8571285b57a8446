"""Which errors pass by themselves."""

from __future__ import annotations

import sqlite3

import psycopg
import pymysql
import pytest
from sqlalchemy import exc

from heat_engine.store import faults


def _sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = code
    return error


def _wrapped(cause: Exception, *, lost: bool = False) -> exc.DBAPIError:
    return exc.OperationalError("SELECT 1", {}, cause, connection_invalidated=lost)


@pytest.mark.parametrize(
    ("error", "transient"),
    [
        (_wrapped(_sqlite(sqlite3.SQLITE_BUSY)), True),
        (_wrapped(_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT)), True),
        (_wrapped(_sqlite(sqlite3.SQLITE_FULL)), False),
        (_wrapped(psycopg.errors.DeadlockDetected()), True),
        (_wrapped(psycopg.errors.SerializationFailure()), True),
        (_wrapped(psycopg.errors.CannotConnectNow()), True),
        (_wrapped(psycopg.errors.ConnectionFailure()), True),
        (_wrapped(psycopg.errors.UndefinedTable()), False),
        (_wrapped(psycopg.OperationalError("connection refused")), True),
        (_wrapped(psycopg.OperationalError('FATAL:  database "x" does not exist')), False),
        (exc.ProgrammingError("", {}, psycopg.ProgrammingError("cannot adapt")), False),
        (_wrapped(pymysql.OperationalError(1213, "Deadlock found")), True),
        (_wrapped(pymysql.OperationalError(2003, "Can't connect")), True),
        (_wrapped(pymysql.OperationalError(1045, "Access denied")), False),
        (_wrapped(pymysql.InterfaceError(0, ""), lost=True), True),
        (exc.IntegrityError("", {}, pymysql.IntegrityError(1062, "Duplicate")), False),
        (exc.TimeoutError(), True),
        (ValueError(), False),
    ],
)
def test_is_transient(error: Exception, transient: bool) -> None:
    assert faults.is_transient(error) is transient


def test_violates_knows_its_constraint_on_every_database() -> None:
    for text in (
        "UNIQUE constraint failed: stack.project_id, stack.live_name",
        'duplicate key value violates unique constraint "uq_stack_project_id"',
        "Duplicate entry 'p-n' for key 'uq_stack_project_id'",
    ):
        error = exc.IntegrityError("", {}, Exception(text))
        assert faults.violates(error, "uq_stack_project_id", "stack.live_name")
        assert not faults.violates(error, "pk_stack", "stack.id")
