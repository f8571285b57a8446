"""What a preview of an update says, and then what the update does."""

from __future__ import annotations

import json
from typing import Any

from tests.scenarios import nests
from tests.scenarios.nests import BOX, box
from tests.scenarios.world import MINE, Stack, World, template, thing

FILES = {"box.yaml": BOX}


def preview(stack: Stack, resources: dict[str, Any], **args: Any) -> dict[str, dict[str, Any]]:
    """Names (with the stack's, where that is another) to list and entry."""
    changes = stack.via().preview_update_stack(
        MINE,
        stack.identity,
        template=template(resources),
        files=nests.texts(FILES),
        args=args,
    )
    root = stack.identity["stack_name"]
    return {
        entry["resource_name"] if entry["stack_name"] == root else f"/{entry['resource_name']}": {
            **entry,
            "list": name,
        }
        for name, entries in changes.items()
        for entry in entries
    }


def lists(stack: Stack, resources: dict[str, Any], **args: Any) -> dict[str, str]:
    found = preview(stack, resources, **args)
    return {
        name: f"{entry['list']}{'?' if entry.get('undecided') else ''}"
        for name, entry in found.items()
    }


def made(world: World, resources: dict[str, Any]) -> Stack:
    stack = nests.create(world, resources, FILES)
    stack.reach("CREATE_COMPLETE")
    return stack


def value(of: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::Value", "properties": {"value": of}}


def test_reading_what_changes_is_told_by_the_value_read(world: World) -> None:
    reader = thing({"get_attr": ["a", "output"]})
    same = value({"str_split": ["-", {"get_attr": ["a", "output"]}, 0]})
    stack = made(world, {"a": thing("x-1"), "b": reader, "c": same})
    assert lists(stack, {"a": thing("x-2"), "b": reader, "c": same}) == {
        "a": "updated",
        "b": "updated",
        "c": "unchanged",
    }


def test_reading_what_is_replaced(world: World) -> None:
    reader = thing({"get_resource": "a"}, update_replace=True)
    stack = made(world, {"a": thing("x", update_replace_value="1"), "b": reader})
    after = {"a": thing("x", update_replace_value="2"), "b": reader}
    assert lists(stack, after) == {"a": "replaced", "b": "replaced"}


def test_reading_something_new_that_says_the_same(world: World) -> None:
    stack = made(world, {"b": thing("x")})
    after = {"a": value("x"), "b": thing({"get_attr": ["a", "value"]})}
    assert lists(stack, after) == {"a": "added", "b": "unchanged"}


def config(text: str, **rest: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::SoftwareConfig", "properties": {"config": text}, **rest}


def test_what_nobody_knows_before_is_marked(world: World) -> None:
    reader = thing({"get_attr": ["a", "config"]})
    stack = made(world, {"a": config("x"), "b": reader, "c": thing("y")})
    after = {"a": config("x", metadata={"k": "v"}), "b": reader, "c": thing("y")}
    assert lists(stack, after) == {"a": "updated", "b": "updated?", "c": "unchanged"}


def test_nested_stacks_are_shown_when_asked_for(world: World) -> None:
    stack = made(world, {"a": box("x"), "b": box("y")})
    after = {"a": box("z"), "c": box("y")}
    assert lists(stack, after) == {"a": "updated", "b": "deleted", "c": "added"}
    changes = stack.via().preview_update_stack(
        MINE,
        stack.identity,
        template=template(after),
        files=nests.texts(FILES),
        args={"show_nested": True},
    )
    found = sorted(
        (
            name,
            entry["stack_name"].rpartition("-")[0] or entry["stack_name"],
            entry["resource_name"],
        )
        for name, entries in changes.items()
        for entry in entries
    )
    assert found == [
        ("added", "s", "c"),
        ("added", "s", "inner"),
        ("deleted", "s", "b"),
        ("deleted", "s-b", "inner"),
        ("updated", "s", "a"),
        ("updated", "s-a", "inner"),
    ]


def test_a_group_of_nested_stacks(world: World) -> None:
    def group(count: int, text: str) -> dict[str, Any]:
        body = {"type": "box.yaml", "properties": {"text": text}}
        properties = {"count": count, "resource_def": body}
        return {"type": "OS::Heat::ResourceGroup", "properties": properties}

    stack = made(world, {"g": group(2, "%index%")})
    changes = stack.via().preview_update_stack(
        MINE,
        stack.identity,
        template=template({"g": group(1, "new")}),
        files=nests.texts(FILES),
        args={"show_nested": True},
    )
    found = {
        name: [entry["resource_name"] for entry in entries] for name, entries in changes.items()
    }
    assert found == {
        "unchanged": [],
        "updated": ["g", "0", "inner"],
        "replaced": [],
        "added": [],
        "deleted": ["1", "inner"],
    }


def test_what_hangs_on_a_nested_output(world: World) -> None:
    reader = thing({"get_attr": ["a", "said"]})
    stack = made(
        world, {"a": box("x"), "b": reader, "c": box("x"), "d": thing({"get_attr": ["c", "said"]})}
    )
    after = {"a": box("x"), "b": reader, "c": box("y"), "d": thing({"get_attr": ["c", "said"]})}
    assert lists(stack, after) == {"a": "updated", "b": "unchanged", "c": "updated", "d": "updated"}


def test_a_preview_changes_nothing(world: World) -> None:
    stack = made(world, {"a": box("x"), "b": thing("y")})
    before = (stack.resources(), stack.events())
    preview(stack, {"a": box("z"), "c": thing("y")}, show_nested=True)
    assert (stack.resources(), stack.events()) == before
    assert json.loads(json.dumps(before[0])) == before[0]


def test_a_group_that_is_replaced_forgets_what_was_removed(world: World) -> None:
    def group(**properties: Any) -> dict[str, Any]:
        body = {"type": "OS::Heat::None"}
        given = {"count": 2, "resource_def": body, **properties}
        return {"type": "OS::Heat::ResourceGroup", "properties": given}

    first = group(removal_policies=[{"resource_list": ["1"]}])
    stack = made(world, {"g": first})
    stack.via().resource_mark_unhealthy(MINE, stack.identity, "g", True, "test")
    changes = stack.via().preview_update_stack(
        MINE, stack.identity, template=template({"g": group()}), args={"show_nested": True}
    )
    added = sorted(entry["resource_name"] for entry in changes["added"])
    deleted = sorted(entry["resource_name"] for entry in changes["deleted"])
    assert (added, deleted) == (["0", "1"], ["0", "2"])
