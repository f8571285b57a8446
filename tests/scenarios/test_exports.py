"""Stacks that export values to one another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from common import errors
from tests.scenarios.exporting import (
    EMPTY,
    begin,
    change,
    exporter,
    exports,
    importer,
    make,
    preview,
    rows,
    settle,
)
from tests.scenarios.world import MINE, OTHERS, Stack, World, until


def test_a_value_goes_from_stack_to_stack(any_world: World) -> None:
    world = any_world
    source = make(world, "net", exporter("subnet-1"))
    user = make(world, "app", importer())
    assert user.output("got") == "subnet-1"
    assert world.engine.service.list_exports(MINE) == [
        {
            "name": "net-id",
            "value": "subnet-1",
            "stack_identity": {**source.identity, "path": ""},
            "imported_by": ["app"],
        }
    ]
    assert world.engine.service.list_imports(MINE, "net-id") == ["app"]
    assert world.engine.service.list_exports(OTHERS) == []
    with pytest.raises(errors.ExportInUse) as caught:
        source.delete()
    assert caught.value.message == "Export net-id cannot be deleted as it is in use by app."
    assert source.state == "CREATE_COMPLETE"
    user.delete()
    settle(world, (1, 0))
    source.delete()
    settle(world, (0, 0))


def test_who_imports_is_told_before_anything_is_made(world: World) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        begin(world, "app", importer())
    assert caught.value.problems[0].message == (
        "No export named net-id found. Create the stack that exports it first."
    )
    assert caught.value.problems[0].path == (
        *("Resources", "user", "Properties", "value", "Fn::ImportValue"),
    )
    with pytest.raises(errors.StackValidationFailed):
        world.engine.service.preview_stack(MINE, "app", template=importer(), params={}, args={})
    with pytest.raises(errors.ExportNotFound):
        world.engine.service.list_imports(MINE, "net-id")
    assert rows(world) == (0, 0)


def test_the_exports_of_other_projects_are_not_seen(world: World) -> None:
    make(world, "net", exporter())
    with pytest.raises(errors.StackValidationFailed, match="No export named net-id"):
        begin(world, "app", importer(), context=OTHERS)
    theirs = begin(world, "net", exporter("theirs"), context=OTHERS)
    until(lambda: len(world.engine.service.list_exports(OTHERS)) == 1, "the same name over there")
    assert theirs.id


def test_a_name_belongs_to_one_stack(world: World) -> None:
    make(world, "net", exporter())
    with pytest.raises(errors.StackValidationFailed) as caught:
        begin(world, "other", exporter())
    assert caught.value.problems[0].message == (
        "Export with name net-id is already exported by stack net."
    )
    assert caught.value.problems[0].path == ("Outputs", "out", "Export", "Name")
    other = make(world, "other", exporter(export="other-id"))
    with pytest.raises(errors.StackValidationFailed, match="already exported by stack net"):
        change(other, exporter(export="net-id"))
    assert sorted(exports(world)) == ["net-id", "other-id"]


def test_one_of_two_gets_a_name(any_world: World) -> None:
    """Both ask at once: one stack begins and the other is refused, whoever is first."""
    world = any_world
    outcomes: list[str] = []

    def ask(name: str) -> None:
        try:
            begin(world, name, exporter())
            outcomes.append("begun")
        except errors.Invalid as error:
            outcomes.append(error.message)

    threads = [threading.Thread(target=ask, args=(f"s{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    refusals = [outcome for outcome in outcomes if "already exported by stack s" in outcome]
    assert len(refusals) == 3
    assert outcomes.count("begun") == 1
    until(lambda: exports(world) == {"net-id": "v"}, "the export")
    assert rows(world) == (1, 0)


def test_an_import_and_the_end_of_the_export_do_not_miss_each_other(any_world: World) -> None:
    world = any_world
    for number in range(5):
        source = make(world, f"net{number}", exporter())
        outcomes: dict[str, bool] = {}

        def attempt(
            what: str,
            call: Callable[..., Any],
            *args: Any,
            outcomes: dict[str, bool] = outcomes,
        ) -> None:
            try:
                call(*args)
                outcomes[what] = True
            except errors.Invalid:
                outcomes[what] = False

        threads = [
            threading.Thread(target=attempt, args=("deleted", source.delete)),
            threading.Thread(
                target=attempt, args=("imported", begin, world, f"app{number}", importer())
            ),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert outcomes["deleted"] is not outcomes["imported"]
        if outcomes["imported"]:
            user = Stack(world, world.engine.service.identify_stack(MINE, f"app{number}"))
            user.reach("CREATE_COMPLETE")
            user.delete()
            settle(world, (1, 0))
            source.delete()
        settle(world, (0, 0))


@pytest.mark.parametrize("after", [exporter(export=None), exporter(export="renamed"), EMPTY])
def test_an_export_in_use_cannot_go(world: World, after: dict[str, Any]) -> None:
    source = make(world, "net", exporter())
    for name in ("b", "a"):
        make(world, name, importer())
    for call in (change, preview):
        with pytest.raises(errors.StackValidationFailed) as caught:
            call(source, after)
        assert caught.value.problems[0].message == (
            "Export net-id cannot be deleted as it is in use by a, b."
        )
    assert source.state == "CREATE_COMPLETE"
    assert exports(world) == {"net-id": "v"}


def test_an_export_that_nobody_imports_can_go_and_change(world: World) -> None:
    source = make(world, "net", exporter())
    change(source, exporter("new", export="renamed"))
    source.reach("UPDATE_COMPLETE")
    assert exports(world) == {"renamed": "new"}
    change(source, exporter("newer", export="renamed"))
    until(lambda: exports(world) == {"renamed": "newer"}, "the new value")
    source.reach("UPDATE_COMPLETE")
    change(source, exporter("newer", export=None))
    until(lambda: exports(world) == {}, "the end of the export")
    source.reach("UPDATE_COMPLETE")
    assert rows(world) == (0, 0)


def test_a_value_in_use_that_would_change_is_refused_before_anything_is_done(world: World) -> None:
    parameters = {"Parameters": {"p": {"Type": "String", "Default": "one"}}}
    before = {**exporter(shown={"Ref": "p"}), **parameters}
    source = make(world, "net", before)
    make(world, "app", importer())
    with pytest.raises(errors.StackValidationFailed) as caught:
        change(source, before, parameters={"p": "two"})
    assert caught.value.problems[0].message == (
        "Export net-id cannot be updated as it is in use by app."
    )
    assert caught.value.problems[0].path == ("Outputs", "out")
    change(source, before, parameters={"p": "one"})
    source.reach("UPDATE_COMPLETE")


@pytest.mark.parametrize("replaced", [False, True])
def test_a_value_in_use_that_has_changed_rolls_back(world: World, replaced: bool) -> None:
    """Known only when the resource has changed, but before the old one is deleted."""
    reads = {"Ref": "thing"} if replaced else None
    source = make(world, "net", exporter("old", shown=reads), disable_rollback=False)
    thing = source.physical("thing")
    user = make(world, "app", importer())
    before = user.output("got")
    change(source, exporter("new", shown=reads, update_replace=replaced))
    source.reach("ROLLBACK_COMPLETE")
    reasons = [reason for state, reason in source.history(".") if state == "UPDATE_FAILED"]
    assert reasons == ["Export net-id cannot be updated as it is in use by app."]
    assert exports(world) == {"net-id": before}
    assert source.physical("thing") == thing
    user.delete()
    settle(world, (1, 0))
    change(source, exporter("new", shown=reads, update_replace=replaced))
    source.reach("UPDATE_COMPLETE")
    assert exports(world)["net-id"] == (source.physical("thing") if replaced else "new")


def test_without_rollback_the_export_keeps_its_value(world: World) -> None:
    source = make(world, "net", exporter("old"))
    make(world, "app", importer())
    change(source, exporter("new"))
    source.reach("UPDATE_FAILED")
    assert source.reason == "Export net-id cannot be updated as it is in use by app."
    assert exports(world) == {"net-id": "old"}
    change(source, exporter("old"))
    source.reach("UPDATE_COMPLETE")


def test_what_fails_exports_nothing_and_gives_the_name_back(world: World) -> None:
    failed = begin(world, "net", exporter(fail=True))
    failed.reach("CREATE_FAILED")
    assert rows(world) == (0, 0)
    make(world, "other", exporter())
    with pytest.raises(errors.StackValidationFailed, match="already exported by stack other"):
        change(failed, exporter())


def test_a_create_that_is_rolled_back_leaves_nothing(world: World) -> None:
    make(world, "net", exporter())
    failed = begin(world, "app", importer(fail=True), disable_rollback=False)
    failed.reach("ROLLBACK_COMPLETE")
    assert rows(world) == (1, 0)


def test_an_update_that_is_rolled_back_needs_what_it_needed_before(world: World) -> None:
    make(world, "net", exporter())
    make(world, "other", exporter("w", export="other-id"))
    user = make(world, "app", importer(), disable_rollback=False)
    change(user, importer("other-id", fail=True))
    user.reach("ROLLBACK_COMPLETE")
    list_imports = world.engine.service.list_imports
    assert list_imports(MINE, "net-id") == ["app"]
    assert list_imports(MINE, "other-id") == []
    change(user, importer("other-id"))
    user.reach("UPDATE_COMPLETE")
    assert list_imports(MINE, "net-id") == []
    assert list_imports(MINE, "other-id") == ["app"]
    assert user.output("got") == "w"


def test_while_an_update_runs_it_needs_both(world: World) -> None:
    make(world, "net", exporter())
    make(world, "other", exporter("w", export="other-id"))
    user = make(world, "app", importer())
    change(user, importer("other-id", wait_secs=-1))
    user.reach("UPDATE_IN_PROGRESS")
    list_imports = world.engine.service.list_imports
    assert list_imports(MINE, "net-id") == list_imports(MINE, "other-id") == ["app"]
    change(user, importer("other-id", wait_secs=0))
    user.reach("UPDATE_COMPLETE")
    assert list_imports(MINE, "net-id") == []


def test_a_value_that_cannot_be_read_fails_the_stack(world: World) -> None:
    stack = begin(world, "net", exporter(shown={"Fn::Select": [0, {"Ref": "thing"}]}))
    stack.reach("CREATE_FAILED")
    assert stack.reason.startswith("Output out cannot be exported: ")
    assert rows(world) == (0, 0)


def test_an_engine_that_dies_leaves_the_export_to_the_next(new_world: Callable[..., World]) -> None:
    world = new_world("sqlite")
    stack = begin(world, "net", exporter("v", wait_secs=1))
    until(lambda: stack.states().get("thing") == "CREATE_IN_PROGRESS", "the resource to begin")
    world.kill(world.engine)
    world.engine = world.add_engine()
    stack.reach("CREATE_COMPLETE")
    assert exports(world) == {"net-id": "v"}


def test_pages_of_exports(world: World) -> None:
    for name in ("a", "b", "c"):
        make(world, name, exporter(export=name))
    list_exports = world.engine.service.list_exports
    assert [item["name"] for item in list_exports(MINE, limit=2)] == ["a", "b"]
    assert [item["name"] for item in list_exports(MINE, marker="b")] == ["c"]
