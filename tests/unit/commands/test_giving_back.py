from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from common.crypt import Vault
from heat_engine.clouds.identity import Credentials, Identity
from heat_engine.clouds.interface import CloudError
from heat_engine.commands import giving_back
from heat_engine.commands.core import Core
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store import revocations
from heat_engine.store.database import Database
from tests.databases import KEY, create_schema
from tests.unit.resources.cloud_double import CloudDouble


@dataclass
class Recorder(Identity):
    """Takes back what it is given, unless it is ``away``."""

    away: bool = False
    taken: list[tuple[str, str]] = field(default_factory=list)

    def _take(self, what: str, name: str) -> None:
        if self.away:
            raise CloudError("unavailable", "no answer")
        self.taken.append((what, name))

    def revoke(self, credentials: Credentials) -> None:
        self._take("trust", credentials["auth"]["trust_id"])

    def dismiss(self, name: str) -> None:
        self._take("guest", name)

    def dissolve(self, place: str) -> None:
        self._take("place", place)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def core(tmp_path: Path, recorder: Recorder) -> Core:
    url = f"sqlite:///{tmp_path}/heat.db"
    create_schema(url)
    database = Database(url, Vault([KEY]))
    return Core(EngineSettings(), database, Registry([]), CloudDouble(), recorder)


def test_all_kinds_are_given_back_once(core: Core, recorder: Recorder) -> None:
    add = core.database.transact
    add(revocations.add, revocations.DELEGATION, [{"auth": {"trust_id": "t"}}])
    add(revocations.add, revocations.GUEST, [{"name": "g"}])
    add(revocations.add, revocations.PLACE, [{"name": "s"}])
    giving_back.run(core)
    giving_back.run(core)
    assert sorted(recorder.taken) == [("guest", "g"), ("place", "s"), ("trust", "t")]


def test_a_service_that_is_away_is_asked_again(core: Core, recorder: Recorder) -> None:
    core.database.transact(revocations.add, revocations.GUEST, [{"name": "g"}])
    [item] = core.database.query(revocations.due, 1)
    recorder.away = True
    giving_back.run(core)
    assert core.database.query(revocations.due, 1) == []
    recorder.away = False
    core.database.transact(revocations.postpone, item, -1.0)
    giving_back.run(core)
    assert recorder.taken == [("guest", "g")]


def test_it_is_not_tried_for_ever(core: Core, recorder: Recorder) -> None:
    core.database.transact(revocations.add, revocations.GUEST, [{"name": "g"}])
    recorder.away = True
    for _ in range(giving_back.MOST_ATTEMPTS + 1):
        for item in core.database.query(revocations.due, 1):
            giving_back.run(core)
            core.database.transact(revocations.postpone, item, -1.0)
    assert core.database.query(revocations.due, 1) == []
