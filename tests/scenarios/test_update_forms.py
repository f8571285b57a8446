"""What a full update forgets, and what an update of what exists keeps (contract section 8.4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenarios.world import MINE, Stack, World

TEMPLATE: dict[str, Any] = {
    "heat_template_version": "2018-08-31",
    "parameters": {
        "text": {"type": "string", "default": "by default"},
        "old": {"type": "string", "default": "o"},
    },
    "resources": {
        "a": {"type": "OS::Heat::Value", "properties": {"value": {"get_param": "text"}}},
    },
    "outputs": {"said": {"value": {"get_attr": ["a", "value"]}}},
}


@pytest.fixture
def stack(world: World) -> Stack:
    identity = world.engine.service.create_stack(
        MINE,
        "s",
        template=TEMPLATE,
        params={"parameters": {"text": "mine", "old": "mine"}},
        args={"tags": ["red", "blue"], "timeout_mins": 7, "disable_rollback": False},
    )
    made = Stack(world, identity)
    made.reach("CREATE_COMPLETE")
    return made


def update(stack: Stack, template: Any, parameters: dict[str, Any], **args: Any) -> dict[str, Any]:
    stack.via().update_stack(
        MINE, stack.identity, template=template, params={"parameters": parameters}, args=args
    )
    stack.reach("UPDATE_COMPLETE")
    return stack.show()


def test_a_full_update_forgets_tags_and_parameters_and_keeps_the_rest(stack: Stack) -> None:
    shown = update(stack, TEMPLATE, {})
    assert stack.output("said") == "by default"
    assert not shown["tags"]
    assert (shown["timeout_mins"], shown["disable_rollback"]) == (7, False)
    assert update(stack, TEMPLATE, {}, tags=["green"], timeout_mins=9)["tags"] == ["green"]
    assert stack.show()["timeout_mins"] == 9


def test_an_update_of_what_exists_keeps_tags_and_parameters(stack: Stack) -> None:
    shown = update(stack, None, {"old": "new"}, existing=True)
    assert stack.output("said") == "mine"
    assert shown["tags"] == ["red", "blue"]
    assert shown["parameters"]["old"] == "new"
    shown = update(stack, None, {}, existing=True, clear_parameters=["text"], tags=["one"])
    assert stack.output("said") == "by default"
    assert shown["parameters"]["old"] == "new"
    assert shown["tags"] == ["one"]


def test_parameters_that_the_template_no_longer_has_are_dropped(stack: Stack) -> None:
    fewer = {**TEMPLATE, "parameters": {"text": TEMPLATE["parameters"]["text"]}}
    shown = update(stack, fewer, {"old": "ignored"}, existing=True)
    assert "old" not in shown["parameters"]
    assert stack.output("said") == "mine"
