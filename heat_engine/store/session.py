"""One transaction with the database, and the vault that its encrypted columns need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, select

from common.crypt import Vault
from heat_engine.store import clock


@dataclass(frozen=True, slots=True)
class Session:
    """Handed out by ``Database``; valid until its ``with`` block or ``transact`` call ends.

    happened: stacks that get events with this transaction.
    """

    connection: Connection
    vault: Vault
    happened: set[str] = field(default_factory=set)

    def execute(
        self,
        statement: Executable,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
    ) -> CursorResult[Any]:
        """Run one statement; a list of parameters runs it once for each of them."""
        return self.connection.execute(statement, parameters)

    def now(self) -> float:
        """Seconds since the epoch by the database's clock."""
        return float(self.connection.execute(_NOW).scalar_one())

    @property
    def dialect(self) -> str:
        """``sqlite``, ``postgresql`` or ``mysql`` (MariaDB too)."""
        return self.connection.dialect.name


_NOW = select(clock.now)
