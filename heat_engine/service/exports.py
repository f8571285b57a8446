"""Calls about what stacks export to one another."""

from __future__ import annotations

from typing import Any

from common.context import RequestContext
from heat_engine.commands import exports
from heat_engine.commands.core import Core


class ExportMethods:
    """Calls about what stacks export to one another."""

    core: Core

    def list_exports(
        self, context: RequestContext, limit: int | None = None, marker: str | None = None
    ) -> list[dict[str, Any]]:
        return exports.list_exports(self.core, context, limit, marker)

    def list_imports(self, context: RequestContext, export_name: str) -> list[str]:
        return exports.list_imports(self.core, context, export_name)
