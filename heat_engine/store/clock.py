"""The database's clock, which every lease and deadline is measured against."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class _Now(GenericFunction[float]):
    """Seconds since the epoch, at the moment the expression is evaluated, with fractions."""

    type = Double()
    inherit_cache = True
    name = "hearth_now"


@compiles(_Now)
def _unknown(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    raise NotImplementedError(f"no clock for {compiler.dialect.name}")


@compiles(_Now, "sqlite")
def _sqlite(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(_Now, "postgresql")
def _postgresql(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    # Not now(): that one stands still within a transaction.
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS DOUBLE PRECISION)"


@compiles(_Now, "mysql", "mariadb")
def _mysql(element: _Now, compiler: SQLCompiler, **options: Any) -> str:
    return "(UNIX_TIMESTAMP(SYSDATE(6)) + 0.0E0)"


now = _Now()


def utc() -> datetime:
    """The machine's time, as the naive UTC datetime that the time columns hold."""
    return datetime.now(UTC).replace(tzinfo=None)
