"""Things that a template adopts by their id instead of making them (templates.md section 5.3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from common import errors
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.orchestration import EngineCloud
from heat_engine.language.definition import ResourceDefinition
from heat_engine.resources.protocol import Outcome, Request

GONE = frozenset({"NotFound"})


def check(
    core: Core,
    goal: Goal,
    *,
    stack_name: str,
    project_id: str,
    credentials: Mapping[str, Any],
    known: Collection[tuple[str, str | None]] = (),
) -> None:
    """Look up what the goal adopts; ``known``: names and ids that the stack has already.

    Calls clouds, so that it must not run within a transaction. Raises StackValidationFailed.
    """
    wanted = [
        item
        for item in goal.bound.resources.values()
        if item.external_id is not None and (item.name, item.external_id) not in known
    ]
    if not wanted:
        return
    outside = core.clouds.session(project_id, credentials)
    cloud = EngineCloud(core, project_id, outside)
    problems = []
    for definition in wanted:
        kind = goal.kinds.wanted(definition)
        if not kind.supports_check:
            continue
        progress = kind.check(_request(definition, stack_name, project_id, cloud))
        if progress.outcome is Outcome.FAILED and progress.error in GONE:
            text = (
                f"Invalid external resource: Resource {definition.external_id} "
                f"({definition.type}) can not be found."
            )
            problems.append(errors.Problem(text, ("resources", definition.name)))
    if problems:
        raise errors.StackValidationFailed(problems=problems)


def _request(
    definition: ResourceDefinition, stack_name: str, project_id: str, cloud: EngineCloud
) -> Request:
    return Request(
        name=definition.name,
        type=definition.type,
        token="",
        physical_name=definition.name,
        stack_id="",
        stack_name=stack_name,
        project_id=project_id,
        cloud=cloud,
        physical_id=definition.external_id,
    )
