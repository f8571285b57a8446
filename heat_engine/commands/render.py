"""Rows as the RPC contract spells them (contract/native-api.md section 15)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from common.identifiers import StackIdentity
from heat_engine.store.records import EventRecord, StackPlace, StackRecord, StackSummary
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.waits import Wait


def time(value: datetime | None) -> str | None:
    """UTC, naive, with seconds: ``YYYY-MM-DDTHH:MM:SSZ``."""
    # A long list has thousands; strftime takes ten times as long.
    return f"{value.isoformat(timespec='seconds')}Z" if value else None


def epoch(value: float | None) -> str | None:
    """The same for seconds since the epoch."""
    if value is None:
        return None
    return time(datetime.fromtimestamp(value, UTC).replace(tzinfo=None))


def identity(stack: StackSummary | StackPlace) -> StackIdentity:
    return StackIdentity(stack.project_id, stack.name, stack.id)


def summary(stack: StackSummary) -> dict[str, Any]:
    """A stack in a list. The description is empty there, as clients know it."""
    return {
        "stack_identity": identity(stack).to_dict(),
        "stack_name": stack.name,
        "description": "",
        "stack_action": stack.action,
        "stack_status": stack.status,
        "stack_status_reason": stack.status_reason,
        "creation_time": time(stack.created_at),
        "updated_time": time(stack.updated_at),
        "deletion_time": time(stack.deleted_at),
        "stack_owner": stack.user_name,
        "parent": stack.owner_id,
        "stack_user_project_id": stack.user_project_id,
        "tags": list(stack.tags) or None,
    }


def full(
    stack: StackRecord, parameters: Mapping[str, str], outputs: list[dict[str, Any]] | None
) -> dict[str, Any]:
    """A stack by itself; ``outputs`` None leaves them out."""
    shown = {
        **summary(stack),
        "description": stack.description,
        "template_description": stack.description,
        "parameters": dict(parameters),
        "notification_topics": [],
        "capabilities": [],
        "disable_rollback": stack.disable_rollback,
        "timeout_mins": stack.timeout_mins,
    }
    if outputs is not None:
        shown["outputs"] = outputs
    return shown


def resource(
    stack: StackSummary,
    record: ResourceRecord,
    required_by: Iterable[str],
    wait: Wait | None = None,
    nested: StackSummary | None = None,
) -> dict[str, Any]:
    """A resource. A waiting one says what for, since when and until when, and as its reason.

    nested: the stack nested in it.
    """
    place = identity(stack)
    shown = {
        "resource_identity": place.resource(record.name).to_dict(),
        "stack_identity": place.to_dict(),
        "stack_name": stack.name,
        "resource_name": record.name,
        "resource_type": record.type,
        "resource_action": record.action,
        "resource_status": record.status,
        "resource_status_reason": record.status_reason,
        "physical_resource_id": record.physical_id or "",
        "creation_time": time(record.created_at),
        "updated_time": time(record.updated_at or record.created_at),
        "required_by": sorted(required_by),
        "description": "",
    }
    if stack.parent_resource is not None:
        shown["parent_resource"] = stack.parent_resource
    if nested is not None:
        shown["nested_stack_id"] = identity(nested).to_dict()
    if wait is not None:
        shown["waiting_for"] = wait.words
        shown["waiting_since"] = epoch(wait.since)
        shown["waiting_until"] = epoch(wait.until)
        if record.status == "IN_PROGRESS" or record.action == "INIT":
            shown["resource_status_reason"] = f"waiting for {wait.words}"
    return shown


def required_by(records: Iterable[ResourceRecord]) -> dict[str, list[str]]:
    """Name to the names of those that require it."""
    dependents: dict[str, list[str]] = {}
    for record in records:
        if not record.obsolete:
            for name in record.requires:
                dependents.setdefault(name, []).append(record.name)
    return dependents


def event(
    stack: StackSummary | StackPlace, record: EventRecord, root: StackSummary | None = None
) -> dict[str, Any]:
    """An event; its identity's path leads to it."""
    place = identity(stack)
    path = f"/resources/{record.resource_name}/events/{record.id}"
    shown: dict[str, Any] = {
        "event_identity": StackIdentity(
            place.tenant, place.stack_name, place.stack_id, path
        ).to_dict(),
        "stack_identity": place.to_dict(),
        "stack_name": stack.name,
        "event_time": time(record.created_at),
        "resource_name": record.resource_name,
        "resource_type": record.resource_type,
        "physical_resource_id": record.physical_id,
        "resource_action": record.action,
        "resource_status": record.status,
        "resource_status_reason": record.status_reason,
    }
    if root is not None:
        shown["root_stack_id"] = identity(root).to_dict()
    return shown
