"""Networks and subnets."""

from __future__ import annotations

import pytest

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds


@pytest.fixture
def network(cloud: LocalCloud) -> Document:
    return cloud.create("network", "networks", {"name": "n"}, token="n")


def subnet(cloud: LocalCloud, network: Document, cidr: str, **fields: object) -> Document:
    body = {"network_id": network["id"], "cidr": cidr, **fields}
    return cloud.create("network", "subnets", body, token=f"s{cidr}")


def test_a_subnet_shows_what_was_asked_and_loopback_addresses(
    cloud: LocalCloud, network: Document
) -> None:
    made = subnet(
        cloud, network, "10.0.0.0/24", allocation_pools=[{"start": "10.0.0.10", "end": "10.0.0.20"}]
    )
    assert made["cidr"] == "10.0.0.0/24"
    prefix = made["hearth:cidr"].rpartition(".")[0]
    assert prefix.startswith("127.")
    assert made["gateway_ip"] == f"{prefix}.1"
    assert made["allocation_pools"] == [{"start": f"{prefix}.10", "end": f"{prefix}.20"}]
    assert cloud.get("network", "networks", network["id"])["subnets"] == [made["id"]]


def test_two_networks_with_one_cidr_have_different_addresses(cloud: LocalCloud) -> None:
    ranges = set()
    for name in "ab":
        network = cloud.create("network", "networks", {"name": name}, token=name)
        body = {"network_id": network["id"], "cidr": "192.168.0.0/24"}
        ranges.add(cloud.create("network", "subnets", body, token=f"s{name}")["hearth:cidr"])
    assert len(ranges) == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"cidr": "10.0.0.0/99"}, "subnets.cidr"),
        ({"cidr": None}, "subnets.cidr"),
        ({"ip_version": 6}, "subnets.ip_version"),
        ({"gateway_ip": "10.9.9.9"}, "subnets.gateway_ip"),
        ({"allocation_pools": [{"start": "10.0.0.9"}]}, "subnets.allocation_pools[0].end"),
        (
            {"allocation_pools": [{"start": "10.0.0.9", "end": "10.0.0.8"}]},
            "subnets.allocation_pools[0]",
        ),
    ],
)
def test_errors_name_the_field(
    cloud: LocalCloud, network: Document, fields: dict[str, object], field: str
) -> None:
    body = {"network_id": network["id"], "cidr": "10.0.0.0/24", **fields}
    with pytest.raises(CloudError) as raised:
        cloud.create("network", "subnets", body, token="s")
    assert raised.value.kind == "invalid"
    assert str(raised.value).startswith(f"{field}: ")


def test_overlapping_subnets_of_a_network_are_refused(cloud: LocalCloud, network: Document) -> None:
    subnet(cloud, network, "10.0.0.0/24")
    with pytest.raises(CloudError, match="overlaps"):
        subnet(cloud, network, "10.0.0.0/25")


def test_a_subnet_in_use_cannot_go_and_goes_with_its_network(
    cloud: LocalCloud, clouds: LocalClouds, network: Document
) -> None:
    made = subnet(cloud, network, "10.0.0.0/24")
    port = cloud.create("network", "ports", {"network_id": network["id"]}, token="p")
    for collection, thing in (("subnets", made["id"]), ("networks", network["id"])):
        with pytest.raises(CloudError) as raised:
            cloud.delete("network", collection, thing)
        assert raised.value.kind == "conflict"
    cloud.delete("network", "ports", port["id"])
    cloud.delete("network", "networks", network["id"])
    assert clouds.audit()["documents"] == {}


def test_an_unknown_network_is_not_found(cloud: LocalCloud) -> None:
    with pytest.raises(CloudError, match="Network nowhere could not be found") as raised:
        cloud.create(
            "network", "subnets", {"network_id": "nowhere", "cidr": "10.0.0.0/24"}, token="s"
        )
    assert raised.value.kind == "not_found"


def test_a_gateway_can_be_changed_and_a_cidr_cannot(cloud: LocalCloud, network: Document) -> None:
    made = subnet(cloud, network, "10.0.0.0/24")
    changed = cloud.update("network", "subnets", made["id"], {"gateway_ip": None, "name": "new"})
    assert (changed["gateway_ip"], changed["name"]) == (None, "new")
    with pytest.raises(CloudError, match=r"subnets\.cidr: cannot be changed"):
        cloud.update("network", "subnets", made["id"], {"cidr": "10.1.0.0/24"})
