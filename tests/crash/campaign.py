"""Runs stories, one a seed, and judges what is left behind."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from common import errors
from common.crypt import Vault
from heat_engine.clouds.local.cloud import LocalClouds
from heat_engine.store import tables
from heat_engine.store.database import Database
from tests.crash import audit
from tests.crash.engine import Orders
from tests.crash.fleet import Fleet
from tests.crash.stories import NAME, STORIES, Resources, Story, forgiving
from tests.databases import KEY, create_schema, fresh_database

LEASE = 1.5
# How long after its lease a dead engine's work may take to come to its right end.
GRACE = 2.0
PATIENCE = 40.0
MOST_INSTANTS = 150


class Failed(AssertionError):
    """A story did not come to its end."""


@dataclass
class Result:
    """One seed. ``recovery``: seconds from the last death to the right end, None without deaths
    before it. ``late``: that was more than lease and grace, which a busy machine may be to blame
    for. ``faults``: what is wrong, in words; empty is good."""

    seed: int
    kind: str
    story: str
    instants: list[str] = field(default_factory=list)
    takeovers: int = 0
    recovery: float | None = None
    seconds: float = 0.0
    late: bool = False
    faults: list[str] = field(default_factory=list)
    history: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        died = "; ".join(self.instants) or "nobody died"
        late = f" late: {self.recovery:.1f} s" if self.late and self.recovery else ""
        told = "".join(f"\n    {line}" for line in self.history)
        verdict = f"{self.faults or 'good'}{late}{told}"
        return f"seed {self.seed} ({self.kind}, {self.story}; {died}): {verdict}"


class Ground:
    """A database, a cloud and a fleet for one story."""

    def __init__(self, url: str, directory: Path, seed: int, rabbit: str = "") -> None:
        self.random = random.Random(seed)
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
        number = self.random.choice((1, 2, 2, 3, 4))
        self.fleet.arm([self._fuse() for _ in range(number)])

    def _fuse(self) -> int:
        """Most stories have some dozens of instants, some have over a hundred."""
        return self.random.randint(1, self.random.choice((10, 40, MOST_INSTANTS)))

    def pause(self) -> None:
        time.sleep(self.random.choice((0.0, 0.02, 0.1, 0.3)))

    def _insist(self, method: str, **arguments: Any) -> Any:
        return self.fleet.insist(method, prefer=self.random.randrange(2), **arguments)

    def create(self, resources: Resources) -> None:
        arguments = {"template": _template(resources), "args": {"disable_rollback": False}}
        forgiving(
            lambda: self._insist("create_stack", stack_name=NAME, **arguments), errors.StackExists
        )
        self.identity = self._insist("identify_stack", stack_name=NAME)

    def update(self, resources: Resources) -> None:
        arguments = {"template": _template(resources), "args": {}}
        self._insist("update_stack", stack_identity=self.identity, **arguments)

    def delete(self) -> None:
        forgiving(
            lambda: self._insist("delete_stack", stack_identity=self.identity),
            errors.EntityNotFound,
        )

    def cancel(self) -> None:
        forgiving(
            lambda: self._insist("stack_cancel_update", stack_identity=self.identity),
            errors.NotSupported,
        )

    def snapshot(self) -> None:
        forgiving(
            lambda: self._insist("stack_snapshot", stack_identity=self.identity),
            errors.ActionInProgress,
        )

    def _snapshots(self) -> list[str]:
        listed = self._insist("stack_list_snapshots", stack_identity=self.identity)
        return [item["id"] for item in listed if item["action"] == "CREATE"]

    def delete_snapshots(self) -> None:
        for snapshot_id in self._snapshots():
            arguments = {"stack_identity": self.identity, "snapshot_id": snapshot_id}
            forgiving(
                lambda given=arguments: self._insist("delete_snapshot", **given),
                errors.EntityNotFound,
            )

    def restore(self) -> None:
        arguments = {"stack_identity": self.identity, "snapshot_id": self._snapshots()[-1]}
        forgiving(lambda: self._insist("stack_restore", **arguments), errors.ActionInProgress)

    def hand_over(self) -> None:
        with self.database.read() as session:
            held = session.execute(select(tables.resource.c.id, tables.resource.c.physical_id))
            self.former = {row.id: row.physical_id for row in held}
        document = self._insist("abandon_stack", stack_identity=self.identity)
        arguments = {"template": None, "args": {"adopt_stack_data": json.dumps(document)}}
        forgiving(
            lambda: self._insist("create_stack", stack_name=NAME, **arguments), errors.StackExists
        )
        self.identity = self._insist("identify_stack", stack_name=NAME)

    def signal(self, resource: str, id: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                self._insist(
                    "resource_signal",
                    stack_identity=self.identity,
                    resource_name=resource,
                    details={"id": id, "data": id},
                )
            except errors.ResourceNotAvailable:
                time.sleep(0.01)
            else:
                return

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
            time.sleep(0.01)

    def state(self) -> tuple[str, str, str]:
        columns = tables.stack.c
        query = select(columns.action, columns.status, columns.status_reason).where(
            columns.id == self.identity["stack_id"]
        )
        with self.database.read() as session:
            row = session.execute(query).one()
        return row.action, row.status, row.status_reason

    def history(self) -> list[str]:
        """The stack's events and what its open traversals still have to do."""
        events, steps, traversals = tables.event.c, tables.step.c, tables.traversal.c
        queries = (
            select(
                events.created_at,
                events.resource_name,
                events.action,
                events.status,
                events.status_reason,
            ).order_by(events.created_at),
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
            return [
                " ".join(str(value) for value in row)
                for query in queries
                for row in session.execute(query)
            ]


def run(
    seed: int, kind: str, *, rabbit: str = "", disturb: Callable[[], None] | None = None
) -> Result:
    """One seed on one kind of database; ``disturb`` happens in the middle of it."""
    chosen = random.Random(seed).choice(list(STORIES))
    result = Result(seed, kind, chosen)
    directory = Path(tempfile.mkdtemp(prefix="hearth-crash-"))
    began = time.monotonic()
    try:
        with fresh_database(kind, directory) as url:
            ground = Ground(url, directory, seed, rabbit)
            try:
                _tell(ground, STORIES[chosen], result, disturb)
            except (Failed, errors.HearthError, TimeoutError) as error:
                result.faults.append(f"{type(error).__name__}: {error}")
                result.history = ground.history()
            finally:
                ground.close()
                result.instants = [death.instant for death in ground.fleet.deaths]
                result.takeovers = ground.fleet.takeovers
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    result.seconds = time.monotonic() - began
    return result


def _tell(ground: Ground, story: Story, result: Result, disturb: Callable[[], None] | None) -> None:
    story.tell(ground)
    if disturb is not None:
        disturb()
    ground.reach(story.end)
    ended = time.monotonic()
    ground.fleet.disarm()
    deaths = [death.at for death in ground.fleet.deaths if death.at < ended]
    if deaths:
        result.recovery = ended - max(deaths)
        result.late = result.recovery > LEASE + GRACE and disturb is None
    deleted = story.end == "DELETE_COMPLETE"
    result.faults += _settled(ground, deleted=deleted)
    if not deleted:
        ground.delete()
        ground.reach("DELETE_COMPLETE")
        result.faults += _settled(ground, deleted=True)


def _settled(ground: Ground, *, deleted: bool) -> list[str]:
    """Faults that do not go away: a call of a killed engine's successor may be just ending."""
    deadline = time.monotonic() + LEASE + GRACE
    while True:
        found = audit.faults(
            ground.database,
            ground.cloud,
            ground.identity["stack_id"],
            deleted=deleted,
            former=ground.former,
        )
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def _template(resources: Resources) -> dict[str, Any]:
    return {"heat_template_version": "2018-08-31", "resources": resources}
