"""Tokens, races and deaths: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.interface import Cloud, CloudError, Clouds
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds
from tests.unit.clouds.local.conftest import server, settled

CLEAN: dict[str, Any] = {
    "documents": {},
    "processes": {},
    "addresses": {},
    "directories": {"servers": [], "volumes": []},
}
SCRIPT = "#!/bin/sh\nsleep 600 &\n"
# Newer Pythons warn of forks beside threads; the children here need no other thread.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def in_child(work: Callable[[], None]) -> int:
    """Run in a process of its own; its wait status."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def dying_at(event: int, state: Path, work: Callable[[LocalCloud], object]) -> Callable[[], None]:
    """``work`` that kills its own process at the event of that number: a statement of SQL or
    something done to files and processes."""
    left = [event]
    connect = sqlite3.connect

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def traced(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(count)
        return connection

    def hear(name: str, arguments: tuple[Any, ...]) -> None:
        files = name == "open" and not str(arguments[0]).startswith("/proc")
        if files or name.startswith(("os.", "subprocess.", "fcntl.", "shutil.")):
            count()

    def run() -> None:
        # Making the cloud is not yet the work: it is there already.
        left[0] = 10**9
        sqlite3.connect = traced  # type: ignore[assignment]
        cloud = LocalClouds(state, sandbox="none").session("project", {})
        left[0] = event
        sys.addaudithook(hear)
        work(cloud)

    return run


def test_it_is_what_the_interface_asks_for(clouds: LocalClouds) -> None:
    def checked(clouds: Clouds) -> Cloud:
        return clouds.session("project", {})

    assert checked(clouds).list("compute", "servers") == []


def test_a_token_makes_one_thing(cloud: LocalCloud) -> None:
    first = cloud.create("network", "networks", {"name": "a"}, token="t")
    assert cloud.create("network", "networks", {"name": "b"}, token="t") == first
    assert cloud.find("network", "networks", "t") == first
    assert cloud.find("network", "ports", "t") is None


def test_a_forgotten_token_is_gone_and_refused(cloud: LocalCloud, clouds: LocalClouds) -> None:
    server(cloud, SCRIPT, token="t")
    cloud.forget("compute", "servers", "t")
    cloud.forget("compute", "servers", "t")
    cloud.forget("compute", "servers", "never used")
    assert cloud.find("compute", "servers", "t") is None
    for token in ("t", "never used"):
        with pytest.raises(CloudError) as raised:
            server(cloud, token=token)
        assert raised.value.kind == "conflict"
    assert clouds.audit() == CLEAN


def test_delete_twice_is_not_found(cloud: LocalCloud) -> None:
    made = cloud.create("network", "networks", {"name": "a"}, token="t")
    cloud.delete("network", "networks", made["id"])
    with pytest.raises(CloudError) as raised:
        cloud.delete("network", "networks", made["id"])
    assert raised.value.kind == "not_found"


def test_list_by_fields(cloud: LocalCloud) -> None:
    for name in "ab":
        cloud.create("network", "networks", {"name": name}, token=name)
    assert [found["name"] for found in cloud.list("network", "networks", name="b")] == ["b"]
    external = cloud.list("network", "networks", **{"router:external": "True"})
    assert [found["name"] for found in external] == ["public"]


def test_collections_that_are_not_there(cloud: LocalCloud) -> None:
    for service, collection in (("compute", "planets"), ("astrology", "servers")):
        with pytest.raises(CloudError, match=f"no {service}/{collection}") as raised:
            cloud.list(service, collection)
        assert raised.value.kind == "invalid"


def test_engines_that_race_with_one_token_make_one_server(
    clouds: LocalClouds, cloud: LocalCloud, state: Path
) -> None:
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            server(LocalClouds(state, sandbox="none").session("project", {}), SCRIPT)
            os._exit(0)
        children.append(child)
    threads = [threading.Thread(target=server, args=(cloud, SCRIPT)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    audit = clouds.audit()
    assert [entry["token"] for entry in audit["documents"]["servers"]] == ["server"]
    assert list(audit["processes"]) == [audit["documents"]["servers"][0]["id"]]
    # Init, stage and the sleeper: one tree.
    settled(cloud, audit["documents"]["servers"][0]["id"], "ACTIVE")
    assert [len(pids) for pids in clouds.audit()["processes"].values()] == [3]
    assert len(audit["addresses"]) == 1


def test_a_server_outlives_its_engine(state: Path) -> None:
    def work() -> None:
        cloud = LocalClouds(state, sandbox="none").session("project", {})
        settled(cloud, server(cloud, SCRIPT)["id"], "ACTIVE")
        os.kill(os.getpid(), signal.SIGKILL)

    assert in_child(work) == signal.SIGKILL
    clouds = LocalClouds(state, sandbox="none")
    cloud = clouds.session("project", {})
    found = cloud.find("compute", "servers", "server")
    assert found is not None
    assert found["status"] == "ACTIVE"
    assert server(cloud, SCRIPT)["id"] == found["id"]
    assert [len(pids) for pids in clouds.audit()["processes"].values()] == [3]


@pytest.mark.parametrize("event", range(0, 88, 4))
def test_an_engine_killed_anywhere_leaves_nothing_twice_and_nothing_lost(
    state: Path, event: int
) -> None:
    LocalClouds(state, sandbox="none")

    def session() -> LocalCloud:
        return LocalClouds(state, sandbox="none").session("project", {})

    in_child(dying_at(event, state, lambda cloud: server(cloud, SCRIPT)))
    made = server(session(), SCRIPT)
    settled(session(), made["id"], "ACTIVE")
    audit = LocalClouds(state, sandbox="none").audit()
    assert audit["documents"]["servers"] == [{"id": made["id"], "token": "server"}]
    assert {key: len(pids) for key, pids in audit["processes"].items()} == {made["id"]: 3}
    assert len(audit["addresses"]) == 1

    in_child(dying_at(event, state, lambda cloud: cloud.forget("compute", "servers", "server")))
    session().forget("compute", "servers", "server")
    assert LocalClouds(state, sandbox="none").audit() == CLEAN
    with pytest.raises(CloudError) as raised:
        server(session(), SCRIPT)
    assert raised.value.kind == "conflict"


@pytest.mark.parametrize("milliseconds", [1, 10, 20, 40, 60, 80])
def test_an_engine_killed_while_an_init_starts(state: Path, milliseconds: int) -> None:
    def hear(name: str, _: tuple[Any, ...]) -> None:
        if name == "subprocess.Popen":
            signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)

    def work() -> None:
        cloud = LocalClouds(state, sandbox="none").session("project", {})
        sys.addaudithook(hear)
        server(cloud, SCRIPT)

    in_child(work)
    clouds = LocalClouds(state, sandbox="none")
    cloud = clouds.session("project", {})
    settled(cloud, server(cloud, SCRIPT)["id"], "ACTIVE")
    assert [len(pids) for pids in clouds.audit()["processes"].values()] == [3]
    cloud.forget("compute", "servers", "server")
    assert clouds.audit() == CLEAN


@pytest.mark.parametrize("milliseconds", [1, 15, 30, 60])
def test_a_server_forgotten_while_its_init_starts_does_not_come_back(
    state: Path, milliseconds: int
) -> None:
    def hear(name: str, _: tuple[Any, ...]) -> None:
        if name == "subprocess.Popen":
            signal.setitimer(signal.ITIMER_REAL, milliseconds / 1000)

    def work() -> None:
        cloud = LocalClouds(state, sandbox="none").session("project", {})
        sys.addaudithook(hear)
        server(cloud, SCRIPT)

    in_child(work)
    clouds = LocalClouds(state, sandbox="none")
    clouds.session("project", {}).forget("compute", "servers", "server")
    assert clouds.audit() == CLEAN
