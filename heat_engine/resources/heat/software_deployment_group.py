"""OS::Heat::SoftwareDeploymentGroup and its structured form, under their old names too.

Source: contract/engine-semantics.md section 10.7.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.language.scope import follow
from heat_engine.resources.child import ChildStack
from heat_engine.resources.heat import group_members
from heat_engine.resources.heat.batched_group import (
    BATCH_CREATE,
    ROLLING,
    BatchedGroup,
    Wanted,
    policy,
    renewed,
)
from heat_engine.resources.heat.batches import Batch
from heat_engine.resources.heat.group_members import Member, resting
from heat_engine.resources.heat.software_deployment import PROPERTIES, SoftwareDeployment, problems
from heat_engine.resources.heat.structured_deployment import StructuredDeployment
from heat_engine.resources.protocol import Request

SERVERS, SERVER = "servers", "server"
# An attribute of the group to that of its members which it gathers.
GATHERED = {
    "deploy_stdouts": "deploy_stdout",
    "deploy_stderrs": "deploy_stderr",
    "deploy_status_codes": "deploy_status_code",
}
HIDDEN = {
    "status": "HIDDEN",
    "version": "7.0.0",
    "message": "Use the type whose name ends in Group.",
}


def _properties(member: Mapping[str, Property]) -> dict[str, Property]:
    """What a member has, but for many servers."""
    servers = Property(
        Kind.MAP,
        "Ids of the servers to run the config on, each under a name of your choice.",
        required=True,
        updatable=True,
    )
    return {SERVERS: servers, **{name: prop for name, prop in member.items() if name != SERVER}}


class SoftwareDeploymentGroup(BatchedGroup):
    """One deployment for each server, in a nested stack, under the server's name."""

    name = "OS::Heat::SoftwareDeploymentGroup"
    description = "A software config to be run on many servers, and what came of it on each."
    support_status = {"status": "SUPPORTED", "version": "5.0.0"}
    member: ClassVar[type[SoftwareDeployment]] = SoftwareDeployment
    properties = _properties(PROPERTIES)
    attributes = {
        "deploy_stdouts": Attribute("What the config printed, by server.", Kind.MAP, live=True),
        "deploy_stderrs": Attribute(
            "What the config complained of, by server.", Kind.MAP, live=True
        ),
        "deploy_status_codes": Attribute("Exit codes, by server.", Kind.MAP, live=True),
    }
    update_policy = {
        ROLLING: policy("Change the deployments in batches.", in_service=False),
        BATCH_CREATE: policy("Make the deployments in batches.", in_service=False),
    }

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        return problems(properties)

    def sample(
        self, properties: Mapping[str, Any], files: Mapping[str, Any], *, whole: bool = False
    ) -> ChildStack | None:
        servers = properties.get(SERVERS)
        if not isinstance(servers, Mapping) or not servers:
            return None
        names = list(servers) if whole else list(servers)[:1]
        return _stack({name: self._deployment(properties, name) for name in names})

    def target(self, request: Request) -> int:
        return len(request.properties[SERVERS])

    def present(self, request: Request) -> int:
        child = request.child
        return len(group_members.present(child)) if child is not None else 0

    def next_stack(self, request: Request, batch: Batch, *, first: bool) -> Wanted:
        given, child = request.properties, request.child
        old = group_members.sound(child) if child is not None else {}
        names = itertools.islice(given[SERVERS], batch.size)
        made = {name: self._deployment(given, name) for name in names}
        return Wanted(_stack(renewed(made, old, batch)))

    def own(self, request: Request, attribute: str, path: Sequence[Any]) -> Any:
        """An attribute of each deployment, by the name of its server."""
        child = request.child
        if child is None or attribute == "show":
            return None
        wanted = GATHERED.get(attribute, attribute)
        names = resting(child, request.properties[SERVERS])
        return follow({name: child.attribute(name, wanted, ()) for name in names}, path)

    def attribute_names(self, request: Request) -> Sequence[str]:
        return tuple(self.attributes)

    def _deployment(self, properties: Mapping[str, Any], name: str) -> Member:
        given = {key: value for key, value in properties.items() if key != SERVERS}
        given[SERVER] = properties[SERVERS][name]
        return Member(
            self.member.name, {key: value for key, value in given.items() if value is not None}
        )


class StructuredDeploymentGroup(SoftwareDeploymentGroup):
    name = "OS::Heat::StructuredDeploymentGroup"
    description = "A structured config to be applied on many servers, and what came of it on each."
    member = StructuredDeployment
    properties = _properties(StructuredDeployment.properties)


class SoftwareDeployments(SoftwareDeploymentGroup):
    name = "OS::Heat::SoftwareDeployments"
    description = "Old name of OS::Heat::SoftwareDeploymentGroup."
    support_status = HIDDEN


class StructuredDeployments(StructuredDeploymentGroup):
    name = "OS::Heat::StructuredDeployments"
    description = "Old name of OS::Heat::StructuredDeploymentGroup."
    support_status = HIDDEN


def _stack(members: Mapping[str, Member]) -> ChildStack:
    document, parameters = group_members.template(members)
    return ChildStack("CREATE", document, parameters)
