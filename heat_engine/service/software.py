"""Calls about software configs and deployments."""

from __future__ import annotations

from typing import Any

from common.context import RequestContext
from heat_engine.commands import (
    software_config,
    software_deployment,
    software_publish,
    software_signal,
)
from heat_engine.commands.core import Core
from heat_engine.traversal.runner import Runner


class SoftwareMethods:
    """Calls about software configs and deployments."""

    core: Core
    runner: Runner

    def create_software_config(self, context: RequestContext, **given: Any) -> dict[str, Any]:
        return software_config.create(self.core, context, given)

    def show_software_config(self, context: RequestContext, config_id: str) -> dict[str, Any]:
        return software_config.show(self.core, context, config_id)

    def list_software_configs(self, context: RequestContext, **query: Any) -> list[dict[str, Any]]:
        return software_config.list_configs(self.core, context, **query)

    def delete_software_config(self, context: RequestContext, config_id: str) -> None:
        software_config.delete(self.core, context, config_id)

    def create_software_deployment(self, context: RequestContext, **given: Any) -> dict[str, Any]:
        made = software_deployment.create(self.core, context, given)
        software_publish.after(self.core, context, made["server_id"])
        return made

    def show_software_deployment(
        self, context: RequestContext, deployment_id: str
    ) -> dict[str, Any]:
        return software_deployment.show(self.core, context, deployment_id)

    def list_software_deployments(
        self, context: RequestContext, server_id: str | None = None
    ) -> list[dict[str, Any]]:
        return software_deployment.list_deployments(self.core, context, server_id)

    def metadata_software_deployments(
        self, context: RequestContext, server_id: str
    ) -> list[dict[str, Any]]:
        return software_deployment.metadata(self.core, context, server_id)

    def update_software_deployment(
        self, context: RequestContext, deployment_id: str, **given: Any
    ) -> dict[str, Any]:
        shown, hints = software_deployment.update(self.core, context, deployment_id, given)
        self._hint(hints)
        software_publish.after(self.core, context, shown["server_id"])
        return shown

    def signal_software_deployment(
        self,
        context: RequestContext,
        deployment_id: str,
        details: Any = None,
        updated_at: str | None = None,
    ) -> str | None:
        said, hints = software_signal.signal(self.core, context, deployment_id, details)
        self._hint(hints)
        return said

    def delete_software_deployment(self, context: RequestContext, deployment_id: str) -> None:
        server_id = software_deployment.delete(self.core, context, deployment_id)
        software_publish.after(self.core, context, server_id)

    def _hint(self, hints: list[software_deployment.Hint]) -> None:
        for owner, stack_id in hints:
            self.runner.hint(owner, stack_id)
