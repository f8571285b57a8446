"""OS::Heat::AccessPolicy (contract/engine-semantics.md section 10.2)."""

from __future__ import annotations

from common import errors
from heat_engine.language.schema import Kind, Property
from heat_engine.resources.protocol import Progress, Request, ResourceType, done


class AccessPolicy(ResourceType):
    """Nothing of its own: users name it, and it says what their keys reach."""

    name = "OS::Heat::AccessPolicy"
    description = "The resources of its stack that users with this policy may reach."
    instant = True
    peers = ("*",)
    properties = {
        "AllowedResources": Property(
            Kind.LIST, "Names of resources of the same stack.", required=True
        ),
    }

    def create(self, request: Request) -> Progress:
        present = {peer.name for peer in request.peers}
        for name in request.properties["AllowedResources"]:
            if name not in present:
                raise errors.ResourceNotFound(
                    resource_name=str(name), stack_name=request.stack_name
                )
        return done()
