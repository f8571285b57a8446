"""Software deployments: make, list, show, change, delete (contract/native-api.md section 11.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import new_id
from heat_engine.commands import mask, render, software_config, software_hidden
from heat_engine.commands.core import Core
from heat_engine.store import resources, software_configs, software_deployments, traversals, turns
from heat_engine.store.records import SoftwareDeploymentRecord
from heat_engine.store.session import Session

LONGEST = {"server_id": 255, "action": 255, "status": 255, "stack_user_project_id": 64}
MAPS = ("input_values", "output_values")
# Whom a change of a deployment may concern: the engine that works on a stack, and the stack.
Hint = tuple[str | None, str]


def create(core: Core, context: RequestContext, given: Mapping[str, Any]) -> dict[str, Any]:
    """given: server_id, config_id, and what ``checked`` takes.

    Raises ``NotFound`` for an unknown config, ``Invalid``, or ``RequestLimitExceeded``.
    """
    fields = {"action": "INIT", "status": "COMPLETE", "status_reason": "", **checked(given)}
    if not fields.get("server_id"):
        raise errors.Invalid(reason="a software deployment needs a server_id")
    limit = -1 if context.is_admin else core.settings.max_software_deployments_per_tenant
    return document(core.database.transact(_create, context, limit, fields))


def show(core: Core, context: RequestContext, deployment_id: str) -> dict[str, Any]:
    with core.database.read() as session:
        found = visible(session, context, deployment_id)
        hidden = software_hidden.of_deployments(session, core, context, [found])
    shown: dict[str, Any] = mask.masked_within(document(found), hidden)
    return shown


def list_deployments(
    core: Core, context: RequestContext, server_id: str | None = None
) -> list[dict[str, Any]]:
    with core.database.read() as session:
        found = software_deployments.list(
            session, project_id=context.project_id or "", server_id=server_id
        )
        hidden = software_hidden.of_deployments(session, core, context, found)
    return [mask.masked_within(document(item), hidden) for item in found]


def metadata(core: Core, context: RequestContext, server_id: str) -> list[dict[str, Any]]:
    """What an agent on the server polls: the config of each deployment.

    A guest learns of its own server only; raises ``Forbidden``. Others see no hidden values.
    """
    with core.database.read() as session:
        if context.is_guest and _server_of(session, context) != server_id:
            raise errors.Forbidden(action=f"the software deployments of server {server_id}")
        project_id = context.project_id or ""
        found = software_deployments.list(session, project_id=project_id, server_id=server_id)
        hidden = software_hidden.of_deployments(session, core, context, found)
        told = of_server(session, server_id, project_id)
    return [mask.masked_within(item, hidden) for item in told]


def update(
    core: Core, context: RequestContext, deployment_id: str, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Hint]]:
    """Change what is given and not empty: the deployment, and who may be waiting for it."""
    fields = {key: value for key, value in checked(given).items() if value}
    return core.database.transact(_update, core, context, deployment_id, fields)


def delete(core: Core, context: RequestContext, deployment_id: str) -> str:
    """The id of the server that it was for."""
    return core.database.transact(_delete, context, deployment_id)


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something, as they are stored. Raises ``Invalid``."""
    fields: dict[str, Any] = {}
    for key in (*LONGEST, "config_id", "status_reason"):
        value = given.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise errors.Invalid(reason=f"{key} of a software deployment must be text")
        if len(value) > LONGEST.get(key, len(value)):
            raise errors.Invalid(
                reason=f"{key} of a software deployment has at most {LONGEST[key]} characters"
            )
        fields[key] = value
    for key in MAPS:
        value = given.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise errors.Invalid(reason=f"{key} of a software deployment must be a map")
        if value is not None:
            fields[key] = dict(value)
    return fields


def add(
    session: Session, limit: int, deployment_id: str, project_id: str, fields: Mapping[str, Any]
) -> SoftwareDeploymentRecord | None:
    """Store what ``checked`` gave; None when the id has been withdrawn. A limit of -1 is off."""
    if limit >= 0:
        turns.take(session, software_config.TURN, project_id)
    if 0 <= limit <= software_deployments.count(session, project_id=project_id):
        raise errors.RequestLimitExceeded(
            limit="You have reached the maximum software deployments per tenant, "
            f"{limit}. Please delete some software deployments."
        )
    if fields.get("config_id"):
        # Who deletes it meanwhile waits, and then sees that it is used.
        software_configs.get(session, fields["config_id"], lock=True)
    return software_deployments.insert(session, id=deployment_id, project_id=project_id, **fields)


def visible(
    session: Session, context: RequestContext, deployment_id: str, *, lock: bool = False
) -> SoftwareDeploymentRecord:
    """A deployment of the caller's project or its stack users'; raises ``NotFound``."""
    found = software_deployments.get(session, deployment_id, lock=lock)
    mine = found is not None and context.project_id in (
        found.project_id,
        found.stack_user_project_id,
    )
    if found is None or not (mine or context.is_admin):
        raise errors.NotFound(f"Deployment with id {deployment_id} not found")
    return found


def of_server(session: Session, server_id: str, project_id: str) -> list[dict[str, Any]]:
    """The configs deployed to a server, by their names."""
    found = software_deployments.list(session, project_id=project_id, server_id=server_id)
    configs = software_configs.load(session, [item.config_id for item in found if item.config_id])
    deployed = [configs[item.config_id] for item in found if item.config_id in configs]
    deployed.sort(key=lambda config: config.name or "")
    return [software_config.document(config) for config in deployed]


def document(record: SoftwareDeploymentRecord) -> dict[str, Any]:
    """A deployment as the API shows it."""
    shown = {
        "id": record.id,
        "config_id": record.config_id,
        "server_id": record.server_id,
        "input_values": record.input_values or {},
        "output_values": record.output_values,
        "action": record.action,
        "status": record.status,
        "status_reason": record.status_reason,
        "creation_time": render.time(record.created_at),
    }
    if record.updated_at is not None:
        shown["updated_time"] = render.time(record.updated_at)
    return shown


def concerned(session: Session, record: SoftwareDeploymentRecord) -> list[Hint]:
    """The stacks whose resource the deployment is, with the engines that work on them."""
    found = resources.find_physical(session, record.id, record.project_id)
    return [(traversals.owner(session, row.stack_id), row.stack_id) for row in found]


def _create(
    session: Session, context: RequestContext, limit: int, fields: Mapping[str, Any]
) -> SoftwareDeploymentRecord:
    made = add(session, limit, new_id(), context.project_id or "", fields)
    if made is None:
        raise LookupError("a new id was withdrawn")
    # Behind the turn, like whoever adds something.
    software_config.visible(session, context, str(fields.get("config_id")))
    return made


def _update(
    session: Session,
    core: Core,
    context: RequestContext,
    deployment_id: str,
    fields: Mapping[str, Any],
) -> tuple[dict[str, Any], list[Hint]]:
    record = visible(session, context, deployment_id, lock=True)
    changes = {
        key: value
        for key, value in fields.items()
        if key not in ("server_id", "stack_user_project_id")
    }
    if "config_id" in changes:
        software_config.visible(session, context, changes["config_id"], lock=True)
    changed = software_deployments.update(session, record, **changes)
    hidden = software_hidden.of_deployments(session, core, context, [changed])
    return mask.masked_within(document(changed), hidden), concerned(session, changed)


def _delete(session: Session, context: RequestContext, deployment_id: str) -> str:
    found = visible(session, context, deployment_id, lock=True)
    software_deployments.delete(session, deployment_id)
    return found.server_id


def _server_of(session: Session, context: RequestContext) -> str | None:
    """The server that a guest is the credential of."""
    if context.guest_stack_id is None or context.guest_resource is None:
        return None
    row = resources.find(session, context.guest_stack_id, context.guest_resource)
    return None if row is None else row.physical_id
