"""Nested stacks that are retained when their resource goes become stacks of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heat_engine.store import stacks
from heat_engine.store.records import StackRecord
from tests.scenarios.nests import BOX, box, child, create, nest, orphans, update
from tests.scenarios.world import MINE, Stack, World, template, thing, until, waiting

KEPT = {"deletion_policy": "Retain"}
SECRET = "correct-horse"


def listed(world: World) -> set[str]:
    return {item["stack_name"] for item in world.engine.service.list_stacks(MINE)}


def names(found: dict[str, Stack]) -> set[str]:
    return {item.identity["stack_name"] for item in found.values()}


def row(stack: Stack) -> StackRecord:
    found = stack.world.database.query(stacks.get, stack.id)
    assert found is not None
    return found


def test_they_are_found_changed_and_deleted(any_world: World) -> None:
    world = any_world
    group = {"count": 2, "resource_def": box("kept")}
    text = {"template": json.dumps(BOX), "parameters": {"text": "kept"}}
    retained: dict[str, Any] = {
        "r": box("kept", **KEPT),
        "g": {"type": "OS::Heat::ResourceGroup", "properties": group, **KEPT},
        "h": {"type": "OS::Heat::Stack", "properties": text, **KEPT},
    }
    files = {"box.yaml": BOX}
    stack = create(world, {"a": thing(), **retained, "n": box()}, files)
    stack.reach("CREATE_COMPLETE")
    inner, gone = {name: child(stack, name) for name in retained}, child(stack, "n")
    deep = child(inner["g"], "0")
    update(stack, {"a": thing(), "h": retained["h"], "n": box()}, files)
    stack.reach("UPDATE_COMPLETE")
    assert orphans(world) == []
    assert listed(world) == {"s", *(names(inner) - names({"h": inner["h"]}))}
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert row(gone).deleted_at is not None
    assert orphans(world) == []
    assert listed(world) == names(inner)
    for item in inner.values():
        assert item.show()["parent"] is None
        assert (row(item).root_id, row(item).depth) == (item.id, 0)
    assert (row(deep).root_id, row(deep).depth) == (inner["g"].id, 1)
    members = stack.via().list_stack_resources(MINE, inner["g"].identity, nested_depth=1)
    assert len(members) == 2 + 2
    update(inner["r"], {"inner": thing("new"), "more": thing()})
    inner["r"].reach("UPDATE_COMPLETE")
    for item in inner.values():
        item.delete()
        item.reach("DELETE_COMPLETE")
    assert row(deep).deleted_at is not None
    assert listed(world) == set()
    assert world.leftovers() == {"steps": 0, "traversals": 0}


def test_what_is_still_being_made_is_made_to_its_end(any_world: World) -> None:
    world = any_world
    outer = nest({**waiting(), "deep": box(depends_on="wait")})
    files = {"outer.yaml": outer, "box.yaml": BOX}
    stack = create(world, {"r": box(kind="outer.yaml", **KEPT)}, files)
    until(lambda: stack.states().get("r") == "CREATE_IN_PROGRESS", "the nested stack")
    inner = child(stack, "r")
    until(lambda: inner.states().get("handle") == "CREATE_COMPLETE", "the handle")
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert listed(world) == {inner.identity["stack_name"]}
    inner.signal_when_possible(status="SUCCESS", id="1", reason="", data="")
    inner.reach("CREATE_COMPLETE")
    deep = child(inner, "deep")
    assert (row(deep).root_id, row(deep).depth) == (inner.id, 1)
    inner.delete()
    inner.reach("DELETE_COMPLETE")
    assert orphans(world) == []
    assert listed(world) == set()


def told(stack: Stack) -> str:
    """All that a reader can get to know of a stack."""
    via, identity = stack.via(), stack.identity
    shown = [
        stack.show(),
        via.get_environment(MINE, identity),
        via.list_stack_resources(MINE, identity, nested_depth=5),
        via.describe_stack_resource(MINE, identity, "inner"),
        via.list_events(MINE, identity),
        via.show_output(MINE, identity, "said"),
    ]
    for event in via.list_events(MINE, identity, filters={"resource_name": "inner"}):
        uuid = event["event_identity"]["path"].rpartition("/")[2]
        shown += via.list_events(MINE, identity, filters={"resource_name": "inner", "uuid": uuid})
    return json.dumps(shown, default=str)


def test_hidden_values_of_the_stacks_around_stay_hidden(any_world: World) -> None:
    """The way up is cut twice: what was hidden around the first cut is hidden after the second."""
    world = any_world
    middle = nest(
        {"r": box({"get_param": "text"}, **KEPT)},  # type: ignore[arg-type]
        {"text": {"type": "string"}},
    )
    outer = {
        **template({"m": box({"get_param": "sec"}, "middle.yaml", **KEPT)}),  # type: ignore[arg-type]
        "parameters": {"sec": {"type": "string", "hidden": True}},
    }
    files = {"middle.yaml": json.dumps(middle), "box.yaml": json.dumps(BOX)}
    identity = world.engine.service.create_stack(
        MINE, "s", template=outer, files=files, params={"parameters": {"sec": SECRET}}
    )
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE")
    between = child(stack, "m")
    inner = child(between, "r")
    assert SECRET not in told(inner)
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert between.show()["parent"] is None
    assert SECRET not in told(inner)
    between.delete()
    between.reach("DELETE_COMPLETE")
    assert inner.show()["parent"] is None
    assert SECRET not in told(inner)
    body = template(
        {"inner": thing(f"again {SECRET}")}, {"said": {"get_attr": ["inner", "output"]}}
    )
    world.engine.service.update_stack(MINE, inner.identity, template=body)
    inner.reach("UPDATE_COMPLETE")
    assert SECRET not in told(inner)
    inner.delete()
    inner.reach("DELETE_COMPLETE")
    assert orphans(world) == []


@pytest.mark.parametrize("way", ["rollback", "cancel", "update"])
def test_values_of_an_update_that_failed_stay_hidden(world: World, way: str) -> None:
    """Whether the stack goes back or on from there, what the update had made is released."""
    stack = create(world, {"a": thing()})
    stack.reach("CREATE_COMPLETE")
    last = waiting() if way == "cancel" else {"bad": thing(fail=True)}
    for one in last.values():
        one["depends_on"] = ["m"]
    secret = box({"get_param": "sec"}, **KEPT)  # type: ignore[arg-type]
    wanted = {
        **template({"a": thing(), "m": secret, **last}),
        "parameters": {"sec": {"type": "string", "hidden": True}},
    }
    world.engine.service.update_stack(
        MINE,
        stack.identity,
        template=wanted,
        files={"box.yaml": json.dumps(BOX)},
        params={"parameters": {"sec": SECRET}},
        args={"disable_rollback": way == "update"},
    )
    if way == "cancel":
        until(lambda: stack.states().get("m") == "CREATE_COMPLETE", "the nested stack")
        inner = child(stack, "m")
        world.engine.service.stack_cancel_update(MINE, stack.identity, True)
    elif way == "update":
        stack.reach("UPDATE_FAILED")
        inner = child(stack, "m")
        assert SECRET not in told(inner)
        update(stack, {"a": thing()})
    stack.reach("UPDATE_COMPLETE" if way == "update" else "ROLLBACK_COMPLETE")
    if way == "rollback":
        [name] = listed(world) - {"s"}
        inner = Stack(world, world.engine.service.identify_stack(MINE, name))
    assert inner.show()["parent"] is None
    assert SECRET not in told(inner)
    assert SECRET not in json.dumps(stack.via().list_events(MINE, stack.identity, nested_depth=5))
    assert row(stack).withheld is None
