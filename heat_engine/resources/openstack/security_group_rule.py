"""OS::Neutron::SecurityGroupRule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Kind, Property, between, custom, one_of
from heat_engine.resources.openstack.messages import both
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.openstack.security_group import PROTOCOLS

PORT = (between(0, 65535),)


class SecurityGroupRule(RestType):
    name = "OS::Neutron::SecurityGroupRule"
    description = "One rule of a security group."
    support_status = {"status": "SUPPORTED", "version": "7.0.0"}
    service, collection, noun = "network", "security_group_rules", "security group rule"
    properties = {
        "security_group": Property(
            Kind.STRING,
            "Group that the rule belongs to.",
            required=True,
            constraints=(custom("neutron.security_group"),),
        ),
        "description": Property(Kind.STRING, "Description of the rule."),
        "direction": Property(
            Kind.STRING,
            "Direction of the traffic, seen from the port.",
            default="ingress",
            constraints=(one_of("ingress", "egress"),),
        ),
        "ethertype": Property(
            Kind.STRING,
            "Version of the Internet protocol.",
            default="IPv4",
            constraints=(one_of("IPv4", "IPv6"),),
        ),
        "port_range_min": Property(Kind.INTEGER, "First port, or the ICMP type.", constraints=PORT),
        "port_range_max": Property(Kind.INTEGER, "Last port, or the ICMP code.", constraints=PORT),
        "protocol": Property(
            Kind.STRING, "The protocol.", default="tcp", constraints=(one_of(*PROTOCOLS),)
        ),
        "remote_group": Property(
            Kind.STRING,
            "Group of the other side.",
            constraints=(custom("neutron.security_group"),),
        ),
        "remote_ip_prefix": Property(
            Kind.STRING,
            "Range of addresses of the other side.",
            constraints=(custom("net_cidr"),),
        ),
    }
    fields = {
        "security_group": Field("security_group_id", refers="security_groups"),
        "description": Field(),
        "direction": Field(),
        "ethertype": Field(),
        "port_range_min": Field(),
        "port_range_max": Field(),
        "protocol": Field(),
        "remote_group": Field("remote_group_id", refers="security_groups"),
        "remote_ip_prefix": Field(),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        if properties.get("remote_group") and properties.get("remote_ip_prefix"):
            return (both("remote_group", "remote_ip_prefix"),)
        return ()
