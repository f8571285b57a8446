"""Update a stack, or say what an update would do to each resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common import errors
from common.context import RequestContext
from heat_engine.commands import (
    access,
    ancestors,
    change,
    delegation,
    external,
    files_container,
    named_things,
    room,
    type_rules,
    update_preview,
)
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal, Source
from heat_engine.commands.stack_create import Options, Order, options
from heat_engine.graph.states import NO_UPDATE, Action, Status
from heat_engine.language import environment
from heat_engine.language.environment import Environment
from heat_engine.store import clock, documents, stacks
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session

ATTEMPTS = 5


class Moved(Exception):
    """The stack was changed by somebody else between reading and writing it."""


def update(core: Core, context: RequestContext, identity: dict[str, Any], order: Order) -> Begun:
    """Validate the new goal, then write it with its plan; supersedes a running change.

    ``args["existing"]`` is the mark of PATCH: what is not given stays (native-api.md section 8.5).
    """
    stack, goal, chosen = _prepare(core, context, identity, order)
    held = delegation.renewed(core, context, stack, takes_over=True)
    existing = bool(order.args.get("existing"))
    with delegation.kept(core, held):
        for _ in range(ATTEMPTS):
            try:
                return core.database.transact(
                    _write, core, context, identity, stack, goal, chosen, existing, held
                )
            except Moved:
                stack, goal, chosen = _prepare(core, context, identity, order)
        raise errors.ActionInProgress(stack_name=stack.name, action=stack.action)


def preview(
    core: Core, context: RequestContext, identity: dict[str, Any], order: Order
) -> dict[str, list[dict[str, Any]]]:
    """Which resources an update leaves, updates, replaces, adds and deletes; changes nothing.

    ``args["show_nested"]``: those of nested stacks too. Where the update would look at the real
    things first (``converge``), so does this. What a rule of the environment forbids says
    so in its reason (engine-semantics.md section 8.2).
    """
    stack, goal, chosen = _prepare(core, context, identity, order)
    wished = stack.converge if chosen.converge is None else chosen.converge
    return update_preview.lists(
        core,
        stack,
        goal,
        nested=bool(order.args.get("show_nested")),
        converge=bool(wished or core.settings.observe_on_update),
    )


def _prepare(
    core: Core, context: RequestContext, identity: dict[str, Any], order: Order
) -> tuple[StackRecord, Goal, Options]:
    chosen = options(order.args)
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        _check_state(stack)
        before = goals.load(core, session, stack)
    files = files_container.together(core, context, order.files_container, order.files)
    source = goals.source(
        core,
        before.document if order.template is None else order.template,
        order.params,
        files,
        order.environment_files,
    )
    if order.args.get("existing"):
        source = _over_existing(source, before, order.args.get("clear_parameters") or ())
    elif order.template is None:
        raise errors.StackValidationFailed("No template specified")
    minutes = chosen.timeout_mins or stack.timeout_mins
    goal = goals.make_checked(
        core,
        source,
        name=stack.name,
        stack_id=stack.id,
        project_id=stack.project_id,
        stack_timeout=goals.timeout_seconds(core, minutes),
    )
    goal.parameters.check_immutable(before.parameters)
    type_rules.check_goal(core, context, goal)
    credentials = delegation.borrowed(core, context)
    named_things.check(
        core, goal, project_id=stack.project_id, credentials=credentials, before=before
    )
    external.check(
        core,
        goal,
        stack_name=stack.name,
        project_id=stack.project_id,
        credentials=credentials,
        known={(item.name, item.external_id) for item in before.bound.resources.values()},
    )
    return stack, goal, chosen


def _check_state(stack: StackRecord) -> None:
    if stack.action == Action.ADOPT and stack.status == Status.IN_PROGRESS:
        raise errors.ActionInProgress(stack_name=stack.name, action=stack.action)
    if stack.action == Action.ADOPT and stack.status == Status.FAILED:
        # Its other resources would be made anew beside those that are there.
        raise errors.NotSupported(
            feature="Updating a stack whose adoption has failed (delete it, which keeps what was "
            "adopted, and adopt again)"
        )
    if stack.action in NO_UPDATE:
        word = "suspended" if stack.action == Action.SUSPEND else "deleting"
        raise errors.NotSupported(feature=f"Updating a stack when it is {word}")


def _over_existing(source: Source, before: Goal, cleared: Any) -> Source:
    """The request laid over what the stack has; parameters the template lacks are dropped."""
    if not isinstance(cleared, (list, tuple)):
        raise errors.Invalid(reason="clear_parameters is not a list")
    held, given = before.environment, source.environment
    merged = environment.parse(
        {
            **held.to_dict(),
            **{key: value for key, value in given.to_dict().items() if value},
            "parameters": {
                **{key: value for key, value in held.parameters.items() if key not in cleared},
                **given.parameters,
            },
            "parameter_defaults": {**held.parameter_defaults, **given.parameter_defaults},
            "resource_registry": {**held.resource_registry, **given.resource_registry},
        }
    )
    document = source.template
    if not isinstance(document, Mapping):
        raise errors.StackValidationFailed("The template is not a JSON object or YAML mapping.")
    declared = document.get("parameters") or document.get("Parameters") or {}
    known = {key: value for key, value in merged.parameters.items() if key in declared}
    final: Environment = environment.parse({**merged.to_dict(), "parameters": known})
    final = replace(final, origins=given.origins)
    return Source(document, {**before.files, **source.files}, final, source.positions)


def _write(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    seen: StackRecord,
    goal: Goal,
    chosen: Options,
    existing: bool,
    held: Mapping[str, Any] | None,
) -> Begun:
    stack = access.by_identity(session, context, identity, lock=True)
    _check_state(stack)
    if stack.template_hash != seen.template_hash or stack.traversal_id != seen.traversal_id:
        raise Moved
    columns: dict[str, Any] = {
        "template_hash": documents.put(session, goal.document),
        "files_hash": documents.put(session, dict(goal.files)),
        "environment": goal.environment.to_dict(),
        "description": goal.template.description,
        "updated_at": clock.utc(),
        "previous": way_back(stack),
    }
    if stack.status != Status.COMPLETE:
        columns["withheld"] = ancestors.given_up(session, core, stack)
    if chosen.timeout_mins is not None:
        columns["timeout_mins"] = chosen.timeout_mins
    if chosen.disable_rollback is not None:
        columns["disable_rollback"] = chosen.disable_rollback
    if chosen.converge is not None:
        columns["converge"] = chosen.converge
    room.check(session, core, stack.root_id, stack.id, len(goal.bound.resources))
    stacks.update(session, stack.id, **columns)
    if chosen.tags is not None or not existing:
        stacks.set_tags(session, stack.id, chosen.tags or ())
    fresh = stacks.get(session, stack.id)
    if fresh is None:
        raise LookupError(stack.id)
    fresh = delegation.replace(session, fresh, held)
    return change.begin(core, session, fresh, Action.UPDATE, goal=goal)


def way_back(stack: StackRecord) -> dict[str, Any]:
    """Where a rollback leads: the last goal that was reached, or failing that the present one."""
    if stack.previous is not None and stack.status != Status.COMPLETE:
        return stack.previous
    return {
        "template_hash": stack.template_hash,
        "files_hash": stack.files_hash,
        "environment": stack.environment,
        "description": stack.description,
    }
