"""Security groups and rules."""

from __future__ import annotations

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds


def test_a_group_comes_with_two_rules_and_takes_them_along(
    cloud: LocalCloud, clouds: LocalClouds
) -> None:
    group = cloud.create("network", "security_groups", {"name": "g"}, token="g")
    assert [rule["direction"] for rule in group["security_group_rules"]] == ["egress", "egress"]
    cloud.delete("network", "security_groups", group["id"])
    assert clouds.audit()["documents"] == {}


def test_the_same_rule_twice_is_a_conflict(cloud: LocalCloud) -> None:
    group = cloud.create("network", "security_groups", {"name": "g"}, token="g")
    rule = {
        "security_group_id": group["id"],
        "direction": "ingress",
        "protocol": "TCP",
        "port_range_min": 80,
        "port_range_max": "80",
    }
    made = cloud.create("network", "security_group_rules", rule, token="1")
    assert (made["protocol"], made["port_range_max"]) == ("tcp", 80)
    with pytest.raises(CloudError, match="already exists") as raised:
        cloud.create("network", "security-group-rules", rule, token="2")
    assert raised.value.kind == "conflict"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"direction": "up"}, "security_group_rules.direction"),
        ({"port_range_min": 9, "port_range_max": 8}, "security_group_rules.port_range_min"),
        ({"port_range_min": "many"}, "security_group_rules.port_range_min"),
    ],
)
def test_errors_name_the_field(cloud: LocalCloud, fields: dict[str, object], message: str) -> None:
    rule = {"security_group_id": "default", "direction": "ingress", **fields}
    with pytest.raises(CloudError, match=message):
        cloud.create("network", "security_group_rules", rule, token="1")


def test_a_group_in_use_and_the_default_group_cannot_be_deleted(cloud: LocalCloud) -> None:
    group = cloud.create("network", "security_groups", {"name": "g"}, token="g")
    body = {"network_id": "local", "security_groups": ["g"]}
    cloud.create("network", "ports", body, token="p")
    with pytest.raises(CloudError, match="in use") as raised:
        cloud.delete("network", "security_groups", group["id"])
    assert raised.value.kind == "conflict"
    default = cloud.list("network", "security_groups", name="default")[0]
    with pytest.raises(CloudError) as raised:
        cloud.delete("network", "security_groups", default["id"])
    assert raised.value.kind == "forbidden"
