from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from common.crypt import Vault
from heat_engine.engine import Engine
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store import services
from heat_engine.store.database import Database
from tests.databases import KEY, create_schema


class Nobody:
    """No cloud, and no other engine."""

    def session(self, project_id: str, credentials: Any) -> Any:
        return None

    def wake(self, engine_id: str, stack_id: str) -> None:
        return


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    url = f"sqlite:///{tmp_path / 'engine.db'}"
    create_schema(url)
    settings = EngineSettings(host="here", purge_interval=0.02)
    return Engine(settings, Database(url, Vault([KEY])), Nobody(), Registry.default(), Nobody())


def test_an_engine_reports_and_withdraws(engine: Engine) -> None:
    engine.start()
    database = engine.service.core.database
    [seen] = database.query(services.list)
    assert (seen.id, seen.host, seen.up) == (engine.settings.engine_id, "here", True)
    engine.drain(1.0)
    assert database.query(services.list) == []


def test_drain_ends_the_threads(engine: Engine) -> None:
    before = threading.active_count()
    engine.start()
    assert threading.active_count() > before
    engine.drain(1.0)
    for thread in threading.enumerate():
        if thread.name.startswith(("loop-", "timers", "keeper", "retention")):
            thread.join(5)
            assert not thread.is_alive()


def test_retention_runs_by_itself(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = threading.Event()
    monkeypatch.setattr("heat_engine.store.retention.purge", lambda session, **_: ran.set())
    engine.start()
    assert ran.wait(5)
    engine.drain(1.0)
