"""Filters under both of their spellings; what they are asked cannot break the query."""

from __future__ import annotations

from typing import Any

import pytest

from heat_engine.store import stack_filters, stacks
from heat_engine.store.database import Database
from tests.unit.store.rows import add_stack


@pytest.fixture
def listed(database: Database) -> Database:
    common: dict[str, Any] = {"user_name": "ada", "timeout_mins": 1, "disable_rollback": True}
    common["user_project_id"] = "guests"
    add_stack(database, "a", **common, status_reason="fine")
    add_stack(database, "b", **{**common, "user_name": "bob"}, status="FAILED")
    add_stack(database, "c", **{**common, "timeout_mins": 2}, action="UPDATE", status="IN_PROGRESS")
    add_stack(database, "d", **{**common, "disable_rollback": False}, action="UPDATE")
    return database


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, "abcd"),
        ({"name": "a"}, "a"),
        ({"stack_name": ["a"], "name": ["b"]}, "ab"),
        ({"status": "COMPLETE"}, "ad"),
        ({"stack_status": "CREATE_COMPLETE"}, "a"),
        ({"status": ["CREATE_FAILED", "UPDATE_IN_PROGRESS"]}, "bc"),
        ({"status": "IN_PROGRESS"}, "c"),
        ({"action": "UPDATE"}, "cd"),
        ({"stack_action": ["UPDATE", "CREATE"], "status": "COMPLETE"}, "ad"),
        ({"username": "bob"}, "b"),
        ({"stack_owner": "bob"}, "b"),
        ({"stack_status_reason": "fine"}, "a"),
        ({"timeout_mins": "2"}, "c"),
        ({"timeout_mins": ["nonsense"]}, ""),
        ({"timeout_mins": "9" * 30}, ""),
        ({"disable_rollback": "False"}, "d"),
        ({"disable_rollback": False}, "d"),
        ({"disable_rollback": "perhaps"}, ""),
        ({"owner_id": "nobody"}, ""),
        ({"parent": "nobody"}, ""),
        ({"tenant": "another"}, ""),
        ({"tenant": "project"}, "abcd"),
        ({"stack_user_project_id": "another"}, ""),
        ({"stack_user_project_id": "project"}, ""),
        ({"stack_user_project_id": "guests"}, "abcd"),
        ({"name": ""}, "abcd"),
        ({"name": [None, ""]}, "abcd"),
        ({"description": "ignored"}, "abcd"),
        ({"name": "' OR 1=1 --"}, ""),
    ],
)
def test_filters(listed: Database, filters: dict[str, Any], names: str) -> None:
    found = listed.query(
        stacks.list, project_id="project", filters=filters, sort_keys=["stack_name"]
    )
    assert "".join(item.name for item in found) == names
    assert listed.query(stacks.count, project_id="project", filters=filters) == len(names)


def test_order_ends_with_the_id() -> None:
    assert stack_filters.order([], None) == (["created_at", "id"], True)
    assert stack_filters.order(["stack_name", "stack_name"], None) == (["name", "id"], False)
    assert stack_filters.order(["stack_name"], "desc") == (["name", "id"], True)
