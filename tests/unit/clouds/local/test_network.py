"""Ports, routers and floating addresses."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds


@pytest.fixture
def network(cloud: LocalCloud) -> Document:
    made = cloud.create("network", "networks", {"name": "n"}, token="n")
    cloud.create("network", "subnets", {"network_id": made["id"], "cidr": "10.0.0.0/29"}, token="s")
    return cloud.get("network", "networks", made["id"])


def port(cloud: LocalCloud, network: Document, token: str, **fields: object) -> Document:
    return cloud.create("network", "ports", {"network_id": network["id"], **fields}, token=token)


def address(port: Document) -> str:
    return str(port["fixed_ips"][0]["ip_address"])


def test_ports_get_different_addresses_until_none_is_left(
    cloud: LocalCloud, network: Document
) -> None:
    found = {address(port(cloud, network, f"p{number}")) for number in range(5)}
    assert len(found) == 5
    assert all(text.startswith("127.") for text in found)
    with pytest.raises(CloudError) as raised:
        port(cloud, network, "p6")
    assert raised.value.kind == "over_limit"


def test_a_wanted_address_is_mapped_and_taken_once(cloud: LocalCloud, network: Document) -> None:
    made = port(cloud, network, "p1", fixed_ips=[{"ip_address": "10.0.0.5"}])
    gateway = cloud.get("network", "subnets", network["subnets"][0])["gateway_ip"]
    assert IPv4Address(address(made)) == IPv4Address(gateway) + 4
    with pytest.raises(CloudError, match="already allocated") as raised:
        port(cloud, network, "p2", fixed_ips=[{"ip_address": address(made)}])
    assert raised.value.kind == "conflict"


def test_a_refused_port_takes_no_address(
    cloud: LocalCloud, clouds: LocalClouds, network: Document
) -> None:
    with pytest.raises(CloudError, match="Security group nobody does not exist"):
        port(cloud, network, "p", security_groups=["nobody"])
    assert clouds.audit()["addresses"] == {}


def test_no_fixed_addresses_when_none_are_wanted(cloud: LocalCloud, network: Document) -> None:
    assert port(cloud, network, "p", fixed_ips=[])["fixed_ips"] == []


def test_an_address_outside_the_subnet_is_invalid(cloud: LocalCloud, network: Document) -> None:
    with pytest.raises(CloudError, match="is not in") as raised:
        port(cloud, network, "p", fixed_ips=[{"ip_address": "10.9.0.5"}])
    assert raised.value.kind == "invalid"


def test_changing_addresses_frees_the_old_ones(
    cloud: LocalCloud, clouds: LocalClouds, network: Document
) -> None:
    made = port(cloud, network, "p")
    changed = cloud.update(
        "network", "ports", made["id"], {"fixed_ips": [{"ip_address": "10.0.0.6"}]}
    )
    assert clouds.audit()["addresses"] == {address(changed): made["id"]}
    assert address(changed) != address(made)


def test_a_router_keeps_its_interface_port(cloud: LocalCloud, network: Document) -> None:
    router = cloud.create("network", "routers", {"name": "r"}, token="r")
    subnet_id = network["subnets"][0]
    body = {"subnet_id": subnet_id}
    first = cloud.act("network", "routers", router["id"], "add_router_interface", body)
    again = cloud.act("network", "routers", router["id"], "add_router_interface", body)
    assert first == again
    assert first is not None
    for collection, thing in (("routers", router["id"]), ("ports", first["port_id"])):
        with pytest.raises(CloudError) as raised:
            cloud.delete("network", collection, thing)
        assert raised.value.kind == "conflict"
    cloud.act("network", "routers", router["id"], "remove_router_interface", body)
    cloud.delete("network", "routers", router["id"])
    with pytest.raises(CloudError, match=r"Router .* could not be found"):
        cloud.get("network", "routers", router["id"])


def test_a_floating_address_follows_its_port(
    cloud: LocalCloud, clouds: LocalClouds, network: Document
) -> None:
    made = port(cloud, network, "p")
    body = {"floating_network_id": "public", "port_id": made["id"]}
    floating = cloud.create("network", "floatingips", body, token="f")
    assert floating["fixed_ip_address"] == address(made)
    assert floating["status"] == "ACTIVE"
    cloud.delete("network", "ports", made["id"])
    left = cloud.get("network", "floatingips", floating["id"])
    assert (left["port_id"], left["status"]) == (None, "DOWN")
    cloud.delete("network", "floatingips", floating["id"])
    assert clouds.audit()["addresses"] == {}


def test_a_floating_address_needs_an_external_network(cloud: LocalCloud, network: Document) -> None:
    with pytest.raises(CloudError, match="is not external"):
        cloud.create("network", "floatingips", {"floating_network_id": network["id"]}, token="f")
