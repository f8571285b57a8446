"""Events: written in groups, listed by contract/native-api.md section 10, pruned."""

from __future__ import annotations

from typing import Any

import pytest

from heat_engine.store import events
from heat_engine.store.database import Database
from tests.unit.store.rows import event_row


def _reasons(database: Database, stack_ids: list[str], **arguments: Any) -> str:
    found = database.query(events.list, stack_ids, **arguments)
    return "".join(item.status_reason for item in found)


@pytest.fixture
def listed(database: Database) -> Database:
    rows = [
        event_row("s1", "web", status_reason="a", resource_type="B", action="CREATE"),
        event_row("s1", "db", status_reason="b", resource_type="A", status="IN_PROGRESS"),
        event_row("s2", "web", status_reason="c", resource_type="A"),
        event_row("s1", "web", status_reason="d", resource_type="B", action="UPDATE"),
        event_row("s3", "Web", status_reason="e", resource_type="C"),
    ]
    database.transact(events.append, rows[:2])
    database.transact(events.append, rows[2:])
    database.transact(events.append, [])
    return database


@pytest.mark.parametrize(
    ("arguments", "reasons"),
    [
        ({}, "dcba"),
        ({"sort_dir": "asc"}, "abcd"),
        ({"sort_dir": "desc"}, "dcba"),
        ({"sort_keys": ["event_time"]}, "abcd"),
        ({"sort_keys": ["event_time"], "sort_dir": "desc"}, "dcba"),
        ({"sort_keys": ["resource_type"]}, "bcad"),
        ({"sort_keys": ["nonsense"]}, "dcba"),
        ({"limit": 0}, ""),
        ({"limit": 3}, "dcb"),
        ({"marker": "nonsense"}, "dcba"),
        ({"filters": {"resource_name": "web"}}, "dca"),
        ({"filters": {"resource_name": ["web", "db"], "resource_action": "UPDATE"}}, "d"),
        ({"filters": {"resource_status": "IN_PROGRESS"}}, "b"),
        ({"filters": {"resource_status": "CREATE_COMPLETE"}}, ""),
        ({"filters": {"resource_type": ["A"]}}, "cb"),
        ({"filters": {"resource_type": [], "resource_name": "", "other": "x"}}, "dcba"),
    ],
)
def test_lists(listed: Database, arguments: dict[str, Any], reasons: str) -> None:
    assert _reasons(listed, ["s1", "s2"], **arguments) == reasons


@pytest.mark.parametrize("sort_keys", [["event_time"], ["resource_type"], []])
@pytest.mark.parametrize("sort_dir", ["asc", "desc", None])
def test_pages_join_to_the_whole(
    listed: Database, sort_keys: list[str], sort_dir: str | None
) -> None:
    order: dict[str, Any] = {"sort_keys": sort_keys, "sort_dir": sort_dir}
    stack_ids = ["s1", "s2", "s3"]
    whole = listed.query(events.list, stack_ids, **order)
    found = []
    marker = None
    while page := listed.query(events.list, stack_ids, limit=2, marker=marker, **order):
        found += page
        marker = page[-1].id
    assert found == whole
    assert len(found) == 5


def test_no_stack_has_no_events(listed: Database) -> None:
    assert _reasons(listed, []) == ""


def test_one_event_with_its_properties(database: Database) -> None:
    sealed = database.vault.encrypt_json({"password": "s3cret"})
    row = event_row("s", "web", properties=sealed, physical_id="p")
    database.transact(events.append, [row])
    found = database.query(events.get, "s", "web", row["id"])
    assert found is not None
    assert found.properties == {"password": "s3cret"}
    assert "s3cret" not in repr(found)
    assert (found.created_at, found.physical_id) == (row["created_at"], "p")
    for wrong in (("other", "web", row["id"]), ("s", "Web", row["id"]), ("s", "web", "other")):
        assert database.query(events.get, *wrong) is None
    [listed] = database.query(events.list, ["s"])
    assert listed.properties is None


def test_prune_keeps_the_newest(database: Database) -> None:
    rows = [event_row("s", f"r{number}") for number in range(30)]
    database.transact(events.append, [*rows, event_row("other", "r")])
    assert database.transact(events.prune, "s", 30) == 0
    assert database.transact(events.prune, "s", 10) == 20
    assert database.transact(events.prune, "s", 10) == 0
    kept = database.query(events.list, ["s"], sort_dir="asc")
    assert [item.resource_name for item in kept] == [f"r{number}" for number in range(20, 30)]
    assert len(database.query(events.list, ["other"])) == 1


def test_prune_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PRUNE_BATCH", 5)
    database.transact(events.append, [event_row("s", f"r{number}") for number in range(14)])
    assert [database.transact(events.prune, "s", 2) for _ in range(4)] == [5, 5, 2, 0]
    kept = database.query(events.list, ["s"], sort_dir="asc")
    assert [item.resource_name for item in kept] == ["r12", "r13"]
