"""OS::Neutron::FloatingIP and FloatingIPAssociation."""

from __future__ import annotations

from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Attribute, Kind, Property, custom
from heat_engine.resources.openstack.calls import compact, guarded, reference
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Progress, Request, ResourceType, done

NETWORK, FLOATING = "network", "floatingips"


def _text(what: str, rule: str, **fields: Any) -> Property:
    return Property(Kind.STRING, what, constraints=(custom(rule),), **fields)


class FloatingIP(RestType):
    name = "OS::Neutron::FloatingIP"
    description = "An address of an external network that can lead to one port or another."
    service, collection, noun = NETWORK, FLOATING, "floating address"
    old_names = {"floating_network": "floating_network_id"}
    properties = {
        "floating_network": _text("The external network.", "neutron.network"),
        "floating_network_id": _text(
            'Old name of "floating_network".', "neutron.network", hidden=True
        ),
        "floating_subnet": _text("Subnet to have the address of.", "neutron.subnet"),
        "value_specs": Property(Kind.MAP, "Further fields of the request's body.", default={}),
        "port_id": _text("Port that the address leads to.", "neutron.port", updatable=True),
        "fixed_ip_address": _text(
            "Address of the port, if it has several.", "ip_addr", updatable=True
        ),
        "floating_ip_address": _text("The wanted address.", "ip_addr"),
        "dns_name": _text("DNS name of the address.", "rel_dns_name", updatable=True),
        "dns_domain": _text("DNS domain of the address.", "dns_domain", updatable=True),
    }
    attributes = {
        "router_id": Attribute("Router that the address is behind."),
        "tenant_id": Attribute("Project that owns the address."),
        "floating_network_id": Attribute("Network of the address."),
        "fixed_ip_address": Attribute("Address that it leads to.", live=True),
        "floating_ip_address": Attribute("The address itself."),
        "port_id": Attribute("Port that it leads to.", live=True),
    }
    fields = {
        "value_specs": Field(merged=True),
        "floating_network": Field("floating_network_id", refers="networks"),
        "floating_subnet": Field("subnet_id", refers="subnets"),
        "port_id": Field(refers="ports"),
        "fixed_ip_address": Field(),
        "floating_ip_address": Field(),
        "dns_name": Field(),
        "dns_domain": Field(),
    }

    def changes(self, request: Request) -> Document:
        body = super().changes(request)
        if "fixed_ip_address" in body and "port_id" not in body:
            # The service takes the one only together with the other.
            port = request.properties.get("port_id")
            body["port_id"] = reference(request.cloud, NETWORK, "ports", port)
        return body


class FloatingIPAssociation(ResourceType):
    """Takes the address back only as long as it leads where this association has led it."""

    name = "OS::Neutron::FloatingIPAssociation"
    description = "Leads a floating address to a port."
    properties = {
        "floatingip_id": Property(
            Kind.STRING, "Id of the floating address.", required=True, updatable=True
        ),
        "port_id": _text("The port.", "neutron.port", required=True, updatable=True),
        "fixed_ip_address": _text(
            "Address of the port, if it has several.", "ip_addr", updatable=True
        ),
    }

    def create(self, request: Request) -> Progress:
        return guarded(request, self._associate)

    def update(self, request: Request) -> Progress:
        return guarded(request, self._move) if request.changed else done()

    def delete(self, request: Request) -> Progress:
        return guarded(request, self._remove)

    @staticmethod
    def _associate(request: Request) -> Progress:
        given = request.properties
        port = reference(request.cloud, NETWORK, "ports", given["port_id"])
        body = compact({"port_id": port, "fixed_ip_address": given.get("fixed_ip_address")})
        request.cloud.update(NETWORK, FLOATING, given["floatingip_id"], body)
        return done(physical_id=given["floatingip_id"], data={"port": port})

    def _move(self, request: Request) -> Progress:
        if "floatingip_id" in request.changed:
            self._free(request)
        return self._associate(request)

    def _remove(self, request: Request) -> Progress:
        self._free(request)
        return done()

    @staticmethod
    def _free(request: Request) -> None:
        if request.physical_id is None:
            return
        try:
            found = request.cloud.get(NETWORK, FLOATING, request.physical_id)
            if found.get("port_id") == request.data.get("port"):
                request.cloud.update(NETWORK, FLOATING, request.physical_id, {"port_id": None})
        except CloudError as error:
            if error.kind != "not_found":
                raise
