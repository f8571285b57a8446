"""Changes that pause at hooks until a user clears them, and changes that a rule forbids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from common import errors
from tests.scenarios import nests
from tests.scenarios.world import MINE, Stack, World, net, thing, until, waiting


def create(
    world: World, resources: Mapping[str, Any], rules: Mapping[str, Any], **args: Any
) -> Stack:
    return nests.create(world, resources, registry={"resources": dict(rules)}, **args)


def update(
    stack: Stack, resources: Mapping[str, Any], rules: Mapping[str, Any], **args: Any
) -> None:
    nests.update(stack, resources, registry={"resources": dict(rules)}, **args)


def paused(stack: Stack, name: str, hook: str) -> dict[str, Any]:
    """The resource, once it says that it is paused there."""

    def look() -> dict[str, Any] | None:
        shown = stack.resources().get(name, {})
        return shown if shown.get("waiting_for") == f"hook {hook} to be cleared" else None

    return until(look, f"{name} to pause at {hook}") or {}


def clear(stack: Stack, name: str, hook: str) -> None:
    stack.signal(name, unset_hook=hook)


def test_a_create_stops_before_and_after_a_resource(any_world: World) -> None:
    resources = {
        "a": net("a"),
        "b": {**net("b"), "depends_on": "a"},
        "c": {**net("c"), "depends_on": "b"},
        "free": net("free"),
    }
    stack = create(any_world, resources, {"b": {"hooks": ["pre-create", "post-create"]}})
    shown = paused(stack, "b", "pre-create")
    assert shown["resource_status_reason"] == "waiting for hook pre-create to be cleared"
    assert shown["waiting_since"]
    assert shown["waiting_until"] > shown["waiting_since"]
    until(lambda: stack.states()["free"] == "CREATE_COMPLETE", "who does not depend on it to go on")
    assert stack.states() == {
        "a": "CREATE_COMPLETE",
        "b": "INIT_COMPLETE",
        "c": "INIT_COMPLETE",
        "free": "CREATE_COMPLETE",
    }
    clear(stack, "b", "pre-create")
    paused(stack, "b", "post-create")
    assert stack.states()["c"] == "INIT_COMPLETE"
    clear(stack, "b", "post-create")
    stack.reach("CREATE_COMPLETE")
    assert stack.history("b") == [
        ("INIT_COMPLETE", "CREATE paused until Hook pre-create is cleared"),
        ("INIT_COMPLETE", "Hook pre-create is cleared"),
        ("CREATE_IN_PROGRESS", "state changed"),
        ("CREATE_COMPLETE", "state changed"),
        ("CREATE_COMPLETE", "CREATE paused until Hook post-create is cleared"),
        ("CREATE_COMPLETE", "Hook post-create is cleared"),
    ]
    assert any_world.leftovers() == {"steps": 0, "traversals": 0}


def test_a_pause_survives_its_engine_and_what_is_cleared_meanwhile(any_world: World) -> None:
    first = any_world.engine
    any_world.add_engine()
    resources = {name: net(name) for name in ("a", "b")}
    stack = create(any_world, resources, {"*": {"hooks": "pre-create"}})
    paused(stack, "a", "pre-create")
    paused(stack, "b", "pre-create")
    any_world.lossy = True
    any_world.kill(first)
    clear(stack, "a", "pre-create")
    until(lambda: stack.states()["a"] == "CREATE_COMPLETE", "a to be made after the take-over")
    paused(stack, "b", "pre-create")
    clear(stack, "b", "pre-create")
    stack.reach("CREATE_COMPLETE")
    assert len(any_world.cloud.done("create", "networks")) == 2
    told = [reason for _, reason in stack.history("b") if "paused" in reason]
    assert told == ["CREATE paused until Hook pre-create is cleared"]


def test_an_update_stops_even_where_it_has_nothing_to_do(world: World) -> None:
    resources = {"a": net("a"), "b": net("b")}
    stack = create(world, resources, {})
    stack.reach("CREATE_COMPLETE")
    rules = {"*": {"hooks": ["pre-update", "post-update", "pre-create"]}}
    update(stack, {"a": net("new"), "b": net("b"), "added": net("added")}, rules)
    for name in ("a", "b"):
        paused(stack, name, "pre-update")
    assert {made["name"] for made in world.cloud.made("networks")} == {"a", "b", "added"}
    clear(stack, "a", "pre-update")
    paused(stack, "a", "post-update")
    clear(stack, "b", "pre-update")
    clear(stack, "a", "post-update")
    stack.reach("UPDATE_COMPLETE")
    assert stack.states() == {
        "a": "UPDATE_COMPLETE",
        "b": "CREATE_COMPLETE",
        "added": "CREATE_COMPLETE",
    }
    assert stack.history("a")[2:] == [
        ("CREATE_COMPLETE", "UPDATE paused until Hook pre-update is cleared"),
        ("CREATE_COMPLETE", "Hook pre-update is cleared"),
        ("UPDATE_IN_PROGRESS", "state changed"),
        ("UPDATE_COMPLETE", "state changed"),
        ("UPDATE_COMPLETE", "UPDATE paused until Hook post-update is cleared"),
        ("UPDATE_COMPLETE", "Hook post-update is cleared"),
    ]


def test_a_delete_stops_before_and_after(world: World) -> None:
    rules = {"a": {"hooks": ["pre-delete", "post-delete"]}}
    stack = create(world, {"a": net("a"), "b": {**net("b"), "depends_on": "a"}}, rules)
    stack.reach("CREATE_COMPLETE")
    stack.delete()
    paused(stack, "a", "pre-delete")
    assert [made["name"] for made in world.cloud.made("networks")] == ["a"]
    with pytest.raises(errors.InvalidBreakPointHook, match='The "post-delete" hook is not defined'):
        clear(stack, "a", "post-delete")
    clear(stack, "a", "pre-delete")
    paused(stack, "a", "post-delete")
    assert world.cloud.made("networks") == []
    clear(stack, "a", "post-delete")
    stack.reach("DELETE_COMPLETE")
    assert stack.history("a")[2:] == [
        ("CREATE_COMPLETE", "DELETE paused until Hook pre-delete is cleared"),
        ("CREATE_COMPLETE", "Hook pre-delete is cleared"),
        ("DELETE_IN_PROGRESS", "state changed"),
        ("DELETE_COMPLETE", "state changed"),
        ("DELETE_COMPLETE", "DELETE paused until Hook post-delete is cleared"),
        ("DELETE_COMPLETE", "Hook post-delete is cleared"),
    ]


def test_a_resource_that_an_update_takes_away_does_not_stop(world: World) -> None:
    rules = {"*": {"hooks": ["pre-delete", "post-delete"]}}
    stack = create(world, {"a": net("a"), "b": net("b")}, rules)
    stack.reach("CREATE_COMPLETE")
    update(stack, {"a": net("a")}, rules)
    stack.reach("UPDATE_COMPLETE")
    assert set(stack.states()) == {"a"}


def test_what_cannot_be_cleared_is_told(world: World) -> None:
    stack = create(world, {"a": net("a"), "b": net("b")}, {"a": {"hooks": "pre-create"}})
    paused(stack, "a", "pre-create")
    shown = f'Net "a" \\[None\\] Stack "s" \\[{stack.id}\\]'
    with pytest.raises(errors.InvalidBreakPointHook, match=f'Invalid hook type "pre" for {shown}'):
        clear(stack, "a", "pre")
    with pytest.raises(
        errors.InvalidBreakPointHook, match=f'The "pre-update" hook is not defined on {shown}'
    ):
        clear(stack, "a", "pre-update")
    with pytest.raises(errors.InvalidBreakPointHook, match='The "pre-create" hook is not defined'):
        clear(stack, "b", "pre-create")
    clear(stack, "a", "pre-create")
    stack.reach("CREATE_COMPLETE")


def test_a_bad_rule_is_refused(world: World) -> None:
    with pytest.raises(errors.StackValidationFailed) as refused:
        create(
            world,
            {"a": net("a")},
            {"a": {"hooks": "before"}, "n": {"m": {"restricted_actions": ["update", "delete"]}}},
        )
    assert (
        'resource_registry.resources.a.hooks: Invalid hook type "before" for resource breakpoint, '
        "acceptable hook types are: ('pre-create', 'pre-update', 'pre-delete', 'post-create', "
        "'post-update', 'post-delete')"
    ) in refused.value.message
    assert (
        'registry.resources.n.m.restricted_actions: Invalid restricted_action type "delete" '
        "for resource, acceptable restricted_action types are: ('update', 'replace')"
    ) in refused.value.message


def test_a_failure_ends_the_pause(world: World) -> None:
    rules = {"a": {"hooks": "pre-create"}}
    stack = create(world, {"a": net("a"), **waiting()}, rules, disable_rollback=False)
    paused(stack, "a", "pre-create")
    stack.signal_when_possible("handle", status="FAILURE", reason="no")
    stack.reach("ROLLBACK_COMPLETE")
    assert stack.history("a") == [
        ("INIT_COMPLETE", "CREATE paused until Hook pre-create is cleared"),
        ("INIT_COMPLETE", "Failure occurred while waiting."),
    ]
    assert world.leftovers() == {"steps": 0, "traversals": 0}


def test_cancelling_and_timing_out_end_the_pause(new_world: Any) -> None:
    world = new_world(stack_action_timeout=1)
    rules = {"a": {"hooks": "post-create"}}
    stack = create(world, {"a": net("a"), "b": {**net("b"), "depends_on": "a"}}, rules)
    paused(stack, "a", "post-create")
    stack.reach("CREATE_FAILED")
    assert stack.reason == ("Timed out (resources.a: waiting for hook post-create to be cleared)")
    assert stack.states() == {"a": "CREATE_COMPLETE", "b": "INIT_COMPLETE"}
    update(stack, {"a": net("a")}, {"a": {"hooks": "pre-update"}}, timeout_mins=5)
    paused(stack, "a", "pre-update")
    stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=False)
    stack.reach("UPDATE_FAILED")
    assert stack.reason == "Stack UPDATE cancelled"
    assert stack.history("a")[-1] == ("CREATE_COMPLETE", "Failure occurred while waiting.")


def test_a_newer_update_takes_over_from_one_that_is_paused(any_world: World) -> None:
    rules = {"a": {"hooks": "pre-create"}}
    stack = create(any_world, {"a": net("a"), "b": {**net("b"), "depends_on": "a"}}, rules)
    paused(stack, "a", "pre-create")
    update(stack, {"a": net("a"), "c": net("c")}, rules)
    stack.reach("UPDATE_COMPLETE")
    assert stack.states() == {"a": "CREATE_COMPLETE", "c": "CREATE_COMPLETE"}
    hooked = {"a": {"hooks": "pre-update"}}
    update(stack, {"a": net("x")}, hooked)
    paused(stack, "a", "pre-update")
    update(stack, {"a": net("y")}, hooked)
    until(
        lambda: len([r for _, r in stack.history("a") if r.startswith("UPDATE paused")]) == 2,
        "the newer update to pause",
    )
    clear(stack, "a", "pre-update")
    stack.reach("UPDATE_COMPLETE")
    assert [made["name"] for made in any_world.cloud.made("networks")] == ["y"]


def test_a_stack_that_is_paused_can_be_deleted(any_world: World) -> None:
    rules = {"a": {"hooks": "pre-create"}, "b": {"hooks": "post-create"}}
    stack = create(any_world, {"a": net("a"), "b": net("b")}, rules)
    paused(stack, "a", "pre-create")
    paused(stack, "b", "post-create")
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert any_world.cloud.made("networks") == []
    assert any_world.leftovers() == {"steps": 0, "traversals": 0}


def test_hooks_of_nested_stacks_stop_them(world: World) -> None:
    rules = {"o*": {"i*": {"hooks": ["pre-create", "pre-delete"]}}}
    files = {"in.yaml": nests.nest({"in": net("in")})}
    stack = create(world, {"out": {"type": "in.yaml"}}, rules, files=files)
    until(lambda: stack.resources()["out"].get("nested_stack_id"), "the nested stack")
    nested = nests.child(stack, "out")
    paused(nested, "in", "pre-create")
    assert "nested stack" in stack.resources()["out"]["waiting_for"]
    clear(nested, "in", "pre-create")
    stack.reach("CREATE_COMPLETE")
    stack.delete()
    paused(nested, "in", "pre-delete")
    clear(nested, "in", "pre-delete")
    stack.reach("DELETE_COMPLETE")


@pytest.mark.parametrize("actions", ["update", ["update"], ["replace", "update"]])
def test_an_update_that_is_restricted_fails_and_changes_nothing(world: World, actions: Any) -> None:
    rules = {"a*": {"restricted_actions": actions}}
    stack = create(world, {"a": net("a"), "b": net("b")}, rules)
    stack.reach("CREATE_COMPLETE")
    update(stack, {"a": net("new"), "b": net("b")}, rules)
    stack.reach("UPDATE_FAILED")
    assert stack.reason == (
        "Resource UPDATE failed: ResourceActionRestricted: resources.a: "
        "update is restricted for resource."
    )
    assert stack.states()["a"] == "CREATE_COMPLETE"
    assert stack.history("a")[2:] == [("UPDATE_FAILED", "update is restricted for resource.")]
    assert {made["name"] for made in world.cloud.made("networks")} == {"a", "b"}
    update(stack, {"a": net("a"), "b": net("b")}, rules)
    stack.reach("UPDATE_COMPLETE")


def test_a_replacement_that_is_restricted_fails(world: World) -> None:
    def tenant(name: str) -> dict[str, Any]:
        return {"type": "OS::Neutron::Net", "properties": {"name": "n", "tenant_id": name}}

    rules = {"a": {"restricted_actions": "replace"}}
    stack = create(world, {"a": tenant("one")}, rules)
    stack.reach("CREATE_COMPLETE")
    for other in (tenant("two"), thing("another type")):
        update(stack, {"a": other}, rules)
        stack.reach("UPDATE_FAILED")
        assert stack.reason == (
            "Resource UPDATE failed: ResourceActionRestricted: resources.a: "
            "replace is restricted for resource."
        )
        assert stack.states() == {"a": "CREATE_COMPLETE"}
    update(stack, {"a": {**tenant("one"), "metadata": {"x": 1}}}, rules)
    stack.reach("UPDATE_COMPLETE")
    assert len(world.cloud.done("create", "networks")) == 1
