"""Local clouds with their own state directories, and no server left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.interface import Document
from heat_engine.clouds.local import process, sandbox
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds

SECONDS = 20.0


def wait_for(condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """The condition's first true value; fails the test when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "cloud"
    yield path
    for server_id in process.server_ids_below(path.resolve()):
        process.kill_server(server_id, SECONDS)


@pytest.fixture
def clouds(state: Path) -> LocalClouds:
    """Without a sandbox: what is tested here must hold on a machine without bubblewrap."""
    return LocalClouds(state, sandbox="none")


@pytest.fixture
def cloud(clouds: LocalClouds) -> LocalCloud:
    return clouds.session("project", {})


@pytest.fixture(params=["none", "auto"])
def either_cloud(request: pytest.FixtureRequest, state: Path) -> LocalCloud:
    """Without and with bubblewrap."""
    if request.param == "auto" and sandbox.bubblewrap() is None:
        pytest.skip("bubblewrap does not work here")
    return LocalClouds(state, sandbox=request.param).session("project", {})


def server(
    cloud: LocalCloud, user_data: str = "", token: str = "server", **fields: Any
) -> Document:
    body = {"name": "web", "imageRef": "local", "flavorRef": "tiny", "user_data": user_data}
    return cloud.create("compute", "servers", {**body, **fields}, token=token)


def settled(cloud: LocalCloud, server_id: str, *statuses: str) -> Document:
    """The server once it has one of the statuses."""

    def look() -> Document | None:
        shown = cloud.get("compute", "servers", server_id)
        assert shown["status"] in ("BUILD", "ACTIVE", *statuses), shown.get("fault")
        return shown if shown["status"] in statuses else None

    found: Document = wait_for(look)
    return found


def console(cloud: LocalCloud, server_id: str) -> str:
    answer = cloud.act("compute", "servers", server_id, "os-getConsoleOutput", {})
    assert answer is not None
    return str(answer["output"])


def address(shown: Document) -> str:
    return str(next(iter(shown["addresses"].values()))[0]["addr"])
