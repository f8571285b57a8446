from __future__ import annotations

from typing import Any

import pytest

from heat_engine.resources.openstack.security_group import SecurityGroup, identity
from heat_engine.resources.protocol import Outcome, Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run, run_twice

KIND = SecurityGroup()
WEB = {"protocol": "tcp", "port_range_min": 80, "port_range_max": 80}
OWN = {"remote_mode": "remote_group_id"}


def rules(cloud: CloudDouble, call: Request) -> list[dict[str, Any]]:
    return cloud.list("network", "security_group_rules", security_group_id=str(call.physical_id))


def directions(cloud: CloudDouble, call: Request) -> list[str]:
    return sorted(rule["direction"] for rule in rules(cloud, call))


@pytest.mark.parametrize("drive", [run, run_twice])
def test_rules_are_made_once_beside_those_of_a_new_group(drive: Any) -> None:
    cloud = CloudDouble()
    progress, made = drive(KIND.create, request(KIND, {"rules": [WEB, OWN]}, cloud))
    assert progress.outcome is Outcome.DONE
    assert directions(cloud, made) == ["egress", "egress", "ingress", "ingress"]
    own = [rule for rule in rules(cloud, made) if rule.get("remote_group_id")]
    assert [rule["remote_group_id"] for rule in own] == [made.physical_id]


@pytest.mark.parametrize("place", [0, 1])
def test_a_crash_between_rules(place: int) -> None:
    cloud = CloudDouble()
    cloud.crash_after("create", ["security_groups", "security_group_rules"][place])
    _, made = run(KIND.create, request(KIND, {"rules": [WEB, OWN]}, cloud))
    assert len(cloud.made("security_groups")) == 1
    assert len(rules(cloud, made)) == 4


def test_egress_rules_replace_those_of_a_new_group() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, {"rules": [{**WEB, "direction": "egress"}]}, cloud))
    (rule,) = rules(cloud, made)
    assert rule["protocol"] == "tcp"


def test_update_changes_only_rules_that_differ() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, {"rules": [WEB, OWN]}, cloud))
    kept = next(rule["id"] for rule in rules(cloud, made) if rule.get("protocol"))
    other = {"protocol": "udp", "remote_ip_prefix": "10.0.0.0/8"}
    _, changed = run(KIND.update, change(KIND, made, {"rules": [WEB, other]}))
    assert directions(cloud, changed) == ["egress", "egress", "ingress", "ingress"]
    assert kept in {rule["id"] for rule in rules(cloud, changed)}
    assert len(cloud.done("delete", "security_group_rules")) == 1
    assert any(rule.get("remote_ip_prefix") == "10.0.0.0/8" for rule in rules(cloud, changed))


def test_a_new_name_touches_no_rule() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, {"rules": [WEB]}, cloud))
    before = len(cloud.calls)
    run(KIND.update, change(KIND, made, {"rules": [WEB], "name": "n"}))
    assert not [call for call in cloud.calls[before:] if call[1] == "security_group_rules"]


def test_the_name_default_is_taken() -> None:
    assert KIND.validate({"name": "default"}, 60)
    assert not KIND.validate({"name": "web"}, 60)


def test_rules_are_the_same_whatever_the_type_of_their_numbers() -> None:
    assert identity({"port_range_min": 80}) == identity({"port_range_min": "80", "id": "x"})
    assert identity({"port_range_min": 80}) != identity({"port_range_max": 80})
