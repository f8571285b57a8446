"""Validate a template without a stack (contract/native-api.md section 13.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common import errors
from common.context import RequestContext
from heat_engine.commands import files_container, mask
from heat_engine.commands import goal as goals
from heat_engine.commands.allowance import Allowance
from heat_engine.commands.core import Core
from heat_engine.commands.kinds import Kinds
from heat_engine.commands.nested_sample import nested_sample
from heat_engine.commands.stack_create import Order
from heat_engine.language import parameters, template
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.parameters import Parameters
from heat_engine.language.template import Template

NAME = "dummy"


def validate(
    core: Core, context: RequestContext, order: Order, *, show_nested: bool = False
) -> dict[str, Any]:
    """The parameters a template wants and the environment given. Raises what is wrong with it.

    Values that are missing, and defaults that do not do, are no fault here: this is how a client
    learns what to ask for.
    show_nested: those of the stacks nested in it too.
    """
    files = files_container.together(core, context, order.files_container, order.files)
    source = goals.source(core, order.template, order.params, files, order.environment_files)
    parsed = template.parse(source.template, source.files, source.positions)
    pseudo = parameters.pseudo(
        parsed.dialect, NAME, None, context.project_id or "", modern=parsed.version.is_aws
    )
    values = _resolved(parsed.parameters, source, pseudo)
    kinds = Kinds(core.registry, source.environment, source.files)
    problems = goals.faults(core, parsed, values, kinds)
    if problems:
        # A default is there to be replaced: what is wrong with it is no fault of the template.
        bare = {name: replace(item, default=None) for name, item in parsed.parameters.items()}
        lasting = goals.faults(core, parsed, _resolved(bare, source, pseudo), kinds)
        always = {(item.path, item.message) for item in lasting}
        problems = [item for item in problems if (item.path, item.message) in always]
    if problems:
        raise errors.StackValidationFailed(problems=problems)
    shown: dict[str, Any] = {
        "Description": parsed.description,
        "Parameters": values.describe(),
        "Environment": mask.hide_parameters(source.environment.to_dict(), parsed.parameters),
    }
    if parsed.parameter_groups:
        shown["ParameterGroups"] = parsed.parameter_groups
    if show_nested:
        shown.update(_nested(context.project_id or "", parsed, values, kinds, Allowance()))
    return shown


def _resolved(
    schemas: Mapping[str, ParameterSchema], source: goals.Source, pseudo: Mapping[str, Any]
) -> Parameters:
    given = source.environment
    return Parameters.resolve(
        schemas, given.parameters, given.parameter_defaults, pseudo, partial=True
    )


def _nested(
    project_id: str, parsed: Template, values: Parameters, kinds: Kinds, allowance: Allowance
) -> dict[str, dict[str, Any]]:
    """``NestedParameters`` by resource, at every depth; empty when nothing is nested."""
    found: dict[str, Any] = {}
    for definition in parsed.bind(values).resources.values():
        inner = nested_sample(definition, kinds, project_id, allowance)
        if inner is None:
            continue
        entry: dict[str, Any] = {
            "Type": definition.type,
            "Description": inner.template.description,
            "Parameters": inner.values.describe(),
            **_nested(project_id, inner.template, inner.values, inner.kinds, allowance),
        }
        if inner.template.parameter_groups:
            entry["ParameterGroups"] = inner.template.parameter_groups
        found[definition.name] = entry
    return {"NestedParameters": found} if found else {}
