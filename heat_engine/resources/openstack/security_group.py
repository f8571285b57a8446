"""OS::Neutron::SecurityGroup."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Kind, Property, between, custom, one_of
from heat_engine.resources.openstack.calls import reference
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Progress, Request

PROTOCOLS = (
    *range(256),
    *("ah", "dccp", "egp", "esp", "gre", "icmp", "icmpv6", "igmp", "ipv6-encap", "ipv6-frag"),
    *("ipv6-icmp", "ipv6-nonxt", "ipv6-opts", "ipv6-route", "ospf", "pgm", "rsvp", "sctp"),
    *("tcp", "udp", "udplite", "vrrp"),
)
RULES = "security_group_rules"
IDENTITY = (
    "direction",
    "ethertype",
    "protocol",
    "port_range_min",
    "port_range_max",
    "remote_ip_prefix",
    "remote_group_id",
)
# What a new group has by itself: everything may leave.
DEFAULT_EGRESS: tuple[Document, ...] = (
    {"direction": "egress", "ethertype": "IPv4"},
    {"direction": "egress", "ethertype": "IPv6"},
)
PORT = (between(0, 65535),)


def identity(rule: Mapping[str, Any]) -> str:
    """What makes two rules the same rule."""
    return json.dumps([None if rule.get(key) is None else str(rule[key]) for key in IDENTITY])


class SecurityGroup(RestType):
    name = "OS::Neutron::SecurityGroup"
    description = "A group of rules about which traffic may reach and leave a port."
    support_status = {"status": "SUPPORTED", "version": "2014.1"}
    service, collection, noun = "network", "security_groups", "security group"
    properties = {
        "name": Property(Kind.STRING, "Name of the group.", updatable=True),
        "description": Property(Kind.STRING, "Description of the group.", updatable=True),
        "stateful": Property(
            Kind.BOOLEAN, "Whether answers to allowed traffic are allowed.", updatable=True
        ),
        "rules": Property(
            Kind.LIST,
            "Rules of the group.",
            default=[],
            updatable=True,
            schema=Property(
                Kind.MAP,
                schema={
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
                    "port_range_min": Property(
                        Kind.INTEGER, "First port, or the ICMP type.", constraints=PORT
                    ),
                    "port_range_max": Property(
                        Kind.INTEGER, "Last port, or the ICMP code.", constraints=PORT
                    ),
                    "protocol": Property(
                        Kind.STRING, "The protocol.", constraints=(one_of(*PROTOCOLS),)
                    ),
                    "remote_mode": Property(
                        Kind.STRING,
                        "What the other side is given by.",
                        default="remote_ip_prefix",
                        constraints=(one_of("remote_ip_prefix", "remote_group_id"),),
                    ),
                    "remote_group_id": Property(
                        Kind.STRING,
                        "Group of the other side. Default: this group.",
                        constraints=(custom("neutron.security_group"),),
                    ),
                    "remote_ip_prefix": Property(
                        Kind.STRING,
                        "Range of addresses of the other side.",
                        constraints=(custom("net_cidr"),),
                    ),
                },
            ),
        ),
    }
    fields = {"description": Field(), "stateful": Field()}

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        if properties.get("name") == "default":
            return ('Security groups cannot be assigned the name "default".',)
        return ()

    def finish_create(self, request: Request, thing: Document) -> Progress:
        self._arrange(request, thing)
        return self.finish(request, thing)

    def finish_update(self, request: Request, thing: Document) -> Progress:
        if "rules" in request.changed:
            self._arrange(request, thing)
        return self.finish(request, thing)

    def _arrange(self, request: Request, group: Document) -> None:
        """Make the group's rules the wanted ones. What is right already stays, whoever made it."""
        cloud, group_id = request.cloud, self.identify(group)
        wanted = {identity(rule): rule for rule in self._wanted(request, group_id)}
        present = {
            identity(rule): rule
            for rule in cloud.list("network", RULES, security_group_id=group_id)
        }
        for key, rule in present.items():
            if key not in wanted:
                self._remove(request, rule["id"])
        for key, rule in wanted.items():
            if key not in present:
                digest = hashlib.sha256(key.encode()).hexdigest()[:16]
                cloud.create("network", RULES, rule, token=f"{request.token}-rule-{digest}")

    @staticmethod
    def _remove(request: Request, rule_id: str) -> None:
        try:
            request.cloud.delete("network", RULES, rule_id)
        except CloudError as error:
            if error.kind != "not_found":
                raise

    def _wanted(self, request: Request, group_id: str) -> list[Document]:
        """The rules' bodies. Rules that let nothing else leave replace the ones of a new group."""
        rules = [
            self._rule(request, group_id, rule) for rule in request.properties.get("rules") or ()
        ]
        if any(rule["direction"] == "egress" for rule in rules):
            return rules
        return [*rules, *({**rule, "security_group_id": group_id} for rule in DEFAULT_EGRESS)]

    @staticmethod
    def _rule(request: Request, group_id: str, given: Mapping[str, Any]) -> Document:
        rule = {
            key: given[key]
            for key in ("description", *IDENTITY)
            if given.get(key) not in (None, "") and not key.startswith("remote_")
        }
        if given.get("remote_mode") == "remote_group_id":
            other = given.get("remote_group_id")
            rule["remote_group_id"] = (
                reference(request.cloud, "network", "security_groups", other) if other else group_id
            )
        elif given.get("remote_ip_prefix"):
            rule["remote_ip_prefix"] = given["remote_ip_prefix"]
        return {**rule, "security_group_id": group_id}
