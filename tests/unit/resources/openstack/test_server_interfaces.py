from __future__ import annotations

from typing import Any

import pytest

from heat_engine.resources.openstack.server import Server
from heat_engine.resources.openstack.server_interfaces import needs_new_server
from heat_engine.resources.protocol import Outcome, Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run, run_twice

KIND = Server()
BASE = {"image": "debian", "flavor": "1"}


def made(cloud: CloudDouble, *networks: dict[str, Any]) -> Request:
    return run(KIND.create, request(KIND, {**BASE, "networks": list(networks)}, cloud))[1]


def cloud_with_second_network() -> CloudDouble:
    cloud = CloudDouble()
    cloud.add("networks", id="net-2", name="second")
    cloud.add("ports", id="port-1", name="mine", network_id="net-2")
    return cloud


def attached(cloud: CloudDouble, server: Request) -> list[str]:
    ports = cloud.list("network", "ports", device_id=str(server.physical_id))
    return sorted(port["network_id"] for port in ports)


@pytest.mark.parametrize("drive", [run, run_twice])
def test_networks_are_exchanged_in_place(drive: Any) -> None:
    cloud = cloud_with_second_network()
    server = made(cloud, {"network": "private"})
    wanted = {**BASE, "networks": [{"network": "second"}, {"port": "mine"}]}
    progress, changed = drive(KIND.update, change(KIND, server, wanted))
    assert progress.outcome is Outcome.DONE
    assert attached(cloud, changed) == ["net-2", "net-2"]
    assert len(cloud.made("servers")) == 1


def test_a_kept_network_stays_untouched() -> None:
    cloud = cloud_with_second_network()
    server = made(cloud, {"network": "private"})
    before = [port["id"] for port in cloud.list("network", "ports", network_id="net-1")]
    wanted = {**BASE, "networks": [{"port": "mine"}, {"network": "private"}]}
    run(KIND.update, change(KIND, server, wanted))
    assert [port["id"] for port in cloud.list("network", "ports", network_id="net-1")] == before
    assert [done[3] for done in cloud.done("act", "servers")] == ["attach_interface"]


def test_ports_made_for_the_server_go_with_their_network() -> None:
    cloud = cloud_with_second_network()
    server = made(cloud, {"subnet": "private-subnet"})
    (own,) = cloud.made("ports")
    wanted = {**BASE, "networks": [{"port": "mine"}]}
    run(KIND.update, change(KIND, server, wanted))
    assert own["id"] not in cloud.things["ports"]
    assert attached(cloud, server) == ["net-2"]


def test_a_crash_while_attaching_connects_once() -> None:
    cloud = cloud_with_second_network()
    server = made(cloud, {"network": "private"})
    cloud.crash_after("act", "servers")
    wanted = {**BASE, "networks": [{"network": "private"}, {"network": "second"}]}
    progress, _ = run(KIND.update, change(KIND, server, wanted))
    assert progress.outcome is Outcome.DONE
    assert attached(cloud, server) == ["net-1", "net-2"]


def test_chosen_networks_need_a_new_server() -> None:
    given = [{"network": "a"}]
    assert needs_new_server(None, given)
    assert needs_new_server(given, [])
    assert needs_new_server(given, [{"allocate_network": "auto"}])
    assert not needs_new_server(given, [{"network": "b"}])
