"""Servers with ports of their own, on the embedded cloud: a port has one server at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.local.cloud import LocalClouds
from tests.scenarios.world import World, thing

BOOT = "#!/bin/sh\nexit 0 # {}\n"


def with_port(text: str, **more: Any) -> dict[str, Any]:
    """A server that has a port of the stack's; its user data says ``text``."""
    return {
        "net": {"type": "OS::Neutron::Net"},
        "subnet": {
            "type": "OS::Neutron::Subnet",
            "properties": {"network": {"get_resource": "net"}, "cidr": "10.9.0.0/24"},
        },
        "port": {
            "type": "OS::Neutron::Port",
            "depends_on": "subnet",
            "properties": {"network": {"get_resource": "net"}},
        },
        "server": {
            "type": "OS::Nova::Server",
            "properties": {
                "image": "local",
                "flavor": "m1.tiny",
                "networks": [{"port": {"get_resource": "port"}}],
                "user_data": BOOT.format(text),
                "user_data_format": "RAW",
            },
        },
        **more,
    }


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[LocalClouds]:
    made = LocalClouds(tmp_path / "cloud")
    yield made
    cloud = made.session("p", {})
    for server in cloud.list("compute", "servers"):
        cloud.delete("compute", "servers", server["id"])


def port_and_owner(clouds: LocalClouds) -> tuple[str, str]:
    cloud = clouds.session("p", {})
    port = cloud.list("network", "ports")[0]
    return port["fixed_ips"][0]["ip_address"], port["device_id"]


def test_replaced_server_takes_the_port_over(
    new_world: Callable[..., World], clouds: LocalClouds
) -> None:
    stack = new_world(cloud=clouds).create(with_port("one"))
    stack.reach("CREATE_COMPLETE")
    old, (address, owner) = stack.physical("server"), port_and_owner(clouds)
    assert owner == old
    stack.update(with_port("two"))
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("server") != old
    assert port_and_owner(clouds) == (address, stack.physical("server"))
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    left = clouds.audit()
    assert [left["processes"], left["addresses"]] == [{}, {}]
    assert left["directories"] == {"servers": [], "volumes": []}


def test_rolled_back_server_has_its_port_again(
    new_world: Callable[..., World], clouds: LocalClouds
) -> None:
    stack = new_world(cloud=clouds).create(with_port("one"), disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    address, _ = port_and_owner(clouds)
    failing = {**thing("x", fail=True), "depends_on": "server"}
    stack.update(with_port("two", late=failing))
    stack.reach("ROLLBACK_COMPLETE")
    assert stack.states()["server"].endswith("COMPLETE")
    assert port_and_owner(clouds) == (address, stack.physical("server"))
    assert "late" not in stack.states()
