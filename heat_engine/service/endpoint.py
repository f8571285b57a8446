"""The RPC endpoint: one method for each call of contract/native-api.md section 15."""

from __future__ import annotations

from common.context import RequestContext
from heat_engine.commands.core import Core
from heat_engine.service.catalogue import CatalogueMethods
from heat_engine.service.exports import ExportMethods
from heat_engine.service.resources import ResourceMethods
from heat_engine.service.snapshots import SnapshotMethods
from heat_engine.service.software import SoftwareMethods
from heat_engine.service.stacks import ReadMethods, StackMethods
from heat_engine.traversal.runner import Runner


class EngineService(
    StackMethods,
    ReadMethods,
    SnapshotMethods,
    ResourceMethods,
    SoftwareMethods,
    ExportMethods,
    CatalogueMethods,
):
    """All calls. Each raises only ``common.errors`` classes for what a caller can mend."""

    def __init__(self, core: Core, runner: Runner) -> None:
        self.core = core
        self.runner = runner

    def wake(self, context: RequestContext, stack_id: str) -> None:
        """A hint from another engine: something has happened to a stack that we work on."""
        self.runner.wake(stack_id)
