from __future__ import annotations

from heat_engine.resources.openstack.port import Port
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run, run_twice

KIND = Port()


def test_body_with_names_looked_up() -> None:
    cloud = CloudDouble()
    cloud.add("security_groups", id="group-1", name="web")
    given = {
        "network": "private",
        "fixed_ips": [
            {"subnet": "private-subnet", "ip_address": "10.0.0.7"},
            {"subnet_id": "subnet-1"},
        ],
        "security_groups": ["web"],
        "allowed_address_pairs": [{"ip_address": "10.0.0.8"}],
    }
    progress, made = run_twice(KIND.create, request(KIND, given, cloud))
    assert progress.outcome is Outcome.DONE
    assert len(cloud.made("ports")) == 1
    body = cloud.done("create", "ports")[0][2]
    assert body == {
        "name": "stack-thing-abc",
        "network_id": "net-1",
        "fixed_ips": [
            {"ip_address": "10.0.0.7", "subnet_id": "subnet-1"},
            {"subnet_id": "subnet-1"},
        ],
        "security_groups": ["group-1"],
        "allowed_address_pairs": [{"ip_address": "10.0.0.8"}],
        "admin_state_up": True,
        "binding:vnic_type": "normal",
    }
    assert made.attributes["network"]["name"] == "private"
    assert [subnet["id"] for subnet in made.attributes["subnets"]] == ["subnet-1"]


def test_a_port_without_addresses() -> None:
    cloud = CloudDouble()
    run(KIND.create, request(KIND, {"network": "net-1", "no_fixed_ips": True}, cloud))
    assert cloud.done("create", "ports")[0][2]["fixed_ips"] == []


def test_an_update_leaves_the_device_alone() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, {"network": "net-1"}, cloud))
    cloud.made("ports")[0]["device_id"] = "server-1"
    wanted = {"network": "net-1", "security_groups": []}
    run(KIND.update, change(KIND, made, wanted))
    assert cloud.done("update", "ports")[0][3] == {"security_groups": []}
    assert cloud.made("ports")[0]["device_id"] == "server-1"
