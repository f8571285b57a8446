"""Changes that meet another change of the same stack."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from common import errors
from tests.databases import KINDS
from tests.scenarios.world import MINE, World, net, template, thing, until, waiting


def tenant(name: str) -> dict[str, Any]:
    return {"type": "OS::Neutron::Net", "properties": {"name": "n", "tenant_id": name}}


def test_update_during_create_waits_for_the_running_call(any_world: World) -> None:
    world = any_world
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"a": net("a"), "b": {**thing(wait_secs=-1), "depends_on": "a"}})
        assert arrived.wait(10)
        stack.update({"a": net("a"), "c": thing()})
        assert stack.state == "UPDATE_IN_PROGRESS"
        assert world.leftovers()["traversals"] == 2
    stack.reach("UPDATE_COMPLETE")
    assert stack.states() == {"a": "CREATE_COMPLETE", "c": "CREATE_COMPLETE"}
    assert len(world.cloud.done("create", "networks")) == 1
    assert world.leftovers() == {"steps": 0, "traversals": 0}


def test_what_a_superseded_create_was_making_differently_is_replaced(world: World) -> None:
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"a": tenant("one")})
        assert arrived.wait(10)
        stack.update({"a": tenant("two")})
    stack.reach("UPDATE_COMPLETE")
    assert [made["tenant_id"] for made in world.cloud.made("networks")] == ["two"]


def test_a_wait_goes_on_across_an_update(world: World) -> None:
    """Time that has been waited is not lost, nor are the signals."""
    stack = world.create(waiting(count=2))
    stack.signal_when_possible(id="1")
    stack.update({**waiting(count=2), "more": thing()})
    until(lambda: stack.states().get("more") == "CREATE_COMPLETE", "the update to run")
    stack.signal(id="2")
    stack.reach("UPDATE_COMPLETE")
    assert stack.states()["wait"] == "CREATE_COMPLETE"


def test_delete_during_create_leaks_nothing(any_world: World) -> None:
    world = any_world
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"a": net("a"), "b": {**net("b"), "depends_on": "a"}})
        assert arrived.wait(10)
        stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("networks") == []
    assert [body["name"] for _, _, body, _ in world.cloud.done("create", "networks")] == ["a"]


def test_delete_while_waiting_for_ever(world: World) -> None:
    stack = world.create({"a": thing(action_wait_secs={"create": -1})})
    until(lambda: stack.states().get("a") == "CREATE_IN_PROGRESS", "a to wait")
    stack.delete()
    stack.reach("DELETE_COMPLETE")


def test_update_during_update_ends_with_the_later_goal(world: World) -> None:
    stack = world.create({"a": net("zero")})
    stack.reach("CREATE_COMPLETE")
    network = stack.physical("a")
    with world.cloud.held("update", "networks") as arrived:
        stack.update({"a": net("one")})
        assert arrived.wait(10)
        stack.update({"a": net("two")})
    stack.reach("UPDATE_COMPLETE")
    assert [(made["id"], made["name"]) for made in world.cloud.made("networks")] == [
        (network, "two")
    ]


def test_an_update_taken_back_while_it_ran_leaves_the_old_value(world: World) -> None:
    """The first update had reached the cloud; the second wants what the rows say is there."""
    stack = world.create({"a": net("zero")})
    stack.reach("CREATE_COMPLETE")
    with world.cloud.held("update", "networks") as arrived:
        stack.update({"a": net("one")})
        assert arrived.wait(10)
        stack.update({"a": net("zero")})
    stack.reach("UPDATE_COMPLETE")
    assert [made["name"] for made in world.cloud.made("networks")] == ["zero"]
    assert stack.states() == {"a": "UPDATE_COMPLETE"}


def test_two_updates_at_once_both_are_taken_and_one_goal_is_reached(any_world: World) -> None:
    world = any_world
    stack = world.create({"a": net("zero")})
    stack.reach("CREATE_COMPLETE")
    together = threading.Barrier(2)

    def update(name: str) -> None:
        together.wait()
        stack.update({"a": net(name)})

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(update, name) for name in ("one", "two")]:
            done.result()
    stack.reach("UPDATE_COMPLETE")
    until(lambda: world.leftovers()["traversals"] == 0, "everything to settle")
    wanted = stack.via().get_template(MINE, stack.identity)["resources"]["a"]["properties"]["name"]
    assert [made["name"] for made in world.cloud.made("networks")] == [wanted]


def test_three_updates_in_a_row_never_lose_a_thing(world: World) -> None:
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"a": tenant("one")})
        assert arrived.wait(10)
        for name in ("two", "three", "four"):
            stack.update({"a": tenant(name)})
    stack.reach("UPDATE_COMPLETE")
    assert [made["tenant_id"] for made in world.cloud.made("networks")] == ["four"]
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("networks") == []


def test_cancel_with_rollback_goes_back(any_world: World) -> None:
    world = any_world
    stack = world.create({"a": net("zero")})
    stack.reach("CREATE_COMPLETE")
    with world.cloud.held("update", "networks") as arrived:
        stack.update({"a": net("one"), "b": net("b")})
        assert arrived.wait(10)
        stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=True)
    stack.reach("ROLLBACK_COMPLETE")
    assert [made["name"] for made in world.cloud.made("networks")] == ["zero"]
    assert stack.states() == {"a": "UPDATE_COMPLETE"}


def test_cancel_without_rollback_stops_where_it_is(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    stack.update({"a": thing("w", action_wait_secs={"update": -1}), "b": net()})
    until(lambda: stack.states()["a"] == "UPDATE_IN_PROGRESS", "the update to wait")
    stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=False)
    stack.reach("UPDATE_FAILED")
    assert stack.reason == "Stack UPDATE cancelled"
    shown = stack.resources()["a"]
    assert shown["resource_status_reason"].startswith("UPDATE aborted (Stack UPDATE cancelled, ")


def test_cancel_of_a_create(world: World) -> None:
    stack = world.create(waiting(), disable_rollback=False)
    until(lambda: stack.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    with pytest.raises(errors.NotSupported, match="Cancelling update when stack is CREATE_IN_PRO"):
        stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=True)
    stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=False)
    stack.reach("CREATE_FAILED")
    assert stack.reason == "Stack CREATE cancelled"


def test_cancel_of_an_update_that_had_not_begun(world: World) -> None:
    """The superseded create still has a call running; nothing is left in progress after."""
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"a": net(), **waiting()})
        assert arrived.wait(10)
        until(lambda: stack.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
        stack.update({"a": net("other")})
        stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=False)
    stack.reach("UPDATE_FAILED")
    assert stack.reason == "Stack UPDATE cancelled"
    assert "IN_PROGRESS" not in " ".join(stack.states().values())
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("networks") == []


def test_cancel_when_nothing_runs(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    with pytest.raises(errors.NotSupported, match="when stack is CREATE_COMPLETE is not supported"):
        stack.via().stack_cancel_update(MINE, stack.identity)


@pytest.mark.parametrize("kind", KINDS)
def test_of_twenty_creates_of_one_name_exactly_one_wins(new_world: Any, kind: str) -> None:
    world: World = new_world(kind)
    together = threading.Barrier(20)

    def create() -> bool:
        together.wait()
        try:
            world.engine.service.create_stack(
                MINE, "raced", template=template({"a": thing()}), args={}
            )
        except errors.StackExists:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        won = [done.result() for done in [pool.submit(create) for _ in range(20)]]
    assert won.count(True) == 1
    listed = world.engine.service.list_stacks(MINE)
    assert [item["stack_name"] for item in listed] == ["raced"]
    until(lambda: world.leftovers() == {"steps": 0, "traversals": 0}, "the winner to be done")
