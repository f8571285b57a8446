"""Page sizes."""

from __future__ import annotations

from typing import Any

import pytest

from heat_engine.store import events, paging, stacks
from heat_engine.store.database import Database
from tests.unit.store.rows import add_stack, event_row


def test_bounded() -> None:
    assert paging.bounded(None) is None
    assert [paging.bounded(limit) for limit in (-1, 0, 5, 2**70)] == [0, 0, 5, 2**31 - 1]


@pytest.mark.parametrize(("limit", "found"), [(None, 1), (2**70, 1), (1, 1), (0, 0), (-5, 0)])
def test_lists_take_any_limit(database: Database, limit: int | None, found: int) -> None:
    stack_id = add_stack(database, "one")
    database.transact(events.append, [event_row(stack_id, "web")])
    arguments: dict[str, Any] = {"limit": limit}
    assert len(database.query(stacks.list, project_id="project", **arguments)) == found
    assert len(database.query(events.list, [stack_id], **arguments)) == found
