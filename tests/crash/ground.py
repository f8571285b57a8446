"""Where a story happens: a database, a cloud, a fleet of engines, and the story's stack."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from common import errors
from common.crypt import Vault
from heat_engine.clouds.local.cloud import LocalClouds
from heat_engine.store import resources, tables
from heat_engine.store.database import Database
from heat_engine.store.resources import ResourceRecord
from tests.crash import audit
from tests.crash.engine import Orders
from tests.crash.fleet import Fleet
from tests.databases import KEY, create_schema

NAME = "crash"
LEASE = 1.5
PATIENCE = 40.0
MOST_INSTANTS = 150
LOOK = 0.02


class Failed(AssertionError):
    """A story did not come to its end."""


class Ground:
    """``server``: whether the story's things have a real server among them."""

    def __init__(self, url: str, directory: Path, seed: int, rabbit: str = "") -> None:
        self.random = random.Random(seed)
        self.server = self.random.random() < 1 / 3
        self.directory = directory / "cloud"
        create_schema(url)
        self.database = Database(url, Vault([KEY]))
        self.cloud = LocalClouds(self.directory, sandbox="none")
        self.fleet = Fleet(Orders("", url, KEY, str(self.directory), LEASE, rabbit))
        self.identity: dict[str, Any] = {}
        # Of a stack that was handed over: what made its things, and what they are called.
        self.former: dict[str, str] = {}

    def close(self) -> None:
        self.fleet.close()
        audit.sweep(self.cloud)
        self.database.dispose()

    def arm(self) -> None:
        """Light the fuses of the engines, and of those that will take their places."""
        number = self.random.choice((1, 2, 2, 3, 4))
        self.fleet.arm([self._fuse() for _ in range(number)])

    def _fuse(self) -> int:
        """Most stories have some dozens of instants, some have over a hundred."""
        return self.random.randint(1, self.random.choice((10, 40, MOST_INSTANTS)))

    def pause(self) -> None:
        time.sleep(self.random.choice((0.0, 0.02, 0.1, 0.3, 0.6)))

    def insist(self, method: str, **arguments: Any) -> Any:
        """Ask as a patient client does: again, of another engine, when nobody answered."""
        return self.fleet.insist(method, prefer=self.random.randrange(2), **arguments)

    def ask(self, method: str, *done: type[errors.HearthError], **arguments: Any) -> Any:
        """Ask something of the story's stack. ``done``: errors that mean that an earlier try, whose
        answer was lost, has done it."""
        with contextlib.suppress(*done):
            return self.insist(method, stack_identity=self.identity, **arguments)
        return None

    def enter(self, **arguments: Any) -> None:
        """Have the stack made."""
        with contextlib.suppress(errors.StackExists):
            self.insist("create_stack", stack_name=NAME, **arguments)
        self.identity = self.insist("identify_stack", stack_name=NAME)

    def until_rest(self) -> Iterable[int]:
        """Numbers, one a look, for as long as the stack changes."""
        deadline = time.monotonic() + PATIENCE
        number = 0
        while self.state()[1] == "IN_PROGRESS" and time.monotonic() < deadline:
            yield number
            number += 1
            time.sleep(LOOK)

    def reach(self, state: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            action, status, reason = self.state()
            if f"{action}_{status}" == state:
                return
            if status != "IN_PROGRESS":
                raise Failed(f"{action}_{status} instead of {state}: {reason}")
            if time.monotonic() > deadline:
                raise Failed(f"still {action}_{status} instead of {state}")
            time.sleep(LOOK)

    def state(self) -> tuple[str, str, str]:
        columns = tables.stack.c
        query = select(columns.action, columns.status, columns.status_reason).where(
            columns.id == self.identity["stack_id"]
        )
        with self.database.read() as session:
            row = session.execute(query).one()
        return row.action, row.status, row.status_reason

    def rows(self) -> dict[str, ResourceRecord]:
        """The stack's resources by name, as they stand."""
        with self.database.read() as session:
            found = resources.load(session, self.identity["stack_id"])
        return {row.name: row for row in found if not row.obsolete}

    def history(self) -> list[str]:
        """What happened, in order, and what the open traversals still have to do."""
        events, steps, traversals = tables.event.c, tables.step.c, tables.traversal.c
        told = select(
            events.created_at,
            events.stack_id,
            events.resource_name,
            events.action,
            events.status,
            events.status_reason,
        )
        left = (
            select(steps.resource_name, steps.verb, steps.status, steps.waiting_for),
            select(
                traversals.id,
                traversals.action,
                traversals.status,
                traversals.owner,
                traversals.fence,
                traversals.waits_for,
            ),
        )
        with self.database.read() as session:
            happened = [(row[0], _line(row[1:])) for row in session.execute(told)]
            now = [_line(row) for query in left for row in session.execute(query)]
        return [_line(entry) for entry in sorted([*happened, *self.fleet.notes])] + now


def _line(row: Iterable[Any]) -> str:
    return " ".join(str(value) for value in row)
