"""Read stacks: identity, lists, details, template, environment, files, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.context import RequestContext
from heat_engine.commands import access, ancestors, mask, outputs, render
from heat_engine.commands import goal as goals
from heat_engine.commands.core import Core
from heat_engine.graph.states import Action, Status
from heat_engine.store import documents, stacks
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session


def identify(core: Core, context: RequestContext, name: str) -> dict[str, str]:
    with core.database.read() as session:
        return render.identity(access.by_name(session, context, name)).to_dict()


def list_stacks(
    core: Core, context: RequestContext, query: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A page of summaries; ``query`` as the RPC contract names its arguments."""
    with core.database.read() as session:
        found = stacks.list(session, **_wanted(core, context, query))
    return [render.summary(stack) for stack in found]


def count_stacks(core: Core, context: RequestContext, query: Mapping[str, Any]) -> int:
    wanted = _wanted(core, context, query)
    for key in ("limit", "marker", "sort_keys", "sort_dir"):
        wanted.pop(key, None)
    with core.database.read() as session:
        return stacks.count(session, **wanted)


def show(
    core: Core,
    context: RequestContext,
    identity: dict[str, Any] | None,
    *,
    resolve_outputs: bool = True,
) -> list[dict[str, Any]]:
    """One stack in full, or all of the project's when there is no identity."""
    with core.database.read() as session:
        if identity is None:
            listed = stacks.list(session, project_id=context.project_id or "")
            found = [stack for item in listed if (stack := stacks.get(session, item.id))]
        else:
            found = [access.by_identity(session, context, identity, deleted=True)]
        held = [_Held(core, session, context, stack, resolve_outputs) for stack in found]
    return [item.render(core) for item in held]


def template(core: Core, context: RequestContext, identity: dict[str, Any]) -> Any:
    """The stored template, as it was given."""
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity, deleted=True)
        return documents.get(session, stack.template_hash)


def files(core: Core, context: RequestContext, identity: dict[str, Any]) -> Any:
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity, deleted=True)
        return documents.get(session, stack.files_hash)


def environment(core: Core, context: RequestContext, identity: dict[str, Any]) -> dict[str, Any]:
    """The stored environment; values of hidden parameters are masked."""
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity, deleted=True)
        goal = goals.load(core, session, stack)
        around = ancestors.secrets(session, core, stack)
    shown = mask.hide_parameters(goal.environment.to_dict(), goal.template.parameters)
    shown.update(mask.masked_within({key: shown[key] for key in mask.SECTIONS}, around))
    # Clients look for the rules of single resources without asking whether there are any.
    shown["resource_registry"] = {"resources": {}, **shown["resource_registry"]}
    return shown


def list_outputs(core: Core, context: RequestContext, identity: dict[str, Any]) -> list[Any]:
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        return list(outputs.listed(goals.load(core, session, stack)))


def show_output(
    core: Core, context: RequestContext, identity: dict[str, Any], key: str
) -> Mapping[str, Any]:
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        goal = goals.load(core, session, stack)
        rows = outputs.needed(core, session, stack.id, goal)
        hidden = ancestors.hidden(session, core, stack, goal)
        if context.only_reads:
            hidden |= mask.of_guests(rows)
    shown: Mapping[str, Any] = mask.masked_within(
        outputs.resolve_one(core, stack, goal, rows, key), hidden
    )
    return shown


class _Held:
    """What showing a stack takes, read in one go; outputs are resolved after the transaction."""

    def __init__(
        self,
        core: Core,
        session: Session,
        context: RequestContext,
        stack: StackRecord,
        resolve: bool,
    ) -> None:
        gone = (stack.action, stack.status) == (Action.DELETE, Status.COMPLETE)
        self.stack = stack
        self.goal = goals.load(core, session, stack)
        self.resolve = resolve and not gone
        self.rows = outputs.needed(core, session, stack.id, self.goal) if self.resolve else []
        self.around = ancestors.secrets(session, core, stack)
        self.hidden = ancestors.hidden(session, core, stack, self.goal)
        if context.only_reads:
            self.hidden |= mask.of_guests(self.rows)

    def render(self, core: Core) -> dict[str, Any]:
        shown = outputs.resolve(core, self.stack, self.goal, self.rows) if self.resolve else None
        return render.full(
            self.stack,
            mask.masked_within(self.goal.parameters.shown(), self.around),
            mask.masked_within(shown, self.hidden),
        )


def _wanted(core: Core, context: RequestContext, query: Mapping[str, Any]) -> dict[str, Any]:
    """The store's arguments; without those that say nothing, so that its defaults hold."""
    wanted = {key: value for key, value in query.items() if value is not None}
    everywhere = wanted.pop("global_tenant", False)
    wanted["project_id"] = None if everywhere else context.project_id or ""
    if not wanted.pop("show_hidden", False):
        avoided = [*wanted.get("not_tags_any", ()), *core.settings.hidden_stack_tags]
        wanted["not_tags_any"] = avoided
    return wanted


def identity_of(stack: StackRecord) -> dict[str, str]:
    """The identity that a call which changes a stack answers with."""
    return render.identity(stack).to_dict()
