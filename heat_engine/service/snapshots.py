"""Calls about snapshots of stacks, and about stacks that change hands."""

from __future__ import annotations

from typing import Any

from common.context import RequestContext
from heat_engine.commands import stack_abandon, stack_snapshot
from heat_engine.commands.core import Core
from heat_engine.service.order import Identity
from heat_engine.traversal.runner import Runner


class SnapshotMethods:
    """Calls about what a stack was, and what it can be made from again."""

    core: Core
    runner: Runner

    def stack_snapshot(
        self, context: RequestContext, stack_identity: Identity, name: Any = None
    ) -> dict[str, Any]:
        shown, begun = stack_snapshot.create(self.core, context, stack_identity, name)
        self.runner.begin(begun)
        return shown

    def show_snapshot(
        self, context: RequestContext, stack_identity: Identity, snapshot_id: str
    ) -> dict[str, Any]:
        return stack_snapshot.show(self.core, context, stack_identity, snapshot_id)

    def stack_list_snapshots(
        self, context: RequestContext, stack_identity: Identity
    ) -> list[dict[str, Any]]:
        return stack_snapshot.list_snapshots(self.core, context, stack_identity)

    def delete_snapshot(
        self, context: RequestContext, stack_identity: Identity, snapshot_id: str
    ) -> None:
        stack_snapshot.delete(self.core, context, stack_identity, snapshot_id)
        self.runner.sweeper.look()

    def stack_restore(
        self, context: RequestContext, stack_identity: Identity, snapshot_id: str
    ) -> None:
        self.runner.begin(stack_snapshot.restore(self.core, context, stack_identity, snapshot_id))

    def export_stack(self, context: RequestContext, stack_identity: Identity) -> dict[str, Any]:
        return stack_abandon.export(self.core, context, stack_identity)

    def abandon_stack(self, context: RequestContext, stack_identity: Identity) -> dict[str, Any]:
        document = stack_abandon.abandon(self.core, context, stack_identity)
        self.runner.sweeper.look()
        return document
