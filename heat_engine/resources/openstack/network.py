"""OS::Neutron::Net and OS::Neutron::Subnet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Attribute, Kind, Property, between, custom, one_of
from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.openstack.messages import both, one_needed
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Request

VALUE_SPECS = Property(
    Kind.MAP, "Further fields of the request's body.", default={}, updatable=True
)
TAGS = Property(Kind.LIST, "Tags to put on it.", updatable=True, schema=Property(Kind.STRING))
IPV6_MODES = ("dhcpv6-stateful", "dhcpv6-stateless", "slaac")


class Net(RestType):
    name = "OS::Neutron::Net"
    description = "A virtual network."
    service, collection, noun = "network", "networks", "network"
    ready = frozenset({"ACTIVE", "DOWN"})
    properties = {
        "name": Property(Kind.STRING, "Name of the network.", updatable=True),
        "value_specs": VALUE_SPECS,
        "admin_state_up": Property(
            Kind.BOOLEAN, "Whether the network is switched on.", default=True, updatable=True
        ),
        "tenant_id": Property(Kind.STRING, "Project that will own the network."),
        "shared": Property(
            Kind.BOOLEAN,
            "Whether all projects may use the network.",
            default=False,
            updatable=True,
        ),
        "dhcp_agent_ids": Property(
            Kind.LIST, "DHCP agents that serve the network.", updatable=True
        ),
        "port_security_enabled": Property(
            Kind.BOOLEAN, "Whether ports have port security by default.", updatable=True
        ),
        "qos_policy": Property(
            Kind.STRING,
            "Quality-of-service policy of the network.",
            updatable=True,
            constraints=(custom("neutron.qos_policy"),),
        ),
        "dns_domain": Property(
            Kind.STRING,
            "DNS domain of the network's ports.",
            updatable=True,
            constraints=(custom("dns_domain"),),
        ),
        "availability_zone_hints": Property(Kind.LIST, "Availability zones to choose from."),
        "tags": TAGS,
    }
    attributes = {
        "status": Attribute("The network's status."),
        "name": Attribute("Name of the network."),
        "subnets": Attribute("The network's subnets.", Kind.LIST),
        "admin_state_up": Attribute("Whether the network is switched on."),
        "tenant_id": Attribute("Project that owns the network."),
        "port_security_enabled": Attribute("Port security of the network.", Kind.BOOLEAN),
        "mtu": Attribute("Largest size of a packet, in bytes.", Kind.INTEGER),
        "qos_policy_id": Attribute("Quality-of-service policy of the network."),
        "l2_adjacency": Attribute("Whether all of it is one layer-2 domain.", Kind.BOOLEAN),
        "segments": Attribute("The network's segments.", Kind.LIST),
    }
    fields = {
        "value_specs": Field(merged=True),
        "admin_state_up": Field(),
        "tenant_id": Field(),
        "shared": Field(),
        "dhcp_agent_ids": Field(),
        "port_security_enabled": Field(),
        "qos_policy": Field("qos_policy_id", refers="qos_policies"),
        "dns_domain": Field(),
        "availability_zone_hints": Field(),
        "tags": Field(returned=True),
    }


def _mode(what: str) -> Property:
    return Property(Kind.STRING, what, constraints=(one_of(*IPV6_MODES),))


def _address(what: str, rule: str = "ip_addr") -> Property:
    return Property(Kind.STRING, what, required=True, constraints=(custom(rule),))


class Subnet(RestType):
    name = "OS::Neutron::Subnet"
    description = "A range of addresses of a network."
    service, collection, noun = "network", "subnets", "subnet"
    old_names = {"network": "network_id"}
    properties = {
        "network": Property(
            Kind.STRING,
            "Network that the subnet belongs to.",
            constraints=(custom("neutron.network"),),
        ),
        "network_id": Property(Kind.STRING, 'Old name of "network".', hidden=True),
        "subnetpool": Property(
            Kind.STRING,
            "Pool to take the range from.",
            constraints=(custom("neutron.subnetpool"),),
        ),
        "prefixlen": Property(
            Kind.INTEGER, "Prefix length of a range from a pool.", constraints=(between(0),)
        ),
        "cidr": Property(Kind.STRING, "Range of addresses.", constraints=(custom("net_cidr"),)),
        "value_specs": VALUE_SPECS,
        "name": Property(Kind.STRING, "Name of the subnet.", updatable=True),
        "ip_version": Property(
            Kind.INTEGER,
            "Version of the Internet protocol.",
            default=4,
            constraints=(one_of(4, 6),),
        ),
        "dns_nameservers": Property(
            Kind.LIST, "DNS servers for the guests.", default=[], updatable=True
        ),
        "gateway_ip": Property(
            Kind.STRING,
            "Gateway; empty text for none. Default: the first address.",
            updatable=True,
        ),
        "enable_dhcp": Property(
            Kind.BOOLEAN, "Whether DHCP serves the subnet.", default=True, updatable=True
        ),
        "allocation_pools": Property(
            Kind.LIST,
            "Parts of the range from which ports get addresses.",
            updatable=True,
            schema=Property(
                Kind.MAP,
                schema={
                    "start": _address("First address."),
                    "end": _address("Last address."),
                },
            ),
        ),
        "tenant_id": Property(Kind.STRING, "Project that will own the subnet."),
        "host_routes": Property(
            Kind.LIST,
            "Further routes for the guests.",
            updatable=True,
            schema=Property(
                Kind.MAP,
                schema={
                    "destination": _address("Range to reach.", "net_cidr"),
                    "nexthop": _address("Address of the next router."),
                },
            ),
        ),
        "ipv6_ra_mode": _mode("Mode of router advertisements."),
        "ipv6_address_mode": _mode("How guests get IPv6 addresses."),
        "segment": Property(
            Kind.STRING,
            "Segment of the network.",
            updatable=True,
            constraints=(custom("neutron.segment"),),
        ),
        "tags": TAGS,
    }
    attributes = {
        "name": Attribute("Name of the subnet."),
        "network_id": Attribute("Network of the subnet."),
        "tenant_id": Attribute("Project that owns the subnet."),
        "allocation_pools": Attribute("Parts from which ports get addresses.", Kind.LIST),
        "gateway_ip": Attribute("Gateway of the subnet."),
        "host_routes": Attribute("Further routes.", Kind.LIST),
        "ip_version": Attribute("Version of the Internet protocol."),
        "cidr": Attribute("Range of addresses."),
        "dns_nameservers": Attribute("DNS servers for the guests.", Kind.LIST),
        "enable_dhcp": Attribute("Whether DHCP serves the subnet."),
    }
    fields = {
        "value_specs": Field(merged=True),
        "network": Field("network_id", refers="networks"),
        "subnetpool": Field("subnetpool_id", refers="subnetpools"),
        "prefixlen": Field(),
        "cidr": Field(),
        "ip_version": Field(),
        "dns_nameservers": Field(returned=True),
        "gateway_ip": Field(),
        "enable_dhcp": Field(),
        "allocation_pools": Field(),
        "tenant_id": Field(),
        "host_routes": Field(returned=True),
        "ipv6_ra_mode": Field(),
        "ipv6_address_mode": Field(),
        "segment": Field("segment_id", refers="segments"),
        "tags": Field(returned=True),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        problems = list(super().validate(properties, stack_timeout))
        given = {name for name, value in properties.items() if value not in (None, "")}
        if {"cidr", "subnetpool"} <= given:
            problems.append(both("cidr", "subnetpool"))
        if not {"cidr", "subnetpool"} & given:
            problems.append(one_needed("cidr", "subnetpool"))
        if {"cidr", "prefixlen"} <= given:
            problems.append(both("cidr", "prefixlen"))
        modes = {properties.get("ipv6_ra_mode"), properties.get("ipv6_address_mode")}
        modes -= {None, UNKNOWN}
        if properties.get("ip_version") == 4 and modes:
            problems.append("ipv6_ra_mode and ipv6_address_mode need ip_version 6.")
        if len(modes) > 1:
            problems.append("ipv6_ra_mode and ipv6_address_mode must be equal if both are set.")
        return problems

    def render(self, request: Request, names: list[str]) -> Document:
        body = super().render(request, names)
        if body.get("gateway_ip") == "":
            body["gateway_ip"] = None
        return body
