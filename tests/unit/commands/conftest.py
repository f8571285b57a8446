"""An engine's core on an empty database, with a cloud that is a double."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from common.crypt import Vault
from heat_engine.commands.core import Core
from heat_engine.resources.protocol import ResourceType
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store.database import Database
from tests.databases import KEY, create_schema
from tests.scenarios.world import GatedCloud


@pytest.fixture
def types() -> list[type[ResourceType]]:
    """The resource types that are known."""
    return []


@pytest.fixture
def core(tmp_path: Path, types: list[type[ResourceType]]) -> Iterator[Core]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    create_schema(url)
    database = Database(url, Vault([KEY]))
    yield Core(EngineSettings(), database, Registry(types), GatedCloud())
    database.dispose()
