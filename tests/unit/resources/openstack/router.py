"""A table type of the tests' own."""

from __future__ import annotations

from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.resources.openstack.rest import Field, RestType


class Router(RestType):
    name = "Test::Router"
    service, collection, noun = "network", "routers", "router"
    ready = frozenset({"ACTIVE"})
    old_names = {"network": "network_id"}
    properties = {
        "name": Property(Kind.STRING, updatable=True),
        "network": Property(Kind.STRING),
        "network_id": Property(Kind.STRING, hidden=True),
        "mtu": Property(Kind.INTEGER, updatable=True),
        "tags": Property(Kind.LIST, updatable=True),
        "options": Property(
            Kind.MAP, schema={"a": Property(Kind.STRING), "b": Property(Kind.STRING)}
        ),
        "value_specs": Property(Kind.MAP, updatable=True),
    }
    attributes = {
        "network_name": Attribute("the network"),
        "status": Attribute("its status", live=True),
    }
    shown = {"network_name": "network_ref"}
    fields = {
        "network": Field("network_ref", refers="networks"),
        "mtu": Field("maximum"),
        "tags": Field(),
        "options": Field(),
        "value_specs": Field(merged=True),
    }


GIVEN = {"network": "private", "options": {"a": "x"}, "value_specs": {"extra": 1}}
