"""Create a stack, or say what creating it would make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import STACK_NAME, new_id
from heat_engine.commands import (
    change,
    delegation,
    external,
    files_container,
    named_things,
    render,
    stack_adopt,
    type_rules,
)
from heat_engine.commands import goal as goals
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.previews import Preview
from heat_engine.graph.states import Action, Status
from heat_engine.store import clock, documents, stacks, turns
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session

TRUE_WORDS = {"true": True, "false": False}
MOST_TAGS = 250
"""Heat bounds the length of a tag only, but lists show all tags of each stack."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a request says besides template and values. None: not said."""

    disable_rollback: bool | None = None
    timeout_mins: int | None = None
    tags: tuple[str, ...] | None = None
    converge: bool | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A template with what comes with it, as the RPC arguments bring it."""

    template: Any
    params: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    environment_files: list[str] = field(default_factory=list)
    files_container: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


def options(args: Mapping[str, Any]) -> Options:
    """Check the other keys of a request; raises ``StackValidationFailed`` or ``Invalid``."""
    minutes = args.get("timeout_mins")
    if minutes is not None:
        try:
            minutes = int(minutes)
        except (TypeError, ValueError):
            raise errors.StackValidationFailed(f"Invalid timeout value {minutes}") from None
        if minutes < 0:
            raise errors.StackValidationFailed(f"Invalid timeout value {minutes}")
    return Options(
        disable_rollback=_flag(args, "disable_rollback"),
        timeout_mins=minutes or None,
        tags=_tags(args.get("tags")),
        converge=_flag(args, "converge"),
    )


def create(core: Core, context: RequestContext, name: Any, order: Order) -> Begun:
    """Validate everything, then write stack, resources, traversal and plan in one transaction.

    With the document of another stack among the arguments, what that has is adopted.
    """
    chosen = options(order.args)
    stack_id = new_id()
    found = None
    if stack_adopt.DATA in order.args:
        found = stack_adopt.read(core, order.args[stack_adopt.DATA])
        order = replace(
            order,
            template=found["template"],
            params=stack_adopt.environment_of(found, order.params),
            files={**(found.get("files") or {}), **order.files},
        )
    goal = _validated(core, context, name, order, stack_id, chosen)
    if found is not None:
        types = {key: item.type for key, item in goal.bound.resources.items()}
        stack_adopt.check_types(found, types)
        goal = replace(goal, adopted=stack_adopt.adoptable(found))
    held = delegation.fresh(core, context)
    action = Action.CREATE if found is None else Action.ADOPT
    with delegation.kept(core, held):
        return core.database.transact(
            _write, core, context, name, stack_id, goal, chosen, held, action
        )


def preview(core: Core, context: RequestContext, name: Any, order: Order) -> dict[str, Any]:
    """The stack that ``create`` would make; nothing is stored."""
    chosen = options(order.args)
    goal = _validated(core, context, name, order, None, chosen)
    stack = _unborn(core, context, name, goal, chosen)
    shown = render.full(stack, goal.parameters.shown(), [])
    shown["resources"] = Preview(stack.created_at).of(goal, render.identity(stack))
    return shown


def check_name(name: Any) -> None:
    """Raises ``StackValidationFailed`` unless it is a stack's name (templates.md part B)."""
    if not isinstance(name, str):
        raise errors.StackValidationFailed(f"Invalid stack name {name}, must be a string")
    if not STACK_NAME.match(name):
        raise errors.StackValidationFailed(
            f'Invalid stack name {name} must contain only alphanumeric or "_-." characters, '
            "must start with alpha and must be 255 characters or less."
        )


def _validated(
    core: Core,
    context: RequestContext,
    name: Any,
    order: Order,
    stack_id: str | None,
    chosen: Options,
) -> Goal:
    check_name(name)
    with core.database.read() as session:
        if stacks.find_live(session, context.project_id or "", name) is not None:
            raise errors.StackExists(stack_name=name)
    files = files_container.together(core, context, order.files_container, order.files)
    source = goals.source(core, order.template, order.params, files, order.environment_files)
    goal = goals.make_checked(
        core,
        source,
        name=name,
        stack_id=stack_id,
        project_id=context.project_id or "",
        stack_timeout=goals.timeout_seconds(core, chosen.timeout_mins),
    )
    type_rules.check_goal(core, context, goal)
    project_id, credentials = context.project_id or "", delegation.borrowed(core, context)
    named_things.check(core, goal, project_id=project_id, credentials=credentials)
    external.check(core, goal, stack_name=name, project_id=project_id, credentials=credentials)
    return goal


def _check_quota(core: Core, session: Session, context: RequestContext) -> None:
    limit = core.settings.max_stacks_per_tenant
    if limit < 0 or context.is_admin:
        return
    # Those who make stacks in the same project take turns, so that each counts the ones before it.
    turns.take(session, "stacks", context.project_id or "")
    if stacks.count(session, project_id=context.project_id or "") >= limit:
        raise errors.RequestLimitExceeded(
            limit="You have reached the maximum stacks per tenant, "
            f"{limit}. Please delete some stacks."
        )


def _write(
    session: Session,
    core: Core,
    context: RequestContext,
    name: str,
    stack_id: str,
    goal: Goal,
    chosen: Options,
    credentials: Mapping[str, Any],
    action: Action,
) -> Begun:
    _check_quota(core, session, context)
    delegation.keep(session, credentials)
    disable_rollback = True if chosen.disable_rollback is None else chosen.disable_rollback
    stacks.insert(
        session,
        id=stack_id,
        project_id=context.project_id or "",
        name=name,
        user_id=context.user_id,
        user_name=context.user_name,
        user_project_id=delegation.user_project(core, context),
        description=goal.template.description,
        template_hash=documents.put(session, goal.document),
        files_hash=documents.put(session, dict(goal.files)),
        environment=goal.environment.to_dict(),
        credentials=dict(credentials),
        action=str(action),
        status=str(Status.IN_PROGRESS),
        status_reason="",
        timeout_mins=chosen.timeout_mins,
        disable_rollback=disable_rollback,
        converge=chosen.converge,
    )
    if chosen.tags:
        stacks.set_tags(session, stack_id, chosen.tags)
    stack = stacks.get(session, stack_id)
    if stack is None:
        raise LookupError(stack_id)
    return change.begin(core, session, stack, action, goal=goal)


def _unborn(
    core: Core, context: RequestContext, name: str, goal: Goal, chosen: Options
) -> StackRecord:
    return StackRecord(
        id="None",
        project_id=context.project_id or "",
        name=name,
        live_name=name,
        owner_id=None,
        parent_resource=None,
        root_id="None",
        depth=0,
        user_id=context.user_id,
        user_name=context.user_name,
        user_project_id=delegation.user_project(core, context),
        description=goal.template.description,
        template_hash="",
        files_hash="",
        action=str(Action.CREATE),
        status=str(Status.COMPLETE),
        status_reason="",
        created_at=clock.utc(),
        updated_at=None,
        deleted_at=None,
        timeout_mins=chosen.timeout_mins,
        disable_rollback=chosen.disable_rollback is not False,
        converge=chosen.converge,
        traversal_id=None,
        tags=chosen.tags or (),
        environment={},
        previous=None,
        credentials={},
    )


def _flag(args: Mapping[str, Any], key: str) -> bool | None:
    value = args.get(key)
    if value is None or isinstance(value, bool):
        return value
    word = TRUE_WORDS.get(str(value).lower())
    if word is None:
        raise errors.Invalid(reason=f'{key}: "{value}" is neither True nor False')
    return word


def _tags(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        raise errors.StackValidationFailed(f"Invalid tags, not a list: {value}")
    if len(items) > MOST_TAGS:
        raise errors.StackValidationFailed(
            f"Invalid tags, {len(items)} of them; a stack has at most {MOST_TAGS}"
        )
    for tag in items:
        if not isinstance(tag, str):
            raise errors.StackValidationFailed(f'Invalid tag, "{tag}" is not a string')
        if len(tag) > 80:
            raise errors.StackValidationFailed(f'Invalid tag, "{tag}" is longer than 80 characters')
        if "," in tag:
            raise errors.StackValidationFailed(f'Invalid tag, "{tag}" contains a comma')
    return tuple(items)
