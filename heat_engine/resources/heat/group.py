"""What the groups of resources have in common: members in one nested stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common import errors
from heat_engine.language.schema import Attribute, Kind
from heat_engine.language.scope import follow
from heat_engine.resources.child import Child
from heat_engine.resources.heat.group_members import by_number, resting
from heat_engine.resources.nested import NestedStack
from heat_engine.resources.protocol import Request

REFERENCES = "refs"
ATTRIBUTES = "attributes"


class Group(NestedStack):
    """Attributes are those of the members, gathered."""

    attributes: Mapping[str, Attribute] = {
        REFERENCES: Attribute("References of the members.", Kind.LIST, live=True),
        ATTRIBUTES: Attribute(
            "An attribute of each member, by the member's name.", Kind.MAP, live=True
        ),
    }

    def names(self, request: Request) -> Sequence[str]:
        """The members that there shall be, in order."""
        raise NotImplementedError

    def shown(self, request: Request, child: Child) -> Sequence[str]:
        """The members that attributes are gathered from."""
        return resting(child, self.names(request))

    def attribute_names(self, request: Request) -> Sequence[str]:
        return tuple(name for name in self.attributes if name != ATTRIBUTES)

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        child = request.child
        if child is None or attribute == "show":
            return None
        members = self.shown(request, child)
        if attribute == REFERENCES:
            return follow([child.reference_id(name) for name in members], path)
        if attribute == ATTRIBUTES:
            return self._attributes(request, child, members, path)
        return [child.attribute(name, attribute, path) for name in members]

    def _attributes(
        self, request: Request, child: Child, members: Sequence[str], path: Sequence[Any]
    ) -> dict[str, Any]:
        if not path or not isinstance(path[0], str):
            raise errors.InvalidTemplateAttribute(resource=request.name, key=ATTRIBUTES)
        return {name: child.attribute(name, path[0], path[1:]) for name in members}


def skipped(child: Child | None, listed: Sequence[Any], held: Sequence[str]) -> list[str]:
    """Names that are not to be used any more: those held, and those listed.

    listed: names, or references of members; before there is a stack all of them are names.
    """
    gone = set(held)
    texts = {str(item) for item in listed}
    if child is None:
        gone |= texts
    elif texts:
        members = child.members()
        gone.update(
            name for name in members if name in texts or str(child.reference_id(name)) in texts
        )
    return list(by_number(gone))
