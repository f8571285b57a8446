from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.openstack.network import Net, Subnet
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run

NET, SUBNET = Net(), Subnet()


def test_net_is_made_changed_and_deleted() -> None:
    cloud = CloudDouble()
    given = {"name": "front", "tags": ["a"], "value_specs": {"mtu": 1400}, "dns_domain": "a.b."}
    progress, made = run(NET.create, request(NET, given, cloud))
    assert progress.outcome is Outcome.DONE
    body = cloud.done("create", "networks")[0][2]
    assert body == {
        "name": "front",
        "tags": ["a"],
        "mtu": 1400,
        "dns_domain": "a.b.",
        "admin_state_up": True,
        "shared": False,
    }
    assert (made.attributes["name"], made.attributes["mtu"]) == ("front", 1400)
    _, changed = run(NET.update, change(NET, made, {**given, "admin_state_up": False}))
    assert cloud.done("update", "networks")[0][3] == {"admin_state_up": False}
    assert changed.attributes["admin_state_up"] is False
    assert run(NET.delete, changed)[0].outcome is Outcome.DONE
    assert cloud.made("networks") == []


def test_subnet_refers_to_its_network_by_name() -> None:
    cloud = CloudDouble()
    given = {
        "network": "private",
        "cidr": "10.1.0.0/24",
        "gateway_ip": "",
        "allocation_pools": [{"start": "10.1.0.5", "end": "10.1.0.9"}],
    }
    progress, made = run(SUBNET.create, request(SUBNET, given, cloud))
    assert progress.outcome is Outcome.DONE
    body = cloud.done("create", "subnets")[0][2]
    assert body["network_id"] == "net-1"
    assert body["gateway_ip"] is None
    assert body["allocation_pools"] == [{"start": "10.1.0.5", "end": "10.1.0.9"}]
    assert made.attributes["cidr"] == "10.1.0.0/24"


def test_subnet_changes_only_what_may_change() -> None:
    updatable = {name for name, prop in SUBNET.properties.items() if prop.updatable}
    assert "cidr" not in updatable
    cloud = CloudDouble()
    given = {"network": "net-1", "cidr": "10.1.0.0/24", "dns_nameservers": ["9.9.9.9"]}
    _, made = run(SUBNET.create, request(SUBNET, given, cloud))
    run(SUBNET.update, change(SUBNET, made, {**given, "dns_nameservers": []}))
    assert cloud.done("update", "subnets")[0][3] == {"dns_nameservers": []}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"network": "a"}, "must be specified: cidr, subnetpool."),
        ({"network": "a", "cidr": "x", "subnetpool": "y"}, "same time: cidr, subnetpool."),
        ({"network": "a", "cidr": "x", "prefixlen": 3}, "same time: cidr, prefixlen."),
        ({"network": "a", "cidr": "x", "ipv6_ra_mode": "slaac"}, "need ip_version 6"),
        ({"cidr": "x"}, "Property network not assigned"),
        ({"network": "a", "network_id": "b", "cidr": "x"}, "same time: network, network_id."),
    ],
)
def test_faults_of_a_subnet(given: dict[str, Any], problem: str) -> None:
    properties = {"ip_version": 4, **given}
    (text,) = SUBNET.validate(properties, 60)
    assert problem in text


def test_ipv6_modes_must_be_equal() -> None:
    given = {"network": "a", "cidr": "x", "ip_version": 6, "ipv6_ra_mode": "slaac"}
    assert SUBNET.validate(given, 60) == []
    assert SUBNET.validate({**given, "ipv6_address_mode": UNKNOWN}, 60) == []
    assert len(SUBNET.validate({**given, "ipv6_address_mode": "dhcpv6-stateful"}, 60)) == 1
