"""What readers of software configs and deployments are not told: hidden values of their stacks.

A guest is told what its server needs to work.
"""

from __future__ import annotations

from collections.abc import Iterable

from common.context import RequestContext
from heat_engine.commands import ancestors
from heat_engine.commands.core import Core
from heat_engine.store import resources, software_configs, software_deployments, stacks
from heat_engine.store.records import SoftwareConfigRecord, SoftwareDeploymentRecord
from heat_engine.store.session import Session


def of_config(
    session: Session, core: Core, context: RequestContext, config: SoftwareConfigRecord
) -> set[str]:
    """Of a config; one that was made for a deployment has its values."""
    if context.is_guest:
        return set()
    users = software_deployments.list(session, project_id=None, config_id=config.id)
    return _of(session, core, [config.id, *(item.id for item in users)]) | config.withheld


def of_deployments(
    session: Session,
    core: Core,
    context: RequestContext,
    deployments: Iterable[SoftwareDeploymentRecord],
) -> set[str]:
    """Of deployments, with the configs that were made for them."""
    if context.is_guest:
        return set()
    shown = [*deployments]
    configs = software_configs.load(session, [item.config_id for item in shown if item.config_id])
    withheld = {text for config in configs.values() for text in config.withheld}
    return _of(session, core, [item.id for item in shown]) | withheld


def _of(session: Session, core: Core, physical_ids: list[str]) -> set[str]:
    found: set[str] = set()
    for stack_id in resources.holders(session, physical_ids):
        stack = stacks.get(session, stack_id)
        if stack is not None:
            found |= ancestors.hidden(session, core, stack)
    return found
