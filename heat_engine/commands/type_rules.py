"""Which resource types who asks may use: the policy rules ``resource_types:<TYPE>``.

Source: contract/native-api.md section 6. Templates are checked when a stack takes them, nested ones
when it comes to them, with the roles that were stored with the stack.
"""

from __future__ import annotations

from collections.abc import Iterable

from common import errors
from common.context import RequestContext
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.store import resources, stacks
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session


def check_goal(core: Core, context: RequestContext, goal: Goal) -> None:
    """Raises ``Forbidden`` naming the types that the template has and the caller may not use."""
    _check(core, context, (goal.kinds.target(item).name for item in goal.bound.resources.values()))


def check_stack(core: Core, session: Session, context: RequestContext, stack: StackRecord) -> None:
    """The same for what a stack has already, with all that is nested in it."""
    if core.policy is not None:
        ids = [stack.id, *(item.id for item in stacks.tree(session, stack.root_id))]
        _check(core, context, resources.types(session, ids))


def check_type(core: Core, context: RequestContext, name: str) -> None:
    """The same for one type."""
    _check(core, context, [name])


def owner(stack: StackRecord) -> RequestContext:
    """Who a stack acts for, as far as rules ask."""
    held = stack.credentials
    return RequestContext(
        user_id=held.get("user_id"),
        project_id=stack.project_id,
        roles=list(held.get("roles") or ()),
        overwrite=False,
    )


def allowed(core: Core, context: RequestContext, name: str) -> bool:
    """Whether the caller may use a type."""
    return core.policy is None or core.policy.allows_type(context, name)


def _check(core: Core, context: RequestContext, names: Iterable[str]) -> None:
    refused = sorted(name for name in set(names) if not allowed(core, context, name))
    if refused:
        raise errors.Forbidden(action=f"the resource type {', '.join(refused)}")
