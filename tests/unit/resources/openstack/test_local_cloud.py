"""The table types on the embedded cloud: real processes, addresses and directories."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.local.cloud import LocalClouds
from heat_engine.resources.protocol import Outcome, Progress, Request
from heat_engine.resources.registry import Registry
from tests.unit.resources.driver import change, keep, request

REGISTRY = Registry.default()
DEADLINE_SECONDS = 30.0
SCRIPT = "#!/bin/sh\necho ready\nexec sleep 600\n"


class Site:
    """Resources on one embedded cloud, made in order and deleted in the opposite order."""

    def __init__(self, state: Path) -> None:
        self.clouds = LocalClouds(state)
        self._session: Any = self.clouds.session("project", {})
        self._made: list[Request] = []

    def drive(self, verb: Callable[[Request], Progress], call: Request) -> tuple[Progress, Request]:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            progress = verb(call)
            call = keep(call, progress)
            if progress.outcome is not Outcome.WAIT:
                return progress, replace(call, saved={}, elapsed=0.0)
            time.sleep(progress.after or 0.0)
        raise AssertionError(f"still waiting for {progress.waiting_for}")

    def create(self, name: str, given: Mapping[str, Any]) -> tuple[Progress, Request]:
        kind, number = REGISTRY.get(name), len(self._made)
        call = request(
            kind,
            given,
            self._session,
            token=f"resource-{number}",
            physical_name=f"stack-r{number}-abc",
        )
        progress, call = self.drive(kind.create, call)
        self._made.append(call)
        return progress, call

    def made(self, name: str, given: Mapping[str, Any]) -> Request:
        progress, call = self.create(name, given)
        assert progress.outcome is Outcome.DONE, progress.reason
        return call

    def update(self, call: Request, given: Mapping[str, Any]) -> Request:
        kind = REGISTRY.get(call.type)
        progress, changed = self.drive(kind.update, change(kind, call, given))
        assert progress.outcome is Outcome.DONE, progress.reason
        self._made[self._made.index(call)] = changed
        return changed

    def delete_all(self) -> None:
        while self._made:
            call = self._made.pop()
            progress, _ = self.drive(REGISTRY.get(call.type).delete, call)
            assert progress.outcome is Outcome.DONE, progress.reason


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "state")
    yield site
    site.delete_all()
    left = site.clouds.audit()
    assert left["documents"] == left["processes"] == left["addresses"] == {}
    assert left["directories"] == {"servers": [], "volumes": []}


def test_a_server_with_network_port_key_and_volume(site: Site) -> None:
    network = site.made("OS::Neutron::Net", {"name": "front"})
    subnet = site.made("OS::Neutron::Subnet", {"network": "front", "cidr": "10.1.0.0/24"})
    group = site.made("OS::Neutron::SecurityGroup", {"rules": [{"protocol": "tcp"}]})
    port = site.made(
        "OS::Neutron::Port",
        {"network": network.physical_id, "security_groups": [group.physical_id]},
    )
    site.made("OS::Nova::KeyPair", {"name": "key", "save_private_key": True})
    volume = site.made("OS::Cinder::Volume", {"size": 1})
    networks = [{"port": port.physical_id}, {"subnet": subnet.physical_id}]
    given = {
        "image": "debian",
        "flavor": "m1.nano",
        "key_name": "key",
        "user_data": SCRIPT,
        "networks": networks,
        "metadata": {"role": "web"},
    }
    server = site.made("OS::Nova::Server", given)
    first, second = server.attributes["networks"]["front"]
    assert first == port.attributes["fixed_ips"][0]["ip_address"]
    assert first != second
    attachment = {"instance_uuid": server.physical_id, "volume_id": volume.physical_id}
    site.made("OS::Cinder::VolumeAttachment", attachment)
    assert REGISTRY.get("OS::Cinder::Volume").read(volume, "status") == "in-use"
    kind = REGISTRY.get("OS::Nova::Server")
    server = site.update(server, {**given, "metadata": {}, "networks": networks[:1]})
    assert kind.read(server, "show")["metadata"] == {}
    assert server.attributes["networks"]["front"] == [first]
    assert site.drive(kind.suspend, server)[0].outcome is Outcome.DONE
    assert site.drive(kind.resume, server)[0].outcome is Outcome.DONE
    assert site.drive(kind.check, server)[0].outcome is Outcome.DONE
    assert kind.watch(server) is None


def test_user_data_that_fails_is_the_reason(site: Site) -> None:
    script = "#!/bin/sh\necho no disk\nexit 3\n"
    given = {"image": "debian", "flavor": "m1.nano", "user_data": script}
    progress, _ = site.create("OS::Nova::Server", given)
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ResourceInError")
    assert "exited with status 3" in progress.reason
    assert "no disk" in progress.reason


def test_a_creation_asked_for_twice_makes_one_server(site: Site) -> None:
    given = {"image": "debian", "flavor": "m1.nano", "networks": [{"subnet": "local-subnet"}]}
    server = site.made("OS::Nova::Server", given)
    kind = REGISTRY.get("OS::Nova::Server")
    forgotten = request(kind, given, server.cloud, token=server.token)  # type: ignore[arg-type]
    assert site.drive(kind.create, forgotten)[1].physical_id == server.physical_id
    documents = site.clouds.audit()["documents"]
    assert len(documents["servers"]) == len(documents["ports"]) == 1
