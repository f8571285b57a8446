"""Validate a template without a stack (contract/native-api.md section 13.1)."""

from __future__ import annotations

from typing import Any

from common import errors
from common.context import RequestContext
from heat_engine.commands import goal as goals
from heat_engine.commands.core import Core
from heat_engine.commands.stack_create import Order
from heat_engine.language import parameters, template, validation
from heat_engine.language.parameters import Parameters

NAME = "dummy"


def validate(core: Core, context: RequestContext, order: Order) -> dict[str, Any]:
    """The parameters a template wants and the environment given; ``{"Error": text}`` when invalid.

    Values that are missing are no fault here: this is how a client learns what to ask for.
    """
    source = goals.source(core, order.template, order.params, order.files, order.environment_files)
    try:
        parsed = template.parse(source.template, source.files, source.positions)
        values = Parameters.resolve(
            parsed.parameters,
            source.environment.parameters,
            source.environment.parameter_defaults,
            parameters.pseudo(parsed.dialect, NAME, None, context.project_id or ""),
            partial=True,
        )
        problems = validation.validate(parsed.bind(values), core.registry.interface)
    except errors.StackValidationFailed as error:
        return {"Error": error.message}
    if problems:
        return {"Error": errors.StackValidationFailed(problems=problems).message}
    shown: dict[str, Any] = {
        "Description": parsed.description,
        "Parameters": values.describe(),
        "Environment": source.environment.to_dict(),
    }
    if parsed.parameter_groups:
        shown["ParameterGroups"] = parsed.parameter_groups
    return shown
