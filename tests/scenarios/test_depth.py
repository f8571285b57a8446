"""Changes of stacks three levels deep that are cancelled, rolled back, overtaken and mended."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.scenarios.nests import child, create, nest, orphans, update
from tests.scenarios.world import MINE, Stack, World, net, thing, until

PATH = ("outer", "middle")


def files(deepest: dict[str, Any]) -> dict[str, Any]:
    return {
        "middle.yaml": nest({"middle": {"type": "deepest.yaml"}}),
        "deepest.yaml": nest(deepest),
    }


TOP = {"outer": {"type": "middle.yaml"}}
SLOW = thing("new", action_wait_secs={"update": -1})


def deep(world: World, resources: dict[str, Any], **args: Any) -> Stack:
    return create(world, TOP, files(resources), **args)


def change(stack: Stack, resources: dict[str, Any], **args: Any) -> None:
    update(stack, TOP, files(resources), **args)


def underway(stack: Stack, name: str, state: str = "UPDATE_IN_PROGRESS") -> None:
    until(lambda: child(stack, *PATH).states().get(name) == state, f"{name} to be {state}")


def value_of(stack: Stack, name: str) -> Any:
    shown = stack.via().describe_stack_resource(MINE, child(stack, *PATH).identity, name)
    return shown["attributes"]["output"]


def settle(stack: Stack, *states: str) -> None:
    stack.reach(*states)
    until(
        lambda: (
            not any(child(stack, *PATH[:length]).state.endswith("IN_PROGRESS") for length in (1, 2))
        ),
        "the nested stacks to rest",
    )
    assert orphans(stack.world) == []
    assert stack.world.leftovers() == {"steps": 0, "traversals": 0}


def test_cancelling_an_update_goes_back_at_every_depth(any_world: World) -> None:
    stack = deep(any_world, {"t": thing("old"), "n": net("old")})
    stack.reach("CREATE_COMPLETE")
    network = child(stack, *PATH).physical("n")
    change(stack, {"t": SLOW, "n": net("new"), "more": net("more")})
    underway(stack, "t")
    stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=True)
    settle(stack, "ROLLBACK_COMPLETE")
    assert value_of(stack, "t") == "old"
    assert child(stack, *PATH).physical("n") == network
    assert [made["name"] for made in any_world.cloud.made("networks")] == ["old"]


def test_cancelling_without_rollback_stops_and_the_next_update_goes_on(world: World) -> None:
    stack = deep(world, {"t": thing("old"), "n": net("old")})
    stack.reach("CREATE_COMPLETE")
    change(stack, {"t": SLOW, "n": net("new")})
    underway(stack, "t")
    stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=False)
    settle(stack, "UPDATE_FAILED")
    assert stack.reason == "Stack UPDATE cancelled"
    assert child(stack, *PATH).reason == "Stack UPDATE cancelled"
    with pytest.raises(errors.NotSupported, match="Cancelling update when stack is UPDATE_FAILED"):
        stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=True)
    change(stack, {"t": thing("newest"), "n": net("new")})
    settle(stack, "UPDATE_COMPLETE")
    assert value_of(stack, "t") == "newest"


def test_cancelling_a_nested_stack_fails_those_around_it(world: World) -> None:
    stack = deep(world, {"t": thing("old")})
    stack.reach("CREATE_COMPLETE")
    change(stack, {"t": SLOW})
    underway(stack, "t")
    inner = child(stack, *PATH)
    inner.via().stack_cancel_update(MINE, inner.identity, cancel_with_rollback=False)
    settle(stack, "UPDATE_FAILED")
    assert (
        stack.reason
        == "Resource UPDATE failed: resources.outer.resources.middle: Stack UPDATE cancelled"
    )


def test_a_newer_update_overtakes_at_every_depth(any_world: World) -> None:
    stack = deep(any_world, {"t": thing("old"), "n": net("old")})
    stack.reach("CREATE_COMPLETE")
    change(stack, {"t": SLOW, "n": net("middle"), "gone": net("gone")})
    underway(stack, "t")
    change(stack, {"t": thing("newest"), "n": net("newest")})
    settle(stack, "UPDATE_COMPLETE")
    assert value_of(stack, "t") == "newest"
    assert [made["name"] for made in any_world.cloud.made("networks")] == ["newest"]


def test_an_update_overtakes_a_rollback_at_depth(world: World) -> None:
    before = {"t": thing("old", action_wait_secs={"update": 30})}
    stack = deep(world, before, disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    after = {
        "t": thing("new", action_wait_secs={"update": 0}),
        "bad": {**thing(fail=True), "depends_on": "t"},
    }
    change(stack, after)
    until(lambda: stack.state == "ROLLBACK_IN_PROGRESS", "the rollback")
    underway(stack, "t")
    change(stack, {"t": thing("newest", action_wait_secs={"update": 0})})
    settle(stack, "UPDATE_COMPLETE")
    assert value_of(stack, "t") == "newest"
    assert set(child(stack, *PATH).states()) == {"t"}


def test_a_replacement_at_depth_is_swapped_back_by_a_rollback(world: World) -> None:
    def network(tenant: str) -> dict[str, Any]:
        return {"type": "OS::Neutron::Net", "properties": {"name": "n", "tenant_id": tenant}}

    stack = deep(world, {"n": network("one")}, disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    first = child(stack, *PATH).physical("n")
    change(stack, {"n": network("two"), "bad": {**thing(fail=True), "depends_on": "n"}})
    settle(stack, "ROLLBACK_COMPLETE")
    assert [made["tenant_id"] for made in world.cloud.made("networks")] == ["one"]
    assert child(stack, *PATH).physical("n") == first


def test_a_failed_suspend_at_depth_says_where_and_can_be_repeated(world: World) -> None:
    stack = deep(
        world,
        {
            "t": thing(),
            "web": {
                "type": "OS::Nova::Server",
                "properties": {"image": "debian", "flavor": "m1.tiny"},
            },
        },
    )
    stack.reach("CREATE_COMPLETE")
    world.cloud.fail("act", "servers", "invalid")
    stack.via().stack_suspend(MINE, stack.identity)
    settle(stack, "SUSPEND_FAILED")
    place = "resources.outer.resources.middle.resources.web"
    assert stack.reason == f"Resource SUSPEND failed: BadRequest: {place}: servers invalid"
    for action in ("suspend", "resume", "check"):
        getattr(stack.via(), f"stack_{action}")(MINE, stack.identity)
        settle(stack, f"{action.upper()}_COMPLETE")


def test_a_failed_check_at_depth_says_where_and_is_mended(world: World) -> None:
    stack = deep(world, {"n": net("a")})
    stack.reach("CREATE_COMPLETE")
    world.cloud.things["networks"].pop(child(stack, *PATH).physical("n"))
    stack.via().stack_check(MINE, stack.identity)
    settle(stack, "CHECK_FAILED")
    place = "resources.outer.resources.middle.resources.n"
    assert stack.reason.startswith(
        f"Resource CHECK failed: outer: Resource CHECK failed: NotFound: {place}: networks"
    )
    change(stack, {"n": net("a")})
    settle(stack, "UPDATE_COMPLETE")
    assert [made["id"] for made in world.cloud.made("networks")] == [
        child(stack, *PATH).physical("n")
    ]


def test_one_unhealthy_member_of_a_group_is_replaced_and_no_other(world: World) -> None:
    group = {
        "g": {
            "type": "OS::Heat::ResourceGroup",
            "properties": {"count": 3, "resource_def": net()},
        }
    }
    stack = create(world, group)
    stack.reach("CREATE_COMPLETE")
    members = child(stack, "g")
    before = {name: members.physical(name) for name in "012"}
    members.via().resource_mark_unhealthy(MINE, members.identity, "1", True, "looks odd")
    assert members.resources()["1"]["resource_status_reason"] == "looks odd"
    update(stack, group)
    stack.reach("UPDATE_COMPLETE")
    after = {name: members.physical(name) for name in "012"}
    assert {name for name in "012" if before[name] != after[name]} == {"1"}
    stack.via().resource_mark_unhealthy(MINE, stack.identity, "g", True)
    update(stack, group)
    stack.reach("UPDATE_COMPLETE")
    assert not {*after.values()} & {made["id"] for made in world.cloud.made("networks")}
    assert len(world.cloud.made("networks")) == 3
    assert orphans(world) == []


def test_nothing_is_marked_while_its_stack_changes(world: World) -> None:
    stack = deep(world, {"t": thing("old")})
    stack.reach("CREATE_COMPLETE")
    change(stack, {"t": SLOW})
    underway(stack, "t")
    inner = child(stack, *PATH)
    with pytest.raises(errors.ActionInProgress):
        inner.via().resource_mark_unhealthy(MINE, inner.identity, "t", True)
    stack.via().stack_cancel_update(MINE, stack.identity)
    settle(stack, "ROLLBACK_COMPLETE")


def test_the_way_back_is_not_cancelled(world: World) -> None:
    stack = deep(world, {"t": thing("old", action_wait_secs={"update": 5})})
    stack.reach("CREATE_COMPLETE")
    change(stack, {"t": SLOW})
    underway(stack, "t")
    stack.via().stack_cancel_update(MINE, stack.identity)
    for rollback in (True, False):
        with pytest.raises(errors.NotSupported, match="ROLLBACK_IN_PROGRESS"):
            stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=rollback)
    stack.delete()
    until(lambda: stack.state == "DELETE_COMPLETE", "the delete")
    assert orphans(world) == []


def test_a_timeout_says_what_was_waited_for_at_whatever_depth(new_world: Any) -> None:
    world: World = new_world(stack_action_timeout=1)
    files = {"slow.yaml": nest({"w": thing(wait_secs=-1)})}
    group = {"count": 1, "resource_def": {"type": "slow.yaml"}}
    later = {"type": "OS::Heat::ResourceGroup", "properties": group, "depends_on": "first"}
    stack = create(world, {"first": thing(wait_secs=0.2), "g": later}, files)
    stack.reach("CREATE_FAILED")
    assert stack.reason == (
        "Timed out (resources.g.resources[0].resources.w: waiting for nothing: waits for ever)"
    )
