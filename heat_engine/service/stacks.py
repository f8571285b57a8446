"""Calls that change stacks, and calls that read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.context import RequestContext
from heat_engine.commands import (
    event_list,
    event_watch,
    stack_act,
    stack_create,
    stack_delete,
    stack_show,
    stack_update,
)
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.graph.states import Action
from heat_engine.service.order import Identity, order_of
from heat_engine.traversal.runner import Runner


class StackMethods:
    """Calls that change stacks."""

    core: Core
    runner: Runner

    def create_stack(
        self, context: RequestContext, stack_name: Any, **arguments: Any
    ) -> dict[str, str]:
        begun = stack_create.create(self.core, context, stack_name, order_of(arguments))
        return self._run(begun)

    def preview_stack(
        self, context: RequestContext, stack_name: Any, **arguments: Any
    ) -> dict[str, Any]:
        return stack_create.preview(self.core, context, stack_name, order_of(arguments))

    def update_stack(
        self, context: RequestContext, stack_identity: Identity, **arguments: Any
    ) -> dict[str, str]:
        return self._run(
            stack_update.update(self.core, context, stack_identity, order_of(arguments))
        )

    def preview_update_stack(
        self, context: RequestContext, stack_identity: Identity, **arguments: Any
    ) -> dict[str, list[dict[str, Any]]]:
        return stack_update.preview(self.core, context, stack_identity, order_of(arguments))

    def delete_stack(self, context: RequestContext, stack_identity: Identity) -> None:
        begun = stack_delete.delete(self.core, context, stack_identity)
        if begun is not None:
            self.runner.begin(begun)
            self.runner.sweeper.look()

    def stack_suspend(self, context: RequestContext, stack_identity: Identity) -> None:
        self._act(context, stack_identity, Action.SUSPEND)

    def stack_resume(self, context: RequestContext, stack_identity: Identity) -> None:
        self._act(context, stack_identity, Action.RESUME)

    def stack_check(self, context: RequestContext, stack_identity: Identity) -> None:
        self._act(context, stack_identity, Action.CHECK)

    def stack_cancel_update(
        self, context: RequestContext, stack_identity: Identity, cancel_with_rollback: bool = True
    ) -> None:
        done = stack_act.cancel(self.core, context, stack_identity, rollback=cancel_with_rollback)
        if isinstance(done, Begun):
            self.runner.begin(done)
        else:
            self.runner.hint(done, stack_identity["stack_id"])

    def _act(self, context: RequestContext, identity: Identity, action: Action) -> None:
        begun = stack_act.act(self.core, context, identity, action)
        if begun is not None:
            self.runner.begin(begun)

    def _run(self, begun: Begun) -> dict[str, str]:
        self.runner.begin(begun)
        return stack_show.identity_of(begun.stack)


class ReadMethods:
    """Calls that read stacks."""

    core: Core

    def identify_stack(self, context: RequestContext, stack_name: str) -> dict[str, str]:
        return stack_show.identify(self.core, context, stack_name)

    def list_stacks(self, context: RequestContext, **query: Any) -> list[dict[str, Any]]:
        return stack_show.list_stacks(self.core, context, query)

    def count_stacks(self, context: RequestContext, **query: Any) -> int:
        return stack_show.count_stacks(self.core, context, query)

    def show_stack(
        self,
        context: RequestContext,
        stack_identity: Identity | None,
        resolve_outputs: bool = True,
    ) -> list[dict[str, Any]]:
        return stack_show.show(self.core, context, stack_identity, resolve_outputs=resolve_outputs)

    def get_template(self, context: RequestContext, stack_identity: Identity) -> Any:
        return stack_show.template(self.core, context, stack_identity)

    def get_environment(self, context: RequestContext, stack_identity: Identity) -> Any:
        return stack_show.environment(self.core, context, stack_identity)

    def get_files(self, context: RequestContext, stack_identity: Identity) -> Any:
        return stack_show.files(self.core, context, stack_identity)

    def list_outputs(self, context: RequestContext, stack_identity: Identity) -> list[Any]:
        return stack_show.list_outputs(self.core, context, stack_identity)

    def show_output(
        self, context: RequestContext, stack_identity: Identity, output_key: str
    ) -> Mapping[str, Any]:
        return stack_show.show_output(self.core, context, stack_identity, output_key)

    def list_events(
        self, context: RequestContext, stack_identity: Identity | None, **query: Any
    ) -> list[dict[str, Any]]:
        return event_list.list_events(self.core, context, stack_identity, **query)

    def watch_scope(
        self, context: RequestContext, stack_identity: Identity | None, nested_depth: int = 0
    ) -> dict[str, Any]:
        return event_watch.scope(self.core, context, stack_identity, nested_depth)

    def replay_events(
        self,
        context: RequestContext,
        scope: Mapping[str, Any],
        after: int,
        again: list[int],
        until: int,
    ) -> dict[str, Any]:
        return event_watch.replay(self.core, scope, after, again, until)

    def follow_events(
        self,
        context: RequestContext,
        after: int | None,
        again: list[int],
        project_ids: list[str],
    ) -> dict[str, Any]:
        return event_watch.follow(self.core, after, again, project_ids)
