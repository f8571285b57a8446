"""Read the events of a stack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.context import RequestContext
from heat_engine.commands import access, ancestors, mask, render
from heat_engine.commands.core import Core
from heat_engine.store import events, resources, stacks
from heat_engine.store.records import StackRecord
from heat_engine.store.session import Session


def list_events(
    core: Core,
    context: RequestContext,
    identity: dict[str, Any] | None,
    *,
    filters: Mapping[str, Any] | None = None,
    limit: int | None = None,
    marker: str | None = None,
    sort_keys: Sequence[str] = (),
    sort_dir: str | None = None,
    nested_depth: int | None = None,
) -> list[dict[str, Any]]:
    """A page of events; with ``nested_depth`` those of the whole tree down to that depth.

    A filter ``uuid`` asks for one event with its properties.
    """
    wanted = {**(filters or {})}
    uuid = wanted.pop("uuid", None)
    with core.database.read() as session:
        if identity is None:
            family = stacks.list(
                session, project_id=context.project_id or "", show_nested=bool(nested_depth)
            )
            family = [item for item in family if item.depth <= (nested_depth or 0)]
            root = None
        else:
            root = access.by_identity(session, context, identity, deleted=True)
            family = [root]
            if nested_depth:
                family = [root, *stacks.descendants(session, root, nested_depth)]
        by_id = {item.id: item for item in family}
        if uuid is not None and root is not None:
            return _one(core, session, root, str(wanted.get("resource_name", "")), str(uuid))
        page = events.list(
            session,
            list(by_id),
            filters=wanted,
            limit=limit,
            marker=marker,
            sort_keys=sort_keys or (),
            sort_dir=sort_dir,
        )
    top = root if nested_depth else None
    return [render.event(by_id[item.stack_id], item, top) for item in page]


def _one(
    core: Core, session: Session, stack: StackRecord, resource_name: str, uuid: str
) -> list[dict[str, Any]]:
    """The event with its properties, or nothing."""
    found = events.get(session, stack.id, resource_name, uuid)
    if found is None:
        return []
    shown = render.event(stack, found)
    properties = (found.properties or {}).get("properties", {})
    shown["resource_properties"] = mask.masked_within(properties, _secrets(core, session, stack))
    return [shown]


def _secrets(core: Core, session: Session, stack: StackRecord) -> set[str]:
    """What a stack's events must not show: they tell what its resources were made from."""
    guests = mask.of_guests(resources.load(session, stack.id))
    return guests | ancestors.hidden(session, core, stack)
