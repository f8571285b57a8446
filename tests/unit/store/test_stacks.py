"""Stacks: one live name, secrets sealed, lists by contract/native-api.md section 8.3."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from common import errors
from heat_engine.store import clock, stacks
from heat_engine.store.database import Database
from heat_engine.store.tables import stack
from tests.unit.store.rows import add_stack, stack_columns


def _names(database: Database, **arguments: Any) -> list[str]:
    arguments = {"project_id": "project", "sort_keys": ["stack_name"], **arguments}
    return [item.name for item in database.query(stacks.list, **arguments)]


def test_a_stack_comes_back_whole(database: Database) -> None:
    created = datetime(2026, 1, 2, 3, 4, 5, 123456)  # noqa: DTZ001
    row = stack_columns(
        "whole",
        created_at=created,
        environment={"parameters": {"password": "s3cret"}},
        previous={"template_hash": "p"},
        credentials={"trust_id": "s3cret"},
        user_name="ada",
        description="d" * 100_000,
        timeout_mins=5,
        disable_rollback=False,
    )
    database.transact(stacks.insert, **row)
    database.transact(stacks.set_tags, row["id"], ["z", "a", "z"])
    found = database.query(stacks.get, row["id"])
    assert found is not None
    for name, value in row.items():
        assert getattr(found, name) == value, name
    assert (found.live_name, found.root_id, found.depth) == ("whole", row["id"], 0)
    assert found.disable_rollback is False
    assert found.tags == ("z", "a")
    assert found == database.query(stacks.find_live, "project", "whole")
    assert "s3cret" not in repr(found)
    with database.read() as session:
        stored = session.execute(select(stack)).one()
    assert "s3cret" not in repr(stored)


def test_what_is_not_there(database: Database) -> None:
    assert database.query(stacks.get, "nothing") is None
    assert database.query(stacks.find_live, "project", "nothing") is None
    assert database.transact(stacks.update, "nothing", status="FAILED") is False


def test_update_and_the_end_of_a_name(database: Database) -> None:
    first = add_stack(database, "name")
    with pytest.raises(errors.StackExists, match=r"The Stack \(name\) already exists."):
        add_stack(database, "name")
    add_stack(database, "name", project_id="another")
    assert database.transact(
        stacks.update,
        first,
        live_name=None,
        deleted_at=clock.utc(),
        environment={"new": 1},
        previous=None,
    )
    second = add_stack(database, "name")
    found = database.query(stacks.find_live, "project", "name")
    assert found is not None
    assert found.id == second
    old = database.query(stacks.get, first)
    assert old is not None
    assert (old.environment, old.previous, old.credentials) == ({"new": 1}, None, {})
    with pytest.raises(errors.StackExists):
        database.transact(stacks.update, first, live_name="name")


def test_names_compare_byte_by_byte(database: Database) -> None:
    names = ["web", "Web", "wéb", "web ", "we\u0301b"]
    for name in names:
        add_stack(database, name)
    for name in names:
        found = database.query(stacks.find_live, "project", name)
        assert found is not None
        assert found.name == name


def test_the_same_id_twice_is_our_own_mistake(database: Database) -> None:
    row = stack_columns("once")
    database.transact(stacks.insert, **row)
    with pytest.raises(IntegrityError):
        database.transact(stacks.insert, **{**row, "name": "other", "live_name": "other"})


def test_of_twenty_who_want_a_name_one_gets_it(database: Database) -> None:
    start = threading.Barrier(20)
    outcomes: list[str] = []

    def race() -> None:
        row = stack_columns("wanted")
        start.wait(30)
        try:
            database.transact(stacks.insert, **row)
            outcomes.append(row["id"])
        except errors.StackExists:
            outcomes.append("exists")

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 20
    assert outcomes.count("exists") == 19
    found = database.query(stacks.find_live, "project", "wanted")
    assert found is not None
    assert found.id in outcomes


@pytest.fixture
def several(database: Database) -> Database:
    base = clock.utc() - timedelta(hours=1)
    for number, (action, status) in enumerate(
        [("CREATE", "COMPLETE"), ("CREATE", "FAILED"), ("UPDATE", "FAILED"), ("DELETE", "COMPLETE")]
    ):
        add_stack(
            database,
            f"s{number}",
            action=action,
            status=status,
            created_at=base + timedelta(minutes=number),
            updated_at=base if number % 2 else None,
            deleted_at=base if action == "DELETE" else None,
            user_name="ada" if number else "bob",
            timeout_mins=number,
            disable_rollback=number > 0,
        )
    parent = database.query(stacks.find_live, "project", "s0")
    assert parent is not None
    add_stack(database, "nested", owner_id=parent.id, root_id=parent.id, depth=1)
    add_stack(database, "foreign", project_id="another")
    return database


def test_whose_and_which_stacks_are_listed(several: Database) -> None:
    assert _names(several) == ["s0", "s1", "s2"]
    assert _names(several, show_deleted=True) == ["s0", "s1", "s2", "s3"]
    assert _names(several, show_nested=True) == ["nested", "s0", "s1", "s2"]
    assert _names(several, project_id="another") == ["foreign"]
    assert _names(several, project_id=None) == ["foreign", "s0", "s1", "s2"]
    assert _names(several, limit=0) == []
    with several.read() as session:
        assert stacks.count(session, project_id="project") == 3
        assert stacks.count(session, project_id="project", show_deleted=True) == 4
        assert stacks.count(session, project_id=None, filters={"name": ["s0", "foreign"]}) == 2


def test_newest_first_unless_asked(several: Database) -> None:
    assert _names(several, sort_keys=[]) == ["s2", "s1", "s0"]
    assert _names(several, sort_keys=[], sort_dir="asc") == ["s0", "s1", "s2"]
    assert _names(several, sort_keys=["nonsense"]) == ["s2", "s1", "s0"]
    assert _names(several, sort_keys=["stack_name"], sort_dir="desc") == ["s2", "s1", "s0"]
    assert _names(several, sort_keys=["stack_status", "stack_name"]) == ["s0", "s1", "s2"]


@pytest.mark.parametrize("sort_dir", ["asc", "desc"])
@pytest.mark.parametrize(
    "sort_keys", [["updated_time"], ["stack_status", "updated_time"], ["creation_time"]]
)
def test_pages_join_to_the_whole(several: Database, sort_keys: list[str], sort_dir: str) -> None:
    order: dict[str, Any] = {"sort_keys": sort_keys, "sort_dir": sort_dir, "show_deleted": True}
    whole = several.query(stacks.list, project_id=None, **order)
    found: list[str] = []
    marker = None
    while page := several.query(stacks.list, project_id=None, limit=2, marker=marker, **order):
        found += [item.id for item in page]
        marker = page[-1].id
    assert found == [item.id for item in whole]
    assert len(found) == 5


def test_a_missing_update_time_sorts_first(several: Database) -> None:
    assert _names(several, sort_keys=["updated_time", "stack_name"])[-1] == "s1"


def test_an_unknown_marker_is_ignored(several: Database) -> None:
    assert _names(several, marker="nonsense") == ["s0", "s1", "s2"]
    foreign = several.query(stacks.find_live, "another", "foreign")
    assert foreign is not None
    assert _names(several, marker=foreign.id) == ["s0", "s1", "s2"]


@pytest.fixture
def tagged(database: Database) -> Database:
    for name, tags in {"a": ["x", "y"], "b": ["y"], "c": [], "d": ["X"]}.items():
        database.transact(stacks.set_tags, add_stack(database, name), tags)
    return database


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"tags": ["x", "y"]}, ["a"]),
        ({"tags": ["y", "y"]}, ["a", "b"]),
        ({"tags_any": ["x", "y"]}, ["a", "b"]),
        ({"not_tags": ["x", "y"]}, ["b", "c", "d"]),
        ({"not_tags_any": ["x", "y"]}, ["c", "d"]),
        ({"tags": ["y"], "not_tags_any": ["x"]}, ["b"]),
    ],
)
def test_tags_select(tagged: Database, arguments: dict[str, Any], names: list[str]) -> None:
    assert _names(tagged, **arguments) == names
    assert tagged.query(stacks.count, project_id="project", **arguments) == len(names)


def test_tags_are_listed_in_their_order(tagged: Database) -> None:
    listed = tagged.query(stacks.list, project_id="project", limit=3, sort_keys=["stack_name"])
    assert [item.tags for item in listed] == [("x", "y"), ("y",), ()]


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def count(*given: Any) -> None:
        if str(given[2]).startswith("SELECT"):
            seen.append(str(given[2]))

    event.listen(database._reader, "before_cursor_execute", count)
    yield seen
    event.remove(database._reader, "before_cursor_execute", count)


def test_a_list_takes_as_many_statements_for_many_stacks_as_for_few(database: Database) -> None:
    counts = []
    for amount in (2, 60):
        ids = []
        for number in range(amount):
            ids.append(add_stack(database, f"n{amount}-{number}"))
            database.transact(stacks.set_tags, ids[-1], ["t"])
        with _counted(database) as seen:
            database.query(stacks.list, project_id="project")
            database.query(stacks.list, project_id="project", limit=50, marker=ids[-1])
        counts.append(len(seen))
    assert counts == [5, 5]


def test_children_and_trees(database: Database) -> None:
    root = add_stack(database, "root")
    child = add_stack(database, "child", owner_id=root, root_id=root, depth=1)
    gone: dict[str, Any] = {"owner_id": root, "root_id": root, "deleted_at": clock.utc()}
    add_stack(database, "gone", **gone)
    add_stack(database, "grandchild", owner_id=child, root_id=root, depth=2)
    assert [item.name for item in database.query(stacks.children, root)] == ["child"]
    tree = {item.name for item in database.query(stacks.tree, root)}
    assert tree == {"root", "child", "grandchild"}


def test_a_tree_shares_the_project_of_its_guests(database: Database) -> None:
    root = add_stack(database, "root", user_project_id="own")
    inner = add_stack(database, "inner", owner_id=root, root_id=root, depth=1)
    other = add_stack(database, "other", user_project_id="own")
    database.transact(stacks.set_user_project, root, "guests")
    found = [database.query(stacks.get, name) for name in (root, inner, other)]
    assert [item and item.user_project_id for item in found] == ["guests", "guests", "own"]
