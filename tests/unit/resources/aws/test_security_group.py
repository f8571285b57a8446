from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.aws.security_group import SecurityGroup
from tests.unit.resources.driver import request

KIND = SecurityGroup()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            {"IpProtocol": "TCP", "FromPort": "80", "ToPort": "90", "CidrIp": "10.0.0.0/8"},
            {
                "protocol": "tcp",
                "port_range_min": 80,
                "port_range_max": 90,
                "remote_ip_prefix": "10.0.0.0/8",
            },
        ),
        ({"IpProtocol": "-1", "FromPort": "-1", "ToPort": "-1"}, {}),
        (
            {"IpProtocol": "udp", "SourceSecurityGroupName": "other", "CidrIp": "10.0.0.0/8"},
            {"protocol": "udp", "remote_mode": "remote_group_id", "remote_group_id": "other"},
        ),
    ],
)
def test_rules_as_the_network_service_has_them(
    given: dict[str, Any], wanted: dict[str, Any]
) -> None:
    properties = {"GroupDescription": "d", "SecurityGroupEgress": [given]}
    call = request(KIND, properties)
    made = KIND.given(call, call.properties)
    assert made["rules"] == [{"direction": "egress", **wanted}]
    assert (made["name"], made["description"]) == (call.physical_name, "d")


def test_ports_that_are_none_are_refused_all_at_once() -> None:
    rules = [{"FromPort": "http", "ToPort": "80"}, {"ToPort": "x"}, UNKNOWN, {"ToPort": UNKNOWN}]
    assert KIND.validate({"SecurityGroupIngress": rules}, 60.0) == [
        "SecurityGroupIngress[0].FromPort must be a number, not 'http'.",
        "SecurityGroupIngress[1].ToPort must be a number, not 'x'.",
    ]
    assert KIND.validate({"SecurityGroupIngress": UNKNOWN}, 60.0) == []
