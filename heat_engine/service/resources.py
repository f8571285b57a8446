"""Calls about the resources of stacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.context import RequestContext
from heat_engine.commands import resource_show, signal_send
from heat_engine.commands.core import Core
from heat_engine.service.order import Identity
from heat_engine.traversal.runner import Runner


class ResourceMethods:
    """Calls about the resources of stacks."""

    core: Core
    runner: Runner

    def describe_stack_resource(
        self,
        context: RequestContext,
        stack_identity: Identity,
        resource_name: str,
        with_attr: Any = None,
    ) -> dict[str, Any]:
        return resource_show.describe(self.core, context, stack_identity, resource_name, with_attr)

    def list_stack_resources(
        self,
        context: RequestContext,
        stack_identity: Identity,
        nested_depth: int = 0,
        with_detail: bool = False,
        filters: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        return resource_show.list_resources(
            self.core,
            context,
            stack_identity,
            nested_depth=nested_depth,
            with_detail=with_detail,
            filters=filters,
        )

    def find_physical_resource(
        self, context: RequestContext, physical_resource_id: str
    ) -> dict[str, str]:
        return resource_show.find_physical(self.core, context, physical_resource_id)

    def resource_signal(
        self,
        context: RequestContext,
        stack_identity: Identity,
        resource_name: str,
        details: Any = None,
        sync_call: bool = False,
    ) -> dict[str, Any] | None:
        stack_id, owner, metadata = signal_send.send(
            self.core, context, stack_identity, resource_name, details, with_metadata=sync_call
        )
        self.runner.hint(owner, stack_id)
        return metadata

    def resource_mark_unhealthy(
        self,
        context: RequestContext,
        stack_identity: Identity,
        resource_name: str,
        mark_unhealthy: Any,
        resource_status_reason: str | None = None,
    ) -> None:
        signal_send.mark_unhealthy(
            self.core,
            context,
            stack_identity,
            resource_name,
            mark_unhealthy,
            resource_status_reason,
        )
