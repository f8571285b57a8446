"""Outputs of a stack, resolved with the resources as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from heat_engine.clouds.interface import CloudError
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.requests import Requests
from heat_engine.commands.scope import StackScope
from heat_engine.language import functions
from heat_engine.store import resources
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

NO_DESCRIPTION = "No description given"


def resolve(
    core: Core, stack: StackRecord, goal: Goal, rows: list[ResourceRecord]
) -> list[dict[str, Any]]:
    """All outputs; one that cannot be read has a null value and says why as ``output_error``."""
    current = {row.name: row for row in rows if not row.obsolete}
    scope = StackScope(core, Requests(core, stack), current)
    return [_one(scope, name, goal) for name in goal.bound.outputs]


def needed(core: Core, session: Session, stack_id: str, goal: Goal) -> list[ResourceRecord]:
    """The rows that outputs refer to, with the handles that wait conditions among them read."""
    targets = [
        reference.target
        for output in goal.bound.outputs.values()
        for reference in output.references
    ]
    if not all(isinstance(target, str) for target in targets):
        return resources.load(session, stack_id)
    if not targets:
        return []
    handles = _handles(core, goal)
    return resources.load(session, stack_id, names=sorted(set(targets)), types=handles)


def _handles(core: Core, goal: Goal) -> list[str]:
    """Names of the types that are handles, those that only this stack has included."""
    wanted = {item.type for item in goal.bound.resources.values()}
    mapped = [name for name in wanted if core.registry.interface(name) is None]
    return [*core.registry.handles, *sorted(mapped)]


def listed(goal: Goal) -> list[dict[str, str]]:
    """Names and descriptions, nothing resolved."""
    return [
        {"output_key": name, "description": output.description or NO_DESCRIPTION}
        for name, output in goal.bound.outputs.items()
    ]


def resolve_one(
    core: Core, stack: StackRecord, goal: Goal, rows: list[ResourceRecord], name: str
) -> Mapping[str, Any]:
    """One output. Raises ``NotFound`` when the template has none of that name."""
    if name not in goal.bound.outputs:
        raise errors.NotFound(f"Specified output key {name} not found.")
    current = {row.name: row for row in rows if not row.obsolete}
    return _one(StackScope(core, Requests(core, stack), current), name, goal)


def _one(scope: StackScope, name: str, goal: Goal) -> dict[str, Any]:
    output = goal.bound.outputs[name]
    shown: dict[str, Any] = {
        "output_key": name,
        "description": output.description or NO_DESCRIPTION,
        "output_value": None,
    }
    if not output.enabled:
        return shown
    try:
        shown["output_value"] = functions.resolve(output.value, scope)
    except errors.HearthError as error:
        shown["output_error"] = error.message
    except CloudError as error:
        shown["output_error"] = str(error)
    return shown
