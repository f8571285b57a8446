from __future__ import annotations

from typing import Any

from heat_engine.resources.openstack import server_networks
from heat_engine.resources.openstack.server import Server
from heat_engine.resources.protocol import Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import request

KIND = Server()


def call(cloud: CloudDouble, *networks: dict[str, Any], **properties: Any) -> Request:
    given = {"image": "debian", "flavor": "1", "networks": list(networks), **properties}
    return request(KIND, given, cloud)


def test_plain_connections_need_no_port() -> None:
    cloud = CloudDouble()
    cloud.add("ports", id="port-1", name="mine", network_id="net-1")
    networks = [
        {"network": "private", "fixed_ip": "10.0.0.5", "tag": "front"},
        {"uuid": "net-1"},
        {"port": "mine"},
    ]
    assert server_networks.connections(call(cloud, *networks)) == [
        {"uuid": "net-1", "fixed_ip": "10.0.0.5", "tag": "front"},
        {"uuid": "net-1"},
        {"port": "port-1"},
    ]
    assert cloud.made("ports") == []


def test_no_networks_and_allocated_ones() -> None:
    cloud = CloudDouble()
    assert server_networks.connections(call(cloud)) is None
    assert server_networks.connections(call(cloud, {"allocate_network": "none"})) == "none"


def test_a_subnet_or_further_properties_need_a_port() -> None:
    cloud = CloudDouble()
    cloud.add("security_groups", id="group-1", name="web")
    extra = {"mac_address": "fa:16:3e:00:00:01", "value_specs": {"x": 1}}
    item = {"subnet": "private-subnet", "fixed_ip": "10.0.0.5", "port_extra_properties": extra}
    connections = server_networks.connections(call(cloud, item, security_groups=["web"]))
    (port,) = cloud.made("ports")
    assert connections == [{"port": port["id"]}]
    assert port["network_id"] == "net-1"
    assert port["fixed_ips"] == [{"ip_address": "10.0.0.5", "subnet_id": "subnet-1"}]
    assert port["security_groups"] == ["group-1"]
    assert (port["mac_address"], port["x"]) == ("fa:16:3e:00:00:01", 1)
    assert port["name"] == "stack-thing-abc-port"


def test_a_floating_address_leads_to_the_servers_port() -> None:
    cloud = CloudDouble()
    cloud.add("floatingips", id="floating-1")
    asked = call(cloud, {"network": "private", "floating_ip": "floating-1"})
    server_networks.connections(asked)
    server_networks.connect_floating(asked)
    (port,) = cloud.made("ports")
    assert cloud.things["floatingips"]["floating-1"]["port_id"] == port["id"]


def test_ports_are_removed_by_token_and_by_name() -> None:
    cloud = CloudDouble()
    asked = call(cloud, {"subnet": "subnet-1"})
    server_networks.connections(asked)
    server_networks.connections(call(cloud, {"subnet": "subnet-1", "tag": "of a failed update"}))
    cloud.add("ports", id="other", name="other", network_id="net-1")
    server_networks.remove_ports(asked)
    assert list(cloud.things["ports"]) == ["other"]
