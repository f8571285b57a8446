"""Exports: a name has one owner, and whoever imports it is known."""

from __future__ import annotations

from heat_engine.store import exports, stacks
from heat_engine.store.database import Database
from tests.unit.store.rows import add_stack


def test_a_name_has_one_owner(database: Database) -> None:
    database.transact(exports.take, "p", "first", ["b", "a"])
    database.transact(exports.take, "p", "second", ["a", "c"])
    database.transact(exports.take, "q", "third", ["a"])
    found = database.query(exports.find, "p", ["a", "b", "c", "d"])
    assert {name: item.stack_id for name, item in found.items()} == {
        "a": "first",
        "b": "first",
        "c": "second",
    }
    assert [item.name for item in database.query(exports.held, ["first"])] == ["a", "b"]


def test_names_are_compared_byte_by_byte(database: Database) -> None:
    database.transact(exports.take, "p", "first", ["a", "A", "a "])
    assert len(database.query(exports.held, ["first"])) == 3


def test_a_value_is_there_when_it_is_published(database: Database) -> None:
    owner = add_stack(database, "s", project_id="p")
    database.transact(exports.take, "p", owner, ["a", "b"])
    assert database.query(exports.value, "p", "a") == (False, None)
    database.transact(exports.publish, "p", owner, {"a": {"k": [1]}})
    assert database.query(exports.value, "p", "a") == (True, {"k": [1]})
    assert database.query(exports.value, "q", "a") == (False, None)
    database.transact(exports.publish, "p", "stranger", {"b": 1})
    assert database.query(exports.value, "p", "b") == (False, None)
    listed = database.query(exports.list, "p")
    assert [(item.name, item.value, owner) for item, owner in listed] == [("a", {"k": [1]}, "s")]
    database.transact(exports.give_back, owner)
    assert [item.name for item in database.query(exports.held, [owner])] == ["a"]
    database.transact(exports.withdraw, "p", "stranger", ["a"])
    assert database.query(exports.value, "p", "a") == (True, {"k": [1]})
    database.transact(exports.withdraw, "p", owner, ["a"])
    assert database.query(exports.value, "p", "a") == (False, None)


def test_importers(database: Database) -> None:
    ids = [add_stack(database, name, project_id="p") for name in ("t", "s", "gone")]
    for stack_id in ids:
        database.transact(exports.add_imports, "p", stack_id, ["a", "b"])
        database.transact(exports.add_imports, "p", stack_id, ["a"])
    database.transact(
        stacks.update, ids[2], deleted_at=database.query(stacks.get, ids[0]).created_at
    )
    assert database.query(exports.importers, "p", ["a", "x"]) == {"a": ["s", "t"]}
    assert database.query(exports.importers, "q", ["a"]) == {}
    assert database.query(exports.importers, "p", ["b"], outside={ids[0]}) == {"b": ["s"]}
    database.transact(exports.keep_imports, ids[0], ["b"])
    assert database.query(exports.importers, "p", ["a", "b"]) == {"a": ["s"], "b": ["s", "t"]}


def test_many_names(database: Database) -> None:
    """More than one statement takes."""
    names = [f"n{number}" for number in range(1200)]
    database.transact(exports.take, "p", "s", names)
    database.transact(exports.add_imports, "p", "s", names)
    assert len(database.query(exports.find, "p", names)) == 1200
    database.transact(exports.keep_imports, "s", [])
    database.transact(exports.withdraw, "p", "s", names)
    assert database.query(exports.held, ["s"]) == []


def test_a_tree(database: Database) -> None:
    root = add_stack(database, "r")
    child = add_stack(database, "c", owner_id=root, root_id=root, depth=1)
    grandchild = add_stack(database, "g", owner_id=child, root_id=root, depth=2)
    add_stack(database, "other")
    assert database.query(exports.tree, root) == {root, child, grandchild}
    assert database.query(exports.tree, child) == {child, grandchild}
