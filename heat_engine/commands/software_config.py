"""Software configs: make, list, show, delete (contract/native-api.md section 11.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import new_id
from heat_engine.commands import mask, render, software_hidden
from heat_engine.commands.core import Core
from heat_engine.resources.heat import software_inputs
from heat_engine.store import software_configs, software_deployments, turns
from heat_engine.store.records import SoftwareConfigRecord, SoftwareConfigSummary
from heat_engine.store.session import Session

LONGEST_NAME = 255
# Configs and deployments have one turn for both: who adds one of each cannot wait in a circle.
TURN = "software"


def create(core: Core, context: RequestContext, given: Mapping[str, Any]) -> dict[str, Any]:
    """given: name, group, config, inputs, outputs, options; raises ``Invalid``, or
    ``RequestLimitExceeded`` when the project has too many configs."""
    fields = checked(given)
    limit = -1 if context.is_admin else core.settings.max_software_configs_per_tenant
    made = core.database.transact(add, limit, new_id(), context.project_id or "", fields)
    if made is None:
        raise LookupError("a new id was withdrawn")
    return document(made)


def show(core: Core, context: RequestContext, config_id: str) -> dict[str, Any]:
    with core.database.read() as session:
        config = visible(session, context, config_id)
        hidden = software_hidden.of_config(session, core, context, config)
    shown: dict[str, Any] = mask.masked_within(document(config), hidden)
    return shown


def list_configs(
    core: Core,
    context: RequestContext,
    *,
    limit: int | None = None,
    marker: str | None = None,
    global_tenant: bool = False,
) -> list[dict[str, Any]]:
    """Newest first; an administrator sees whose each is."""
    found = core.database.query(
        software_configs.list,
        project_id=None if global_tenant else context.project_id or "",
        limit=limit,
        marker=marker,
    )
    return [
        {**_head(item), "project": item.project_id} if context.is_admin else _head(item)
        for item in found
    ]


def delete(core: Core, context: RequestContext, config_id: str) -> None:
    """Raises ``Invalid`` while a deployment uses the config."""
    core.database.transact(_delete, context, config_id)


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """name, group and body of a config as they are stored. Raises ``Invalid``."""
    fields: dict[str, Any] = {"name": given.get("name"), "group": given.get("group")}
    for key, value in fields.items():
        if value is not None and not isinstance(value, str):
            raise errors.Invalid(reason=f"{key} of a software config must be text")
        if value is not None and len(value) > LONGEST_NAME:
            raise errors.Invalid(
                reason=f"{key} of a software config has at most {LONGEST_NAME} characters"
            )
    options = given.get("options") or {}
    if not isinstance(options, Mapping):
        raise errors.Invalid(reason="options of a software config must be a map")
    fields["body"] = {
        "config": given.get("config"),
        "inputs": software_inputs.inputs(given.get("inputs")),
        "outputs": software_inputs.outputs(given.get("outputs")),
        "options": dict(options),
    }
    return fields


def add(
    session: Session, limit: int, config_id: str, project_id: str, fields: Mapping[str, Any]
) -> SoftwareConfigRecord | None:
    """Store what ``checked`` gave; None when the id has been withdrawn. A limit of -1 is off."""
    if limit >= 0:
        # Whoever adds to the same project waits, so that each counts the ones before it.
        turns.take(session, TURN, project_id)
    if 0 <= limit <= software_configs.count(session, project_id):
        raise errors.RequestLimitExceeded(
            limit="You have reached the maximum software configs per tenant, "
            f"{limit}. Please delete some software configs."
        )
    return software_configs.insert(session, id=config_id, project_id=project_id, **fields)


def visible(
    session: Session, context: RequestContext, config_id: str, *, lock: bool = False
) -> SoftwareConfigRecord:
    """A config of the caller's project; raises ``NotFound``. ``lock``: it stays, see ``used``."""
    found = software_configs.get(session, config_id, lock=lock)
    if found is None or not (context.is_admin or found.project_id == context.project_id):
        raise errors.NotFound(f"Software config with id {config_id} not found")
    return found


def used(session: Session, config_id: str) -> bool:
    """Whether a deployment uses the config. Until the transaction ends, no other begins to: who
    deploys a config locks it too."""
    software_configs.get(session, config_id, lock=True)
    return bool(software_deployments.count(session, config_id=config_id))


def refuse_used(session: Session, config_id: str) -> None:
    """Raises ``Invalid`` while a deployment uses the config, see ``used``."""
    if used(session, config_id):
        raise errors.Invalid(reason=f"software config {config_id} is used by a deployment")


def document(record: SoftwareConfigRecord) -> dict[str, Any]:
    """A config as the API shows it."""
    return {**_head(record), **record.body}


def _head(record: SoftwareConfigSummary) -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "group": record.group,
        "creation_time": render.time(record.created_at),
    }


def _delete(session: Session, context: RequestContext, config_id: str) -> None:
    visible(session, context, config_id)
    refuse_used(session, config_id)
    software_configs.delete(session, config_id)
