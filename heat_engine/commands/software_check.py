"""Checks of software configuration that take more than one resource, or the resource's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from common.errors import Problem
from heat_engine.commands.kinds import Kinds
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.functions.base import MapExpression
from heat_engine.language.functions.references import GetResource
from heat_engine.language.template import BoundTemplate
from heat_engine.language.unknown import UNKNOWN
from heat_engine.language.validation import static_properties
from heat_engine.resources.heat.software_component import SoftwareComponent
from heat_engine.resources.heat.software_deployment import SoftwareDeployment
from heat_engine.resources.heat.software_deployment_group import SoftwareDeploymentGroup
from heat_engine.resources.openstack.server_agent import SOFTWARE_CONFIG, AgentServer

NO_AGENT = (
    "Resource {name}'s property user_data_format should be set to SOFTWARE_CONFIG since there are "
    "software deployments on it."
)


def problems(kinds: Kinds, bound: BoundTemplate) -> Iterator[Problem]:
    """Faults of templates in which ``validation.validate`` found none (contract section 10.7)."""
    servers: set[str] = set()
    for name, definition in bound.resources.items():
        kind = kinds.wanted(definition)
        if isinstance(kind, SoftwareComponent):
            given = static_properties(definition, kind.interface())
            for message in kind.problems(name, given):
                yield Problem(message, ("resources", name))
        elif isinstance(kind, SoftwareDeployment):
            servers.update(_targets(_given(definition, "server")))
        elif isinstance(kind, SoftwareDeploymentGroup):
            group = _given(definition, "servers")
            members = group.entries.values() if isinstance(group, MapExpression) else ()
            servers.update(_targets(*members))
    for name in sorted(servers & bound.resources.keys()):
        definition = bound.resources[name]
        kind = kinds.wanted(definition)
        if isinstance(kind, AgentServer):
            given = static_properties(definition, kind.interface())
            if given["user_data_format"] not in (SOFTWARE_CONFIG, UNKNOWN):
                yield Problem(NO_AGENT.format(name=name))


def _given(definition: ResourceDefinition, name: str) -> Any:
    """A property as the template has it, None where that cannot be told."""
    given = definition.properties
    return given.entries.get(name) if isinstance(given, MapExpression) else None


def _targets(*nodes: Any) -> Iterator[str]:
    """The resources that are named plainly."""
    for node in nodes:
        if isinstance(node, GetResource) and isinstance(node.target, str):
            yield node.target
