"""OS::Neutron::Router, RouterInterface and RouterGateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.language.schema import Attribute, Kind, Property, custom
from heat_engine.resources.openstack.calls import compact, guarded, reference
from heat_engine.resources.openstack.messages import both, one_needed
from heat_engine.resources.openstack.network import TAGS, VALUE_SPECS
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Progress, Request, ResourceType, done

NETWORK, ROUTERS = "network", "routers"
GATEWAY = "external_gateway_info"


def _named(what: str, rule: str, **fields: Any) -> Property:
    return Property(Kind.STRING, what, constraints=(custom(rule),), **fields)


class Router(RestType):
    name = "OS::Neutron::Router"
    description = "A router between networks."
    service, collection, noun = NETWORK, ROUTERS, "router"
    ready = frozenset({"ACTIVE", "DOWN"})
    properties = {
        "name": Property(Kind.STRING, "Name of the router.", updatable=True),
        GATEWAY: Property(
            Kind.MAP,
            "How the router is connected with an external network.",
            updatable=True,
            schema={
                "network": Property(
                    Kind.STRING, "The external network.", required=True, updatable=True
                ),
                "enable_snat": Property(
                    Kind.BOOLEAN, "Whether addresses behind it are hidden.", updatable=True
                ),
                "external_fixed_ips": Property(
                    Kind.LIST,
                    "Addresses of the router in the external network.",
                    updatable=True,
                    schema=Property(
                        Kind.MAP,
                        schema={
                            "ip_address": _named("The address.", "ip_addr"),
                            "subnet": _named("Subnet of the address.", "neutron.subnet"),
                        },
                    ),
                ),
            },
        ),
        "value_specs": VALUE_SPECS,
        "admin_state_up": Property(
            Kind.BOOLEAN, "Whether the router is switched on.", default=True, updatable=True
        ),
        "l3_agent_id": Property(
            Kind.STRING, "Agent that serves the router.", updatable=True, hidden=True
        ),
        "l3_agent_ids": Property(
            Kind.LIST,
            "Agents that serve the router.",
            updatable=True,
            schema=Property(Kind.STRING),
        ),
        "distributed": Property(Kind.BOOLEAN, "Whether it is distributed."),
        "ha": Property(Kind.BOOLEAN, "Whether it is highly available."),
        "availability_zone_hints": Property(
            Kind.LIST, "Availability zones to choose from.", updatable=True
        ),
        "tags": TAGS,
        "tenant_id": Property(Kind.STRING, "Project that will own the router."),
    }
    attributes = {
        "status": Attribute("Status of the router."),
        GATEWAY: Attribute("Its connection with an external network.", Kind.MAP),
        "name": Attribute("Name of the router."),
        "admin_state_up": Attribute("Whether the router is switched on."),
        "tenant_id": Attribute("Project that owns the router."),
    }
    fields = {
        "value_specs": Field(merged=True),
        GATEWAY: Field(),
        "admin_state_up": Field(),
        "l3_agent_id": Field(),
        "l3_agent_ids": Field(),
        "distributed": Field(),
        "ha": Field(),
        "availability_zone_hints": Field(),
        "tags": Field(returned=True),
        "tenant_id": Field(),
    }

    def render(self, request: Request, names: list[str]) -> Document:
        body = super().render(request, names)
        if GATEWAY in body:
            body[GATEWAY] = _gateway(request, body[GATEWAY])
        return body


def _gateway(request: Request, given: Mapping[str, Any] | None) -> Document | None:
    """The connection as the service has it: ids under its own names."""
    if not given:
        return None
    cloud = request.cloud
    body: Document = {"network_id": reference(cloud, NETWORK, "networks", given["network"])}
    if given.get("enable_snat") is not None:
        body["enable_snat"] = given["enable_snat"]
    addresses = [
        compact(
            {
                "ip_address": item.get("ip_address"),
                "subnet_id": reference(cloud, NETWORK, "subnets", item.get("subnet")),
            }
        )
        for item in given.get("external_fixed_ips") or ()
    ]
    return {**body, "external_fixed_ips": addresses} if addresses else body


class RouterInterface(ResourceType):
    """What a router is connected to, by a subnet or by a port; known by both."""

    name = "OS::Neutron::RouterInterface"
    description = "Connects a router with a subnet."
    old_names = {"router": "router_id"}
    properties = {
        "router": _named("The router.", "neutron.router"),
        "router_id": _named('Old name of "router".', "neutron.router", hidden=True),
        "subnet": _named("Subnet to connect.", "neutron.subnet"),
        "subnet_id": _named('Old name of "subnet".', "neutron.subnet", hidden=True),
        "port": _named("Port to connect by.", "neutron.port"),
        "port_id": _named('Old name of "port".', "neutron.port", hidden=True),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        given = {name for name, value in properties.items() if value is not None}
        problems = [
            both(name, f"{name}_id")
            for name in ("router", "subnet", "port")
            if {name, f"{name}_id"} <= given
        ]
        if not {"router", "router_id"} & given:
            problems.append("Property router not assigned")
        if not {"subnet", "subnet_id", "port", "port_id"} & given:
            problems.append(one_needed("subnet", "port"))
        return problems

    def create(self, request: Request) -> Progress:
        return guarded(request, self._connect)

    def delete(self, request: Request) -> Progress:
        return guarded(request, self._disconnect)

    def _connect(self, request: Request) -> Progress:
        router = self._id(request, "router", ROUTERS)
        key, wanted = self._wanted(request)
        request.cloud.act(NETWORK, ROUTERS, router, "add_router_interface", {key: wanted})
        return done(physical_id=f"{router}:{key}={wanted}")

    @staticmethod
    def _disconnect(request: Request) -> Progress:
        if request.physical_id is None:
            return done()
        router, _, rest = request.physical_id.partition(":")
        key, _, wanted = rest.partition("=")
        try:
            body = {key: wanted}
            request.cloud.act(NETWORK, ROUTERS, router, "remove_router_interface", body)
        except CloudError as error:
            if error.kind != "not_found":
                raise
        return done()

    def _wanted(self, request: Request) -> tuple[str, str]:
        if request.properties.get("port") or request.properties.get("port_id"):
            return "port_id", self._id(request, "port", "ports")
        return "subnet_id", self._id(request, "subnet", "subnets")

    @staticmethod
    def _id(request: Request, name: str, collection: str) -> str:
        given = request.properties.get(name) or request.properties.get(f"{name}_id")
        return str(reference(request.cloud, NETWORK, collection, given))


class RouterGateway(ResourceType):
    name = "OS::Neutron::RouterGateway"
    description = "Connects a router with an external network."
    support_status = {
        "status": "HIDDEN",
        "version": "5.0.0",
        "message": "Use external_gateway_info of the router.",
    }
    properties = {
        "router_id": _named("The router.", "neutron.router", required=True),
        "network": _named("The external network.", "neutron.network"),
        "network_id": _named('Old name of "network".', "neutron.network", hidden=True),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        given = [name for name in ("network", "network_id") if properties.get(name) is not None]
        if len(given) == 2:
            return (both(*given),)
        return () if given else ("Property network not assigned",)

    def create(self, request: Request) -> Progress:
        return guarded(request, self._connect)

    def delete(self, request: Request) -> Progress:
        return guarded(request, self._disconnect)

    @staticmethod
    def _connect(request: Request) -> Progress:
        cloud, given = request.cloud, request.properties
        wanted = given.get("network") or given.get("network_id")
        network = reference(cloud, NETWORK, "networks", wanted)
        router = reference(cloud, NETWORK, ROUTERS, given["router_id"])
        cloud.update(NETWORK, ROUTERS, router, {GATEWAY: {"network_id": network}})
        return done(physical_id=f"{router}:{network}")

    @staticmethod
    def _disconnect(request: Request) -> Progress:
        if request.physical_id is None:
            return done()
        router, _, _ = request.physical_id.partition(":")
        try:
            request.cloud.update(NETWORK, ROUTERS, router, {GATEWAY: None})
        except CloudError as error:
            if error.kind != "not_found":
                raise
        return done()
