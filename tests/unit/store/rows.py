"""Rows that tests of several modules need."""

from __future__ import annotations

import uuid
from typing import Any

from heat_engine.store import clock, stacks
from heat_engine.store.database import Database


def stack_columns(name: str, **columns: Any) -> dict[str, Any]:
    """A complete stack as ``stacks.insert`` takes it."""
    return {
        "id": str(uuid.uuid4()),
        "project_id": "project",
        "name": name,
        "template_hash": "t" * 64,
        "files_hash": "f" * 64,
        "action": "CREATE",
        "status": "COMPLETE",
        **columns,
    }


def add_stack(database: Database, name: str, **columns: Any) -> str:
    """Insert a stack; its id."""
    row = stack_columns(name, **columns)
    database.transact(stacks.insert, **row)
    return str(row["id"])


def resource_row(stack_id: str, name: str, **columns: Any) -> dict[str, Any]:
    """A row of the resource table with all that may not be null."""
    return {
        "id": str(uuid.uuid4()),
        "stack_id": stack_id,
        "name": name,
        "type": "OS::Heat::None",
        "action": "CREATE",
        "status": "COMPLETE",
        "requires": "[]",
        "created_at": clock.utc(),
        **columns,
    }


def event_row(stack_id: str, resource_name: str, **columns: Any) -> dict[str, Any]:
    """An event as ``events.append`` takes it."""
    return {
        "id": str(uuid.uuid4()),
        "stack_id": stack_id,
        "created_at": clock.utc(),
        "resource_name": resource_name,
        "resource_type": "OS::Heat::None",
        "physical_id": None,
        "action": "CREATE",
        "status": "COMPLETE",
        "status_reason": "state changed",
        "properties": None,
        **columns,
    }


def snapshot_columns(stack_id: str, **columns: Any) -> dict[str, Any]:
    """A complete snapshot as ``snapshots.insert`` takes it."""
    snapshot_id = str(uuid.uuid4())
    return {
        "id": snapshot_id,
        "root_id": snapshot_id,
        "stack_id": stack_id,
        "name": None,
        "action": "CREATE",
        "status": "COMPLETE",
        "status_reason": "",
        "template_hash": "t" * 64,
        "files_hash": "f" * 64,
        "data": {},
        **columns,
    }
