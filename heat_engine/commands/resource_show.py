"""Read the resources of a stack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from common import errors
from common.context import RequestContext
from heat_engine.clouds.interface import CloudError
from heat_engine.commands import access, ancestors, kinds, mask, render, software_deployment
from heat_engine.commands.core import Core
from heat_engine.commands.requests import Requests, signals_of
from heat_engine.commands.scope import StackScope
from heat_engine.resources.protocol import ResourceType
from heat_engine.store import resources, signals, stacks, waits
from heat_engine.store.records import StackRecord, StackSummary
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

FILTERS = {
    "name": "name",
    "action": "action",
    "id": "id",
    "physical_resource_id": "physical_id",
}


def list_resources(
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    *,
    nested_depth: int = 0,
    with_detail: bool = False,
    filters: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """The current resources, those waiting with what they wait for.

    nested_depth: how many levels of nested stacks to show too. Takes a handful of statements,
    however many there are.
    """
    depth = min(int(nested_depth or 0), core.settings.max_nested_stack_depth)
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity, deleted=True)
        below = stacks.descendants(session, stack, depth + 1)
        family = [stack, *(item for item in below if item.depth <= stack.depth + depth)]
        found = _rows(session, family, in_full=with_detail)
        rows = _current(found)
        hidden = _hidden(core, session, context, rows, family if with_detail else ())
        waiting = _waits(waits.of_stacks(session, [item.id for item in family]), found)
    nested = {item.id: item for item in below}
    shown = []
    for item in family:
        mine = rows.get(item.id, [])
        dependents = render.required_by(mine)
        for row in mine:
            if not _matches(row, filters or {}):
                continue
            child = nested.get(row.child_id or "")
            required_by = dependents.get(row.name, ())
            entry = render.resource(item, row, required_by, waiting.get(row.id), child)
            if with_detail:
                read = _attributes(core, item, mine, row, ())
                entry["attributes"] = mask.masked_within(read, hidden[item.id])
            shown.append(entry)
    return shown


def _rows(session: Session, family: list[StackSummary], *, in_full: bool) -> list[ResourceRecord]:
    """Resources, replaced ones too; not ``in_full``: only what a list shows."""
    ids = [item.id for item in family]
    if in_full:
        return [row for stack_id in ids for row in resources.load(session, stack_id)]
    return resources.load_outlines(session, ids)


def _current(found: Iterable[ResourceRecord]) -> dict[str, list[ResourceRecord]]:
    """Those that nothing has replaced, by stack."""
    rows: dict[str, list[ResourceRecord]] = {}
    for row in found:
        if not row.obsolete:
            rows.setdefault(row.stack_id, []).append(row)
    return rows


def _waits(
    found: Mapping[str, waits.Wait], rows: Iterable[ResourceRecord]
) -> dict[str, waits.Wait]:
    """Waits by resource. What a resource has replaced is not shown: its wait is told with the one
    that stands for it now."""
    told, heirs = dict(found), {}
    replaced = []
    for row in rows:
        if not row.obsolete:
            heirs[row.stack_id, row.name] = row.id
        elif row.id in found and found[row.id].begun:
            replaced.append(row)
    for row in replaced:
        heir, wait = heirs.get((row.stack_id, row.name)), found[row.id]
        if heir is not None:
            words = f"what it has replaced to be deleted: {wait.words}"
            told.setdefault(heir, replace(wait, words=words))
    return told


def describe(
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    resource_name: str,
    with_attr: Iterable[str] | bool | None = None,
) -> dict[str, Any]:
    """One resource with metadata; attributes too unless ``with_attr`` is False."""
    with core.database.read() as session:
        stack = access.by_identity(session, context, identity)
        access.guest_resource(core, session, context, stack, resource_name)
        found = resources.load(session, stack.id)
        rows = [row for row in found if not row.obsolete]
        waiting = _waits(waits.of_stacks(session, [stack.id]), found)
        row = next((row for row in rows if row.name == resource_name), None)
        if row is None:
            raise errors.ResourceNotFound(resource_name=resource_name, stack_name=stack.name)
        kind = kinds.made(core.registry, row)
        stored = signals.list(session, row.id) if kind.is_handle else []
        child = stacks.get(session, row.child_id) if row.child_id else None
        metadata = _with_software(session, kind, stack, row)
        hidden = _hidden(core, session, context, {stack.id: rows}, [stack])[stack.id]
    shown = render.resource(
        stack, row, render.required_by(rows).get(row.name, ()), waiting.get(row.id), child
    )
    told = kind.signal_metadata(signals_of(stored)) if stored else metadata
    shown["metadata"] = mask.masked_within(told, hidden)
    if with_attr is not False:
        extra = () if isinstance(with_attr, bool) or with_attr is None else tuple(with_attr)
        read = _attributes(core, stack, rows, row, extra)
        shown["attributes"] = mask.masked_within(read, hidden)
    return shown


def find_physical(core: Core, context: RequestContext, physical_id: str) -> dict[str, str]:
    """The identity of the resource with that physical id, in the caller's project."""
    with core.database.read() as session:
        found = resources.find_physical(session, physical_id, context.project_id or "")
        for row in found:
            stack = access.by_name(session, context, row.stack_id)
            return render.identity(stack).resource(row.name).to_dict()
    raise errors.EntityNotFound(entity="Resource", name=physical_id)


def _hidden(
    core: Core,
    session: Session,
    context: RequestContext,
    rows: Mapping[str, list[ResourceRecord]],
    family: Iterable[StackSummary],
) -> dict[str, set[str]]:
    """What must not be shown of each stack. A guest reads what its server was given to work with;
    who may only read is not told with what to signal."""
    if context.is_guest:
        return {item.id: set() for item in family}
    found = {item.id: ancestors.hidden(session, core, item) for item in family}
    if context.only_reads:
        for stack_id in found:
            found[stack_id] |= mask.of_guests(rows.get(stack_id, ()))
    return found


def _with_software(
    session: Session, kind: ResourceType, stack: StackRecord, row: ResourceRecord
) -> dict[str, Any]:
    """The stored metadata; that of a server with agents tells them what is deployed to it."""
    metadata = dict(row.metadata or {})
    if kind.polls_software and "os-collect-config" in metadata:
        server_id = row.physical_id or ""
        metadata["deployments"] = software_deployment.of_server(
            session, server_id, stack.project_id
        )
    return metadata


def _matches(row: ResourceRecord, filters: Mapping[str, Any]) -> bool:
    for key, value in filters.items():
        wanted = value if isinstance(value, list) else [value]
        if key == "type":
            if not any(str(item) in row.type for item in wanted):
                return False
        elif key == "status":
            if not {row.status, f"{row.action}_{row.status}"} & set(wanted):
                return False
        elif key in FILTERS and getattr(row, FILTERS[key]) not in wanted:
            return False
    return True


def _attributes(
    core: Core,
    stack: StackSummary,
    rows: list[ResourceRecord],
    row: ResourceRecord,
    extra: Iterable[str],
) -> dict[str, Any]:
    """Attributes of the type and those asked for; one that cannot be read is null."""
    if not isinstance(stack, StackRecord):
        stack = core.database.query(stacks.get, stack.id) or stack
    if not isinstance(stack, StackRecord):
        return {}
    requests = Requests(core, stack)
    scope = StackScope(core, requests, {item.name: item for item in rows})
    kind = kinds.made(core.registry, row)
    known = (
        kind.attribute_names(requests.build(row)) if kind.nested else kind.interface().attributes
    )
    values: dict[str, Any] = {}
    for name in {*known, *extra}:
        try:
            values[name] = scope.whole(row.name, name)
        except (errors.HearthError, CloudError):
            values[name] = None
    shown = values.pop("show", None)
    return {**shown, **values} if isinstance(shown, dict) else values
