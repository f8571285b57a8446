"""A world for each test, on SQLite; ``any_world`` is one on each of the three databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.local import process
from heat_engine.clouds.local.cloud import LocalClouds
from tests.databases import KEY, KINDS, lent_database
from tests.scenarios.site import SECONDS
from tests.scenarios.world import World


@pytest.fixture
def new_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes worlds: ``new_world(kind="sqlite", **settings)``."""
    with ExitStack() as stack:

        def make(kind: str = "sqlite", **settings: Any) -> World:
            url = stack.enter_context(lent_database(kind, tmp_path))
            world = World(url, KEY, **settings)
            stack.callback(world.close)
            return world

        yield make


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    return new_world()


@pytest.fixture(params=KINDS)
def any_world(request: pytest.FixtureRequest, new_world: Callable[..., World]) -> World:
    return new_world(request.param)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[LocalClouds]:
    state = tmp_path / "cloud"
    yield LocalClouds(state, sandbox="none")
    for server_id in process.server_ids_below(state.resolve()):
        process.kill_server(server_id, SECONDS)


@pytest.fixture
def site(clouds: LocalClouds, new_world: Callable[..., World]) -> World:
    return new_world(cloud=clouds)
