"""OS::Heat::ResourceChain (contract/engine-semantics.md section 10.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Kind, Property
from heat_engine.language.unknown import contains_unknown
from heat_engine.resources.child import ChildStack
from heat_engine.resources.heat import group_members
from heat_engine.resources.heat.group import Group
from heat_engine.resources.heat.group_members import Member
from heat_engine.resources.protocol import Request


class ResourceChain(Group):
    """Members of several types with the same properties, each made after the one before it."""

    name = "OS::Heat::ResourceChain"
    description = "Creates resources of several types, one after the other."
    support_status = {"status": "SUPPORTED", "version": "6.0.0"}
    properties = {
        "resources": Property(
            Kind.LIST, "The members' types, in order.", required=True, updatable=True
        ),
        "concurrent": Property(
            Kind.BOOLEAN, "Whether the members are made at the same time.", default=False
        ),
        "resource_properties": Property(Kind.MAP, "The properties of each member."),
    }

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        types = properties.get("resources")
        if not isinstance(types, list) or contains_unknown(types):
            return None
        return _stack(properties)

    def wanted(self, request: Request) -> ChildStack:
        return _stack(request.properties)

    def names(self, request: Request) -> Sequence[str]:
        return [str(index) for index in range(len(request.properties["resources"]))]


def _stack(properties: Mapping[str, Any]) -> ChildStack:
    given = properties.get("resource_properties")
    values = given if isinstance(given, Mapping) else {}
    together = properties.get("concurrent") is True
    members = {
        str(index): Member(
            str(type_name),
            values,
            depends_on=() if together or index == 0 else (str(index - 1),),
        )
        for index, type_name in enumerate(properties["resources"])
    }
    document, parameters = group_members.template(members)
    return ChildStack("CREATE", document, parameters)
