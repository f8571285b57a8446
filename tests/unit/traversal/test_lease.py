from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from common.crypt import Vault
from heat_engine.commands.core import Core
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store import clock, traversals
from heat_engine.store.database import Database
from heat_engine.store.traversals import TraversalRecord
from heat_engine.traversal.lease import Keeper
from heat_engine.traversal.work import DatabaseTime
from tests.databases import KEY, create_schema


class Owner:
    def __init__(self) -> None:
        self.clock = DatabaseTime()
        self.runs: dict[str, int] = {}
        self.claimed = threading.Event()
        self.learned = threading.Event()
        self.told: list[tuple[dict[str, int], dict[str, Any]]] = []

    def running(self) -> dict[str, int]:
        return dict(self.runs)

    def claim(self) -> None:
        self.claimed.set()

    def reconcile(self, running: dict[str, int], held: dict[str, Any]) -> None:
        self.told.append((running, held))
        self.learned.set()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    url = f"sqlite:///{tmp_path / 'lease.db'}"
    create_schema(url)
    database = Database(url, Vault([KEY]))
    settings = EngineSettings(engine_id="me", lease_seconds=30.0, scan_interval=20.0)
    yield Core(settings, database, Registry.default(), None)  # type: ignore[arg-type]
    database.dispose()


def add(core: Core, id: str, *, lease_seconds: float, status: str = "ACTIVE") -> TraversalRecord:
    record = TraversalRecord(id, "s", "CREATE", status, 9e9, 1, clock.utc(), owner="me")
    core.database.transact(traversals.insert, record, lease_seconds)
    return record


def claimable(core: Core) -> list[str]:
    return [item.id for item in core.database.query(traversals.claimable, 10)]


def test_only_what_really_runs_keeps_its_lease(core: Core) -> None:
    owner, keeper = Owner(), None
    add(core, "runs", lease_seconds=0.0)
    add(core, "lost", lease_seconds=0.0)
    owner.runs = {"runs": 1}
    keeper = Keeper(core, owner)
    keeper.start()
    keeper.look()
    assert owner.learned.wait(5)
    keeper.stop()
    assert claimable(core) == ["lost"]
    assert owner.told[0] == ({"runs": 1}, {"runs": (1, "ACTIVE")})


def test_a_look_that_is_asked_for_comes_at_once(core: Core) -> None:
    owner = Owner()
    keeper = Keeper(core, owner)
    keeper.start()
    keeper.look()
    assert owner.claimed.wait(5)
    add(core, "t", lease_seconds=30.0, status="SUPERSEDED")
    owner.runs = {"t": 1, "gone": 3}
    keeper.look()
    assert owner.learned.wait(5)
    assert owner.told[-1][1] == {"t": (1, "SUPERSEDED")}
    keeper.stop()


def test_a_fault_does_not_end_the_watch(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    owner = Owner()
    keeper = Keeper(core, owner)
    keeper.start()

    def broken() -> None:
        raise ZeroDivisionError

    owner.claim = broken  # type: ignore[method-assign]
    keeper.look()
    caplog.set_level("ERROR")
    owner.claim = owner.claimed.set  # type: ignore[method-assign]
    keeper.look()
    assert owner.claimed.wait(5)
    keeper.stop()
