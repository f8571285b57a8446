"""Nested stacks as they are read: lists, events, previews, and what is kept secret."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.store import resources
from tests.scenarios.nests import BOX, box, child, create, nest, texts, update
from tests.scenarios.world import MINE, Stack, World, template, thing


def test_the_facade_reads_the_resource_outside(world: World) -> None:
    inside = {
        "heat_template_version": "2018-08-31",
        "resources": {"inner": thing({"resource_facade": "deletion_policy"})},
        "outputs": {"o": {"value": {"get_attr": ["inner", "output"]}}},
    }
    stack = create(
        world,
        {"r": {"type": "f.yaml", "deletion_policy": "retain"}},
        {"f.yaml": inside},
        outputs={"o": {"get_attr": ["r", "o"]}},
    )
    stack.reach("CREATE_COMPLETE")
    assert stack.output("o") == "Retain"


def test_a_deletion_policy_may_be_that_of_the_resource_outside(world: World) -> None:
    inside = nest({"inner": {**thing(), "deletion_policy": {"resource_facade": "deletion_policy"}}})

    def policy(of: Stack) -> str:
        rows = world.database.query(resources.load, child(of, "r").id)
        return {row.deletion_policy for row in rows}.pop()

    stack = create(world, {"r": box(deletion_policy="retain")}, {"box.yaml": inside})
    stack.reach("CREATE_COMPLETE")
    assert policy(stack) == "Retain"
    update(stack, {"r": box()}, {"box.yaml": inside})
    stack.reach("UPDATE_COMPLETE")
    assert policy(stack) == "Delete"
    with pytest.raises(errors.StackValidationFailed) as caught:
        create(world, inside["resources"], name="alone")
    assert str(caught.value) == (
        "resources.inner.deletion_policy.resource_facade: "
        "The stack is nested in no resource to read; use this template as the type of one"
    )


def test_validating_a_template_looks_into_it(world: World) -> None:
    with pytest.raises(
        errors.StackValidationFailed,
        match=r"^resources\.r<bad\.yaml>: resources\.a\.type: The Resource Type",
    ):
        world.engine.service.validate_template(
            MINE,
            template({"r": {"type": "bad.yaml"}}),
            files={
                "bad.yaml": "heat_template_version: 2018-08-31\nresources: {a: {type: No::Such}}"
            },
        )


def names(listed: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return sorted((item["resource_name"], item.get("parent_resource")) for item in listed)


def test_lists_go_down_as_deep_as_is_asked(world: World) -> None:
    files = {"outer.yaml": nest({"mid": box("x"), "flat": thing()}), "box.yaml": BOX}
    stack = create(world, {"r": {"type": "outer.yaml"}, "s": thing()}, files)
    stack.reach("CREATE_COMPLETE")
    engine = stack.via()
    by_depth = [
        names(engine.list_stack_resources(MINE, stack.identity, nested_depth=depth))
        for depth in (0, 1, 2)
    ]
    top = [("r", None), ("s", None)]
    first = [("flat", "r"), ("mid", "r")]
    assert by_depth == [top, sorted([*top, *first]), sorted([*top, *first, ("inner", "mid")])]
    listed = engine.list_stack_resources(MINE, stack.identity, filters={"name": "inner"}) + [
        item
        for item in engine.list_stack_resources(MINE, stack.identity, nested_depth=2)
        if item["resource_name"] in ("r", "inner")
    ]
    nested_ids = {item["resource_name"]: item.get("nested_stack_id") for item in listed}
    assert nested_ids["r"]["stack_id"] == child(stack, "r").id
    assert nested_ids["inner"] is None
    below = engine.list_stack_resources(MINE, child(stack, "r").identity, nested_depth=1)
    assert names(below) == [("flat", "r"), ("inner", "mid"), ("mid", "r")]
    shown = engine.describe_stack_resource(MINE, stack.identity, "r")
    assert shown["nested_stack_id"]["stack_id"] == child(stack, "r").id
    detailed = engine.list_stack_resources(MINE, stack.identity, nested_depth=2, with_detail=True)
    inner = next(item for item in detailed if item["resource_name"] == "inner")
    assert inner["attributes"]["output"] == "x"


def test_events_go_down_too(world: World) -> None:
    stack = create(world, {"r": box("x")}, {"box.yaml": BOX})
    stack.reach("CREATE_COMPLETE")
    engine = stack.via()
    flat = {item["resource_name"] for item in engine.list_events(MINE, stack.identity)}
    deep = engine.list_events(MINE, stack.identity, nested_depth=1)
    inner = child(stack, "r")
    assert flat == {"s", "r"}
    assert {item["resource_name"] for item in deep} == {
        "s",
        "r",
        "inner",
        inner.show()["stack_name"],
    }
    assert {item["root_stack_id"]["stack_id"] for item in deep} == {stack.id}


def test_nested_stacks_are_listed_only_when_asked_for(world: World) -> None:
    stack = create(world, {"r": box("x")}, {"box.yaml": BOX})
    stack.reach("CREATE_COMPLETE")
    engine = stack.via()
    assert [item["stack_name"] for item in engine.list_stacks(MINE)] == ["s"]
    everything = engine.list_stacks(MINE, show_nested=True)
    assert {item["parent"] for item in everything} == {None, stack.id}


def test_what_is_hidden_outside_is_not_told_inside(world: World) -> None:
    """The nested template does not hide its parameter; its reasons keep the secret all the same."""
    strict = nest(
        {"bad": thing({"get_param": "text"}), "net": {"type": "OS::Neutron::Subnet"}},
        {"text": {"type": "string"}},
    )
    strict["resources"]["net"]["properties"] = {
        "network": "n",
        "cidr": {"get_attr": ["bad", "output"]},
    }
    around = template(
        {
            "first": thing({"get_param": "password"}),
            "r": box({"get_attr": ["first", "output"]}, "strict.yaml"),  # type: ignore[arg-type]
        }
    )
    around["parameters"] = {"password": {"type": "string", "hidden": True}}
    identity = world.engine.service.create_stack(
        MINE,
        "s",
        template=around,
        files=texts({"strict.yaml": strict}),
        params={"parameters": {"password": "open-sesame-42"}},
        args={},
    )
    stack = Stack(world, identity)
    stack.reach("CREATE_FAILED")
    told = [*stack.events(), *child(stack, "r").events(), child(stack, "r").reason]
    assert "open-sesame-42" not in str(told)
    assert "******" in str(told)


def test_a_preview_shows_what_is_nested_as_a_list(world: World) -> None:
    group = {
        "type": "OS::Heat::ResourceGroup",
        "properties": {"count": 2, "resource_def": box("x")},
    }
    shown = world.engine.service.preview_stack(
        MINE,
        "s",
        template=template({"a": thing(), "r": box("x"), "g": group}),
        files=texts({"box.yaml": BOX}),
        args={},
    )

    def outline(entries: list[Any]) -> list[Any]:
        return [
            outline(item) if isinstance(item, list) else item["resource_name"] for item in entries
        ]

    assert outline(shown["resources"]) == ["a", ["inner"], [["inner"], ["inner"]]]
    assert shown["resources"][1][0]["parent_resource"] == "r"


def test_a_preview_shows_what_resources_will_be_made_from(world: World) -> None:
    secret = {"type": "string", "hidden": True, "default": "hush-hush"}
    resources = {
        "a": {**thing({"get_param": "word"}, wait_secs="2"), "metadata": {"k": {"get_param": "n"}}},
        "b": thing({"get_attr": ["a", "output"]}),
        "c": thing({"list_join": [" ", ["say", {"get_param": "secret"}]]}),
        "r": {**box(), "properties": {"text": {"get_param": "secret"}}},
    }
    parameters = {
        "word": {"type": "string", "default": "w"},
        "n": {"type": "number", "default": 3},
        "secret": secret,
    }
    shown = world.engine.service.preview_stack(
        MINE,
        "s",
        template={**template(resources), "parameters": parameters},
        files=texts({"box.yaml": BOX}),
        args={},
    )
    a, b, c, (inner,) = shown["resources"]
    assert (a["properties"]["value"], a["properties"]["wait_secs"]) == ("w", 2)
    assert a["metadata"] == {"k": 3}
    assert b["properties"]["value"] is None
    assert c["properties"]["value"] == "say ******"
    assert inner["properties"]["value"] == "******"
    assert "hush" not in str(shown)


def test_the_facade_reads_metadata_and_update_policy(world: World) -> None:
    inside = nest(
        {
            "m": thing({"get_attr": ["v", "value", "k"]}),
            "v": {
                "type": "OS::Heat::Value",
                "properties": {"value": {"resource_facade": "metadata"}},
            },
            "u": {
                "type": "OS::Heat::Value",
                "properties": {"value": {"resource_facade": "update_policy"}},
            },
        },
        None,
        {"m": {"get_attr": ["m", "output"]}, "u": {"get_attr": ["u", "value"]}},
    )
    stack = create(
        world,
        {"r": {"type": "f.yaml", "metadata": {"k": "hello"}, "update_policy": {"x": {"y": 1}}}},
        {"f.yaml": inside},
        outputs={"m": {"get_attr": ["r", "m"]}, "u": {"get_attr": ["r", "u"]}},
    )
    stack.reach("CREATE_COMPLETE")
    assert stack.output("m") == "hello"
    assert stack.output("u") == {"x": {"y": 1}}
