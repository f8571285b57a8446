"""OS::Nova::Flavor and OS::Nova::ServerGroup."""

from __future__ import annotations

from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Attribute, Kind, Property, custom, one_of
from heat_engine.resources.openstack.rest import Field, RestType
from heat_engine.resources.protocol import Request

PUBLIC = "os-flavor-access:is_public"


class Flavor(RestType):
    name = "OS::Nova::Flavor"
    description = "A size of servers."
    support_status = {"status": "SUPPORTED", "version": "2014.2"}
    service, collection, noun = "compute", "flavors", "flavor"
    properties = {
        "name": Property(Kind.STRING, "Name of the flavor."),
        "tenants": Property(
            Kind.LIST,
            "Projects that may use a flavor that is not public.",
            default=[],
            updatable=True,
            schema=Property(Kind.STRING, constraints=(custom("keystone.project"),)),
        ),
        "ram": Property(Kind.INTEGER, "Memory in megabytes.", required=True),
        "vcpus": Property(Kind.INTEGER, "Number of processors.", required=True),
        "disk": Property(Kind.INTEGER, "Disk in gigabytes.", default=0),
        "swap": Property(Kind.INTEGER, "Swap space in megabytes.", default=0),
        "ephemeral": Property(Kind.INTEGER, "Second disk in gigabytes.", default=0),
        "flavorid": Property(Kind.STRING, "Id of the flavor. Default: made up."),
        "rxtx_factor": Property(Kind.NUMBER, "Share of the network.", default=1.0),
        "extra_specs": Property(Kind.MAP, "Further names and values.", updatable=True),
        "is_public": Property(Kind.BOOLEAN, "Whether all projects may use it.", default=True),
    }
    attributes = {
        "is_public": Attribute("Whether all projects may use it.", Kind.BOOLEAN),
        "extra_specs": Attribute("Further names and values.", Kind.MAP),
    }
    shown = {"is_public": PUBLIC}
    fields = {
        "tenants": Field(),
        "ram": Field(),
        "vcpus": Field(),
        "disk": Field(),
        "swap": Field(),
        "ephemeral": Field("OS-FLV-EXT-DATA:ephemeral"),
        "flavorid": Field("id"),
        "rxtx_factor": Field(),
        "extra_specs": Field(),
        "is_public": Field(PUBLIC),
    }


class ServerGroup(RestType):
    name = "OS::Nova::ServerGroup"
    description = "Servers that are kept together, or apart."
    support_status = {"status": "SUPPORTED", "version": "2014.2"}
    service, collection, noun = "compute", "server_groups", "server group"
    properties = {
        "name": Property(Kind.STRING, "Name of the group."),
        "policies": Property(
            Kind.LIST,
            "Whether the servers are kept together or apart.",
            default=["anti-affinity"],
            constraints=(
                one_of("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity"),
            ),
            schema=Property(Kind.STRING),
        ),
        "rules": Property(
            Kind.MAP,
            "Limits of the policy.",
            schema={
                "max_server_per_host": Property(Kind.NUMBER, "How many servers one host may have.")
            },
        ),
    }
    fields = {"policies": Field(), "rules": Field()}

    def body(self, request: Request) -> Document:
        """One policy with its rules, where there are rules: services take them only so."""
        body = super().body(request)
        if body.get("rules") and body.get("policies"):
            body["policy"] = body.pop("policies")[0]
        return body
