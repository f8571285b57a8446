"""Software deployments that a user changes, written where the server's agents look for them."""

from __future__ import annotations

from common import errors
from common.context import RequestContext
from heat_engine.clouds.interface import CloudError
from heat_engine.commands import delegation
from heat_engine.commands.core import Core
from heat_engine.commands.orchestration import EngineCloud
from heat_engine.resources import software_object
from heat_engine.store import resources


def after(core: Core, context: RequestContext, server_id: str) -> None:
    """Called when a change of what is deployed to the server is stored.

    Calls clouds, as the caller, where the server's agents poll an object. Raises
    ``ServiceUnavailable`` when it could not be written.
    """
    project_id = context.project_id or ""
    rows = core.database.query(resources.find_physical, server_id, project_id)
    if not any(software_object.is_polled(row.metadata or {}) for row in rows):
        return
    outside = core.clouds.session(project_id, delegation.borrowed(core, context))
    try:
        software_object.publish(EngineCloud(core, project_id, outside), server_id)
    except CloudError as error:
        raise errors.ServiceUnavailable(
            f"The deployment is stored, but could not be written for server {server_id}: {error}"
        ) from error
