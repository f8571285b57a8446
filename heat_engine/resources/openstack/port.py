"""OS::Neutron::Port."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Attribute, Kind, Property, custom, one_of
from heat_engine.resources.openstack.calls import compact, reference
from heat_engine.resources.openstack.network import TAGS, VALUE_SPECS
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Request

VNIC_TYPES = (
    "normal",
    "direct",
    "macvtap",
    "direct-physical",
    "baremetal",
    "virtio-forwarder",
    "smart-nic",
)
MAC_ADDRESS = (custom("mac_addr"),)

# What a server's own ports have too (port_extra_properties).
EXTRA_PROPERTIES: Mapping[str, Property] = {
    "value_specs": VALUE_SPECS,
    "admin_state_up": Property(
        Kind.BOOLEAN, "Whether the port is switched on.", default=True, updatable=True
    ),
    "mac_address": Property(Kind.STRING, "MAC address of the port.", constraints=MAC_ADDRESS),
    "allowed_address_pairs": Property(
        Kind.LIST,
        "Further addresses that may pass the port.",
        updatable=True,
        schema=Property(
            Kind.MAP,
            schema={
                "mac_address": Property(Kind.STRING, "MAC address.", constraints=MAC_ADDRESS),
                "ip_address": Property(
                    Kind.STRING,
                    "Address or range of addresses.",
                    required=True,
                    constraints=(custom("ip_or_cidr"),),
                ),
            },
        ),
    ),
    "binding:vnic_type": Property(
        Kind.STRING,
        "Kind of the network card.",
        default="normal",
        updatable=True,
        constraints=(one_of(*VNIC_TYPES),),
    ),
    "port_security_enabled": Property(
        Kind.BOOLEAN, "Whether the port has port security.", updatable=True
    ),
    "qos_policy": Property(
        Kind.STRING,
        "Quality-of-service policy of the port.",
        updatable=True,
        constraints=(custom("neutron.qos_policy"),),
    ),
    "propagate_uplink_status": Property(
        Kind.BOOLEAN, "Whether the uplink's status reaches the port.", updatable=True
    ),
    "no_fixed_ips": Property(
        Kind.BOOLEAN, "Whether the port has no address at all.", default=False, updatable=True
    ),
}
EXTRA_FIELDS: Mapping[str, Field] = {
    "value_specs": Field(merged=True),
    "admin_state_up": Field(),
    "mac_address": Field(),
    "allowed_address_pairs": Field(returned=True),
    "binding:vnic_type": Field(),
    "port_security_enabled": Field(),
    "qos_policy": Field("qos_policy_id", refers="qos_policies"),
    "propagate_uplink_status": Field(),
}


class Port(RestType):
    name = "OS::Neutron::Port"
    description = "A port: where a server is connected to a network."
    service, collection, noun = "network", "ports", "port"
    old_names = {"network": "network_id"}
    ready = frozenset({"ACTIVE", "DOWN", "N/A"})
    properties = {
        "network": Property(
            Kind.STRING,
            "Network that the port belongs to.",
            constraints=(custom("neutron.network"),),
        ),
        "network_id": Property(Kind.STRING, 'Old name of "network".', hidden=True),
        "replacement_policy": Property(
            Kind.STRING,
            "Has no effect any more.",
            updatable=True,
            hidden=True,
            constraints=(one_of("REPLACE_ALWAYS", "AUTO"),),
        ),
        "device_id": Property(
            Kind.STRING, "Device that uses the port.", default="", updatable=True
        ),
        "device_owner": Property(
            Kind.STRING, "Name of the device's owner.", default="", updatable=True
        ),
        "fixed_ips": Property(
            Kind.LIST,
            "Wanted addresses of the port.",
            updatable=True,
            schema=Property(
                Kind.MAP,
                schema={
                    "subnet_id": Property(
                        Kind.STRING,
                        'Old name of "subnet".',
                        hidden=True,
                        constraints=(custom("neutron.subnet"),),
                    ),
                    "subnet": Property(
                        Kind.STRING,
                        "Subnet of the address.",
                        constraints=(custom("neutron.subnet"),),
                    ),
                    "ip_address": Property(
                        Kind.STRING, "The address.", constraints=(custom("ip_addr"),)
                    ),
                },
            ),
        ),
        "security_groups": Property(Kind.LIST, "Security groups of the port.", updatable=True),
        "name": Property(Kind.STRING, "Name of the port.", updatable=True),
        "dns_name": Property(
            Kind.STRING,
            "DNS name of the port.",
            updatable=True,
            constraints=(custom("dns_name"),),
        ),
        "tags": TAGS,
        **EXTRA_PROPERTIES,
    }
    attributes = {
        "admin_state_up": Attribute("Whether the port is switched on."),
        "device_id": Attribute("Device that uses the port."),
        "device_owner": Attribute("Name of the device's owner."),
        "fixed_ips": Attribute("Addresses of the port.", Kind.LIST),
        "mac_address": Attribute("MAC address of the port."),
        "name": Attribute("Name of the port."),
        "network_id": Attribute("Network of the port."),
        "network": Attribute("All of the port's network.", Kind.MAP),
        "security_groups": Attribute("Security groups of the port.", Kind.LIST),
        "status": Attribute("Status of the port."),
        "tenant_id": Attribute("Project that owns the port."),
        "allowed_address_pairs": Attribute("Further addresses that may pass.", Kind.LIST),
        "subnets": Attribute("All of the subnets of the port's addresses.", Kind.LIST),
        "port_security_enabled": Attribute("Port security of the port.", Kind.BOOLEAN),
        "qos_policy_id": Attribute("Quality-of-service policy of the port."),
        "dns_assignment": Attribute("DNS names of the port's addresses.", Kind.MAP),
        "propagate_uplink_status": Attribute("Uplink propagation.", Kind.BOOLEAN),
    }
    fields = {
        **EXTRA_FIELDS,
        "network": Field("network_id", refers="networks"),
        "device_id": Field(),
        "device_owner": Field(),
        "security_groups": Field(refers="security_groups", returned=True),
        "dns_name": Field(),
        "tags": Field(returned=True),
        "fixed_ips": Field(),
    }

    def body(self, request: Request) -> Document:
        body = super().body(request)
        for optional in ("device_id", "device_owner"):
            if not body.get(optional):
                body.pop(optional, None)
        if request.properties.get("no_fixed_ips"):
            body["fixed_ips"] = []
        return body

    def changes(self, request: Request) -> Document:
        body = super().changes(request)
        if "no_fixed_ips" in request.changed and request.properties["no_fixed_ips"]:
            body["fixed_ips"] = []
        return body

    def render(self, request: Request, names: list[str]) -> Document:
        body = super().render(request, names)
        if body.get("fixed_ips"):
            body["fixed_ips"] = [self._fixed(request, item) for item in body["fixed_ips"]]
        return body

    @staticmethod
    def _fixed(request: Request, item: Mapping[str, Any]) -> Document:
        subnet = item.get("subnet") or item.get("subnet_id")
        return compact(
            {
                "ip_address": item.get("ip_address"),
                "subnet_id": reference(request.cloud, "network", "subnets", subnet),
            }
        )

    def attribute(self, request: Request, thing: Document, name: str) -> Any:
        if name == "network":
            return request.cloud.get("network", "networks", thing["network_id"])
        if name == "subnets":
            subnets = {item["subnet_id"] for item in thing.get("fixed_ips") or ()}
            return [request.cloud.get("network", "subnets", subnet) for subnet in sorted(subnets)]
        return super().attribute(request, thing, name)
