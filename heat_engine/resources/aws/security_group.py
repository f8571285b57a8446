"""AWS::EC2::SecurityGroup (contract/engine-semantics.md section 10.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Kind, Property
from heat_engine.resources.openstack import security_group
from heat_engine.resources.protocol import Request
from heat_engine.resources.translated import TranslatedType

ANY = "-1"
RULES = (("SecurityGroupIngress", "ingress"), ("SecurityGroupEgress", "egress"))
PORTS = {"FromPort": "port_range_min", "ToPort": "port_range_max"}


def _rules(description: str) -> Property:
    return Property(
        Kind.LIST,
        description,
        updatable=True,
        schema=Property(
            Kind.MAP,
            schema={
                "CidrIp": Property(Kind.STRING, "Range of addresses of the other side."),
                "FromPort": Property(Kind.STRING, "First port, or the ICMP type; -1 for any."),
                "ToPort": Property(Kind.STRING, "Last port, or the ICMP code; -1 for any."),
                "IpProtocol": Property(Kind.STRING, "The protocol; -1 for any."),
                "SourceSecurityGroupId": Property(Kind.STRING, "Group of the other side."),
                "SourceSecurityGroupName": Property(Kind.STRING, "The same by its name."),
                "SourceSecurityGroupOwnerId": Property(
                    Kind.STRING, "Is not supported.", implemented=False
                ),
            },
        ),
    )


class SecurityGroup(TranslatedType):
    name = "AWS::EC2::SecurityGroup"
    description = "A group of rules about which traffic may reach and leave an instance."
    basis = security_group.SecurityGroup()
    supports_check = True
    properties = {
        "GroupDescription": Property(Kind.STRING, "Description of the group.", required=True),
        "VpcId": Property(Kind.STRING, "Not used: a group is good in all networks."),
        "SecurityGroupIngress": _rules("Rules for what may come in."),
        "SecurityGroupEgress": _rules("Rules for what may leave. Default: everything may."),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        return [
            f"{name}[{number}].{key} must be a number, not {rule[key]!r}."
            for name, _ in RULES
            for number, rule in enumerate(_known(properties.get(name)))
            for key in PORTS
            if isinstance(rule.get(key), str) and not _is_number(rule[key])
        ]

    def given(self, request: Request, properties: Mapping[str, Any]) -> Mapping[str, Any]:
        rules = [
            _rule(rule, direction)
            for name, direction in RULES
            for rule in properties.get(name) or ()
        ]
        return {
            "name": request.physical_name,
            "description": properties.get("GroupDescription"),
            "rules": rules,
        }


def _rule(given: Mapping[str, Any], direction: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"direction": direction}
    for name, key in PORTS.items():
        if given.get(name) not in (None, "", ANY):
            rule[key] = int(given[name])
    if given.get("IpProtocol") not in (None, "", ANY):
        rule["protocol"] = str(given["IpProtocol"]).lower()
    group = given.get("SourceSecurityGroupId") or given.get("SourceSecurityGroupName")
    if group:
        return {**rule, "remote_mode": "remote_group_id", "remote_group_id": group}
    return {**rule, "remote_ip_prefix": given["CidrIp"]} if given.get("CidrIp") else rule


def _known(rules: Any) -> list[Mapping[str, Any]]:
    """The rules that can be looked at before anything is made."""
    items = rules if isinstance(rules, list) else []
    return [item if isinstance(item, Mapping) else {} for item in items]


def _is_number(text: str) -> bool:
    return text == "" or text.removeprefix("-").isdecimal()
