"""Rows of resources as commands get them."""

from __future__ import annotations

from typing import Any

from heat_engine.store import clock
from heat_engine.store.resources import ResourceRecord

NOW = clock.utc()


def row(id: str, name: str = "a", state: str = "CREATE_COMPLETE", **fields: Any) -> ResourceRecord:
    action, status = state.split("_", 1)
    made = ResourceRecord(
        id=id,
        stack_id="s",
        name=name,
        type="OS::Heat::TestResource",
        action=action,
        status=status,
        created_at=NOW,
    )
    for key, value in fields.items():
        setattr(made, key, value)
    return made
