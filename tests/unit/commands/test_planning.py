from __future__ import annotations

from typing import Any

from heat_engine.commands import planning
from tests.unit.commands.rows import row


def made_from(value: str) -> dict[str, Any]:
    return {"type": "t", "properties": {"value": value}, "metadata": {}, "fingerprint": {}}


def test_tries_are_kept_until_one_succeeds() -> None:
    record = row("1", definition=made_from("old"))
    record.define(planning.trying(record, made_from("one")))
    record.define(planning.trying(record, made_from("two")))
    record.define(planning.trying(record, made_from("one")))
    assert [item["properties"]["value"] for item in planning.tried(record)] == ["two", "one"]
    assert record.properties == {"value": "old"}
    assert not planning.same(record.definition, made_from("old"))


def test_a_try_that_never_began_is_forgotten() -> None:
    record = row("1", definition=made_from("old"))
    record.define(planning.trying(record, made_from("one")))
    assert planning.not_tried(record) == made_from("old")
    record.define(planning.trying(record, made_from("two")))
    record.define(planning.not_tried(record))
    assert [item["properties"]["value"] for item in planning.tried(record)] == ["one"]


def test_the_newest_whole_spare_that_fits_is_taken() -> None:
    rows = [
        row("1", obsolete=True, definition=made_from("x")),
        row("2", obsolete=True, definition=made_from("x")),
        row("3", obsolete=True, definition=made_from("y")),
        row("4", state="CREATE_FAILED", obsolete=True, definition=made_from("x")),
        row("5", state="DELETE_COMPLETE", obsolete=True, definition=made_from("x")),
        row("6", "b", obsolete=True, definition=made_from("x")),
        row("7", definition=made_from("x")),
    ]
    found = planning.spare_of(rows[-1], rows, made_from("x"))
    assert found is rows[1]
    assert planning.spare_of(rows[-1], rows, made_from("z")) is None


def test_a_spare_that_is_taken_back_is_as_it_was() -> None:
    meant = {**made_from("x"), "fingerprint": {"deletion_policy": "Delete"}}
    spare = row("1", obsolete=True, definition=meant, deletion_policy="Retain")
    spare.status_reason = "The Resource a requires replacement."
    current = row("2")
    planning.take_back(spare, current)
    assert (spare.obsolete, current.obsolete) == (False, True)
    assert (spare.deletion_policy, spare.status_reason) == ("Delete", "state changed")


def test_same_compares_as_json_does() -> None:
    assert planning.same({"a": (1, 2)}, {"a": [1, 2]})
    assert not planning.same({"a": 1}, {"a": "1"})
