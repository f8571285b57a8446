"""A nested stack as far as it can be told before its parent is made."""

from __future__ import annotations

from dataclasses import dataclass

from common import errors
from heat_engine.commands import goal as goals
from heat_engine.commands.allowance import Allowance
from heat_engine.commands.kinds import Kinds
from heat_engine.language import parameters, template, validation
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.parameters import Parameters
from heat_engine.language.template import Template


@dataclass(frozen=True, slots=True)
class NestedSample:
    """Its template, the values that are known, and the types of its resources."""

    template: Template
    values: Parameters
    kinds: Kinds


def nested_sample(
    definition: ResourceDefinition, kinds: Kinds, project_id: str, allowance: Allowance
) -> NestedSample | None:
    """None: the resource is no nested stack, or what will be in it is not known yet, or is beyond
    the allowance."""
    kind = kinds.wanted(definition)
    if not kind.nested:
        return None
    properties = validation.static_properties(definition, kind.interface())
    try:
        child = kind.sample(properties, kinds.files, whole=True)
        if child is None or not allowance.covers(child.template):
            return None
        source = goals.child_source(kinds.environment, kinds.files, definition.name, child)
        parsed = template.parse(source.template, source.files)
        pseudo = parameters.pseudo(
            parsed.dialect, definition.name, None, project_id, modern=parsed.version.is_aws
        )
        values = goals.resolve_parameters(parsed, source.environment, pseudo, partial=True)
    except errors.HearthError:
        return None
    return NestedSample(parsed, values, Kinds(kinds.registry, source.environment, source.files))
