"""The local cloud's documents: one SQLite file, safe for several processes at once."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from heat_engine.clouds.interface import CloudError, Document

_TOMBSTONE_SECONDS = 30 * 24 * 3600
_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    token TEXT,
    builtin INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (collection, id),
    UNIQUE (collection, token)
);
CREATE INDEX IF NOT EXISTS document_name ON document (collection, name);
CREATE TABLE IF NOT EXISTS tombstone (
    collection TEXT NOT NULL,
    token TEXT NOT NULL,
    buried_at REAL NOT NULL,
    PRIMARY KEY (collection, token)
);
CREATE TABLE IF NOT EXISTS address (
    address INTEGER PRIMARY KEY,
    subnet_id TEXT NOT NULL,
    owner_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS address_owner ON address (owner_id);
"""


class Transaction:
    """One look at, or one change of, the documents. A project sees its own and the shared ones."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def insert(
        self,
        collection: str,
        document: Document,
        *,
        token: str | None = None,
        builtin: bool = False,
    ) -> None:
        self._connection.execute(
            "INSERT INTO document (collection, id, project_id, name, token, builtin, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                collection,
                document["id"],
                document.get("project_id", ""),
                document.get("name") or "",
                token,
                builtin,
                json.dumps(document),
            ),
        )

    def get(self, collection: str, id: str) -> Document | None:
        return self._one("collection = ? AND id = ?", collection, id)

    def made_by(self, collection: str, token: str) -> Document | None:
        return self._one("collection = ? AND token = ?", collection, token)

    def visible(self, collection: str, project_id: str, id_or_name: str) -> Document | None:
        """The document of that id, else the only one of that name, that the project may see."""
        document = self._one(
            "collection = ? AND id = ? AND project_id IN (?, '')",
            collection,
            id_or_name,
            project_id,
        )
        if document is not None:
            return document
        found = self._many(
            "collection = ? AND name = ? AND project_id IN (?, '')",
            collection,
            id_or_name,
            project_id,
        )
        if len(found) > 1:
            raise CloudError(
                "conflict", f"{collection}: {len(found)} are named {id_or_name!r}; give the id"
            )
        return found[0] if found else None

    def query(
        self, collection: str, project_id: str | None = None, **fields: Any
    ) -> list[Document]:
        """In order of making. ``fields``: top-level fields' values (text or number)."""
        clauses, values = ["collection = ?"], [collection]
        if project_id is not None:
            clauses.append("project_id IN (?, '')")
            values.append(project_id)
        for name, value in fields.items():
            clauses.append("json_extract(body, ?) = ?")
            values += [f'$."{name}"', value]
        return self._many(" AND ".join(clauses), *values)

    def put(self, collection: str, document: Document) -> None:
        self._connection.execute(
            "UPDATE document SET body = ?, name = ? WHERE collection = ? AND id = ?",
            (json.dumps(document), document.get("name") or "", collection, document["id"]),
        )

    def remove(self, collection: str, id: str) -> None:
        self._connection.execute(
            "DELETE FROM document WHERE collection = ? AND id = ?", (collection, id)
        )

    def tokens(self) -> list[tuple[str, str, str | None]]:
        """(collection, id, token) of everything that was not there from the start."""
        rows = self._connection.execute(
            "SELECT collection, id, token FROM document WHERE NOT builtin ORDER BY position"
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def bury(self, collection: str, token: str) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?)", (collection, token, time.time())
        )

    def buried(self, collection: str, token: str) -> bool:
        row = self._connection.execute(
            "SELECT 1 FROM tombstone WHERE collection = ? AND token = ?", (collection, token)
        ).fetchone()
        return row is not None

    def claim(self, address: int, subnet_id: str, owner_id: str) -> bool:
        """Take a free address; False when somebody has it."""
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO address VALUES (?, ?, ?)", (address, subnet_id, owner_id)
        )
        return cursor.rowcount == 1

    def release(self, owner_id: str) -> None:
        self._connection.execute("DELETE FROM address WHERE owner_id = ?", (owner_id,))

    def addresses(self, first: int = 0, last: int = 0xFFFFFFFF) -> dict[int, str]:
        """Taken addresses in that range and who has each."""
        rows = self._connection.execute(
            "SELECT address, owner_id FROM address WHERE address BETWEEN ? AND ?", (first, last)
        )
        return dict(rows.fetchall())

    def addresses_of_subnet(self, subnet_id: str) -> int:
        row = self._connection.execute(
            "SELECT count(*) FROM address WHERE subnet_id = ?", (subnet_id,)
        ).fetchone()
        return int(row[0])

    def _one(self, where: str, *values: Any) -> Document | None:
        found = self._many(where, *values)
        return found[0] if found else None

    def _many(self, where: str, *values: Any) -> list[Document]:
        rows = self._connection.execute(
            # ``where`` is always one of this class's own texts; what callers give is bound.
            f"SELECT body FROM document WHERE {where} ORDER BY position",  # noqa: S608
            values,
        )
        return [json.loads(row[0]) for row in rows]


class Documents:
    """The file and its connections, one a thread. Everything written survives ``kill -9``."""

    def __init__(self, path: Path, *, wait_seconds: float = 30.0) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._local = threading.local()
        # User data may hold secrets; the files beside this one get the same mode.
        path.touch(mode=0o600)
        with self.write() as transaction:
            connection = self._connection()
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(
                "DELETE FROM tombstone WHERE buried_at < ?", (time.time() - _TOMBSTONE_SECONDS,)
            )
        del transaction

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=self._wait_seconds, isolation_level=None
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        return connection

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A consistent look."""
        yield from self._within("BEGIN")

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """The only writer of all processes until it ends; an exception undoes everything."""
        yield from self._within("BEGIN IMMEDIATE")

    def _within(self, begin: str) -> Iterator[Transaction]:
        connection = self._connection()
        try:
            connection.execute(begin)
        except sqlite3.OperationalError as error:
            raise CloudError("unavailable", f"The local cloud's documents: {error}") from error
        try:
            yield Transaction(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
