"""heat-all with its services in processes of their own, over the real RabbitMQ."""

from __future__ import annotations

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.deployment import Deployment
from tests.scenarios.world import until

NAMES = ("heat-api", "heat-api-cfn", "heat-api-cloudwatch", "heat-engine")


@pytest.fixture
def deployment(tmp_path: Path, rabbit_url: str) -> Iterator[Deployment]:
    options = {"DEFAULT": {"separate_processes": True, "transport_url": rabbit_url}}
    with Deployment(tmp_path, options=options) as running:
        yield running


def parent(deployment: Deployment) -> psutil.Process:
    return psutil.Process(deployment.processes["heat-all"].pid)


def test_each_service_lives_in_a_process_of_its_own(deployment: Deployment) -> None:
    person = deployment.add_user("ann", "one", "member")
    assert len(parent(deployment).children()) == len(NAMES)
    until(lambda: all(f"{name} is ready" in deployment.log("heat-all") for name in NAMES), "all")
    request = urllib.request.Request(
        f"{deployment.native_url}/{person.project_id}/stacks",
        headers={"X-Auth-User": "ann", "X-Auth-Key": person.password},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.read() == b'{"stacks": []}'


def test_one_that_dies_is_back_and_the_others_live_on(deployment: Deployment) -> None:
    before = {child.pid for child in parent(deployment).children()}
    engine = next(
        child for child in parent(deployment).children() if not _listens(child, deployment)
    )
    os.kill(engine.pid, signal.SIGKILL)
    until(lambda: "heat-engine has ended (-9)" in deployment.log("heat-all"), "its end")
    until(lambda: deployment.log("heat-all").count("heat-engine is ready") == 2, "another")
    after = {child.pid for child in parent(deployment).children()}
    assert len(after) == len(NAMES)
    assert before - after == {engine.pid}


def test_they_end_with_their_parent_however_it_ends(deployment: Deployment) -> None:
    children = parent(deployment).children()
    os.kill(parent(deployment).pid, signal.SIGKILL)
    gone, alive = psutil.wait_procs(children, timeout=30)
    assert (len(gone), alive) == (len(NAMES), [])


def test_it_drains_and_reloads_all_of_them(deployment: Deployment) -> None:
    until(lambda: all(f"{name} is ready" in deployment.log("heat-all") for name in NAMES), "all")
    process = deployment.processes["heat-all"]
    process.send_signal(signal.SIGHUP)
    read_again = "Configuration read again"
    until(lambda: deployment.log("heat-all").count(read_again) == len(NAMES) + 1, "reload")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert all(f"{name} stops" in deployment.log("heat-all") for name in NAMES)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{deployment.native_url}/", timeout=5)


def _listens(child: psutil.Process, deployment: Deployment) -> bool:
    ports = set(deployment.ports.values())
    return any(connection.laddr.port in ports for connection in child.net_connections())
