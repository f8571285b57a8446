"""Signals to resources, and marking them unhealthy (contract/engine-semantics.md 8.5, 9.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from common.context import RequestContext
from common.identifiers import new_id
from heat_engine.commands import access, ancestors, kinds, mask
from heat_engine.commands.core import Core
from heat_engine.commands.requests import Requests, StoredSignals
from heat_engine.graph.states import Action, Status
from heat_engine.language.registry_map import HOOK_TYPES
from heat_engine.store import clock, events, resources, signals, stacks, traversals
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

DEAF = frozenset({Action.SUSPEND, Action.DELETE})
UNHEALTHY = "state changed by resource_mark_unhealthy api"


def send(
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    resource_name: str,
    details: Any,
    *,
    with_metadata: bool,
) -> tuple[str, str | None, dict[str, Any] | None]:
    """Store a signal with its event: stack id, the engine to wake, the handle's new metadata.

    The metadata holds every signal there ever was: only for those who want it.
    """
    return core.database.transact(
        _send, core, context, identity, resource_name, details, with_metadata
    )


def mark_unhealthy(
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    resource_name: str,
    unhealthy: Any,
    reason: str | None,
) -> None:
    """Set CHECK_FAILED, or take it back. ``resource_name``: logical name or physical id."""
    if not isinstance(unhealthy, bool):
        raise errors.Invalid(reason="mark_unhealthy is not a boolean")
    core.database.transact(_mark, core, context, identity, resource_name, unhealthy, reason)


def _send(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    resource_name: str,
    details: Any,
    with_metadata: bool,
) -> tuple[str, str | None, dict[str, Any] | None]:
    stack = access.by_identity(session, context, identity)
    access.guest_resource(core, session, context, stack, resource_name)
    record = resources.find(session, stack.id, resource_name)
    if record is None:
        raise errors.ResourceNotFound(resource_name=resource_name, stack_name=stack.name)
    if isinstance(details, Mapping) and "unset_hook" in details:
        _clear_hook(session, stack, record, str(details["unset_hook"]))
        return stack.id, traversals.owner(session, stack.id), None
    kind = kinds.made(core.registry, record)
    if not kind.signals_itself and (record.action in DEAF or stack.action == Action.DELETE):
        action = record.action if record.action in DEAF else stack.action
        raise errors.NotSupported(feature=f"Signal resource during {action}")
    if record.action == Action.INIT:
        raise errors.ResourceNotAvailable(resource_name=resource_name)
    if not kind.supports_signal:
        raise errors.ResourceActionNotSupported(action="signal")
    stored = StoredSignals(session, record.id)
    result = kind.signal(Requests(core, stack, session).build(record, stored=stored), details)
    if result.store:
        signals.put(session, record.id, result.id, result.status, result.detail, result.data)
    if result.reason is not None:
        said = f"Signal: {result.reason}" if result.reason else _untold(details)
        reason = _shown(session, core, stack, [record], said)
        events.append(session, [_event(record, "SIGNAL", record.status, reason)])
    metadata = kind.signal_metadata(stored) if with_metadata else None
    return stack.id, traversals.owner(session, stack.id), metadata


def _clear_hook(session: Session, stack: StackRecord, record: ResourceRecord, hook: str) -> None:
    """Let a resource that is paused there go on (contract section 8.3); nobody else hears of it."""
    shown = f'{record.type.rpartition(":")[2]} "{record.name}" [{record.physical_id}]'
    shown += f' Stack "{stack.name}" [{stack.id}]'
    if hook not in HOOK_TYPES:
        raise errors.InvalidBreakPointHook(f'Invalid hook type "{hook}" for {shown}')
    traversals.lock_stack(session, stack.id)
    current = stacks.get(session, stack.id)
    traversal_id = current.traversal_id if current else None
    if not traversals.clear_hook(session, traversal_id or "", record.name, hook):
        raise errors.InvalidBreakPointHook(hook=hook, resource=shown)
    reason = f"Hook {hook} is cleared"
    events.append(session, [_event(record, record.action, record.status, reason)])


def _shown(
    session: Session, core: Core, stack: StackRecord, rows: list[ResourceRecord], said: str
) -> str:
    """What a sender says as readers are told it. rows: whose credentials it may know."""
    return mask.masked(said, mask.of_guests(rows) | ancestors.hidden(session, core, stack))


def _untold(details: Any) -> str:
    """The reason of a signal about which its handler says nothing (contract section 9.7)."""
    if not details:
        return "No signal details provided"
    if isinstance(details, str):
        return details
    if isinstance(details, Mapping) and {"previous", "current", "reason"} <= details.keys():
        change = f"from {details['previous']} to {details['current']}"
        return f"alarm state changed {change} ({details['reason']})"
    return "Unknown"


def _mark(
    session: Session,
    core: Core,
    context: RequestContext,
    identity: dict[str, Any],
    resource_name: str,
    unhealthy: bool,
    reason: str | None,
) -> None:
    stack = access.by_identity(session, context, identity, lock=True)
    if stack.status == Status.IN_PROGRESS:
        raise errors.ActionInProgress(stack_name=stack.name, action=stack.action)
    rows = [row for row in resources.load(session, stack.id) if not row.obsolete]
    found = [row for row in rows if row.name == resource_name] or [
        row for row in rows if row.physical_id == resource_name
    ]
    if not found:
        raise errors.ResourceNotFound(resource_name=resource_name, stack_name=stack.name)
    if len(found) > 1:
        raise errors.PhysicalResourceIDAmbiguity(phys_id=resource_name)
    row = found[0]
    if row.action == Action.DELETE:
        return
    failed = (row.action, row.status) == (Action.CHECK, Status.FAILED)
    if not unhealthy and not failed:
        return
    row.action, row.status = Action.CHECK, Status.FAILED if unhealthy else Status.COMPLETE
    row.status_reason = _shown(session, core, stack, rows, reason or UNHEALTHY)
    row.updated_at = clock.utc()
    resources.save(session, [row])
    events.append(session, [_event(row, row.action, row.status, row.status_reason)])


def _event(record: ResourceRecord, action: str, status: str, reason: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "stack_id": record.stack_id,
        "created_at": clock.utc(),
        "resource_name": record.name,
        "resource_type": record.type,
        "physical_id": record.physical_id,
        "action": str(action),
        "status": str(status),
        "status_reason": reason,
        "properties": record.sealed_definition,
    }
