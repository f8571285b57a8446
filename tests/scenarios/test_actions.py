"""Suspend, resume, check, and resources that are marked unhealthy."""

from __future__ import annotations

import pytest

from common import errors
from tests.scenarios.world import MINE, World, net, server, thing, until


def test_suspend_and_resume(any_world: World) -> None:
    stack = any_world.create({"web": server(), "a": {**thing(), "depends_on": "web"}})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_suspend(MINE, stack.identity)
    stack.reach("SUSPEND_COMPLETE")
    assert stack.states() == {"web": "SUSPEND_COMPLETE", "a": "SUSPEND_COMPLETE"}
    assert any_world.cloud.made("servers")[0]["status"] == "SUSPENDED"
    order = [who for who, state, _ in stack.events() if state == "SUSPEND_COMPLETE"]
    assert order == ["a", "web", "."]
    stack.via().stack_resume(MINE, stack.identity)
    stack.reach("RESUME_COMPLETE")
    assert any_world.cloud.made("servers")[0]["status"] == "ACTIVE"
    order = [who for who, state, _ in stack.events() if state == "RESUME_COMPLETE"]
    assert order == ["web", "a", "."]


def test_suspend_twice_does_nothing(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_suspend(MINE, stack.identity)
    stack.reach("SUSPEND_COMPLETE")
    events = len(stack.events())
    stack.via().stack_suspend(MINE, stack.identity)
    assert len(stack.events()) == events


def test_a_suspended_stack_can_be_deleted(world: World) -> None:
    stack = world.create({"web": server()})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_suspend(MINE, stack.identity)
    stack.reach("SUSPEND_COMPLETE")
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("servers") == []


def test_suspend_needs_a_stable_resource(world: World) -> None:
    stack = world.create({"a": thing(fail=True)})
    stack.reach("CREATE_FAILED")
    stack.via().stack_suspend(MINE, stack.identity)
    stack.reach("SUSPEND_FAILED")
    assert "State ('CREATE', 'FAILED') invalid for suspend" in stack.reason


def test_resume_of_what_was_not_suspended(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    with pytest.raises(errors.NotSupported):
        stack.via().stack_resume(MINE, stack.identity)


def test_nothing_begins_beside_a_running_action(world: World) -> None:
    stack = world.create({"a": thing(action_wait_secs={"create": -1})})
    with pytest.raises(errors.ActionInProgress):
        stack.via().stack_suspend(MINE, stack.identity)
    with pytest.raises(errors.ActionInProgress):
        stack.via().stack_check(MINE, stack.identity)
    stack.delete()
    until(lambda: world.leftovers()["traversals"] == 0, "the end")


def test_check(world: World) -> None:
    stack = world.create({"a": thing(), "n": net()})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_check(MINE, stack.identity)
    stack.reach("CHECK_COMPLETE")
    assert stack.reason == "Stack CHECK completed successfully"
    assert stack.states() == {"a": "CHECK_COMPLETE", "n": "CHECK_COMPLETE"}


def test_check_says_where_it_is_not_supported(world: World) -> None:
    stack = world.create({"a": {"type": "OS::Heat::RandomString"}, "b": thing()})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_check(MINE, stack.identity)
    stack.reach("CHECK_COMPLETE")
    assert stack.reason == (
        "Stack CHECK completed successfully. 'CHECK' not fully supported (see resources)"
    )
    assert stack.history("a")[-1] == (
        "CHECK_COMPLETE",
        "CHECK not supported for OS::Heat::RandomString",
    )


def test_check_collects_what_failed(world: World) -> None:
    stack = world.create({"a": thing(fail=True), "b": {**thing(), "depends_on": "a"}})
    stack.reach("CREATE_FAILED")
    stack.via().stack_check(MINE, stack.identity)
    stack.reach("CHECK_FAILED")
    head, rest = stack.reason.split(": ", 1)
    assert head == "Resource CHECK failed"
    assert sorted(rest.split("; ")) == [
        "a: Resource CHECK failed: Exception: resources.a: Resource not created",
        "b: Resource CHECK failed: Can not check b, resource not created yet.",
    ]


def test_an_unhealthy_resource_is_replaced_by_the_next_update(world: World) -> None:
    resources = {"n": net(), "a": thing({"get_resource": "n"})}
    stack = world.create(resources)
    stack.reach("CREATE_COMPLETE")
    old = stack.physical("n")
    stack.via().resource_mark_unhealthy(MINE, stack.identity, "n", True, "looks odd")
    assert stack.history("n")[-1] == ("CHECK_FAILED", "looks odd")
    stack.update(resources)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("n") != old
    assert [made["id"] for made in world.cloud.made("networks")] == [stack.physical("n")]
    assert stack.states()["a"] == "UPDATE_COMPLETE"


def test_marking_healthy_takes_it_back(world: World) -> None:
    stack = world.create({"n": net()})
    stack.reach("CREATE_COMPLETE")
    service = stack.via()
    service.resource_mark_unhealthy(MINE, stack.identity, stack.physical("n"), True)
    assert stack.history("n")[-1] == (
        "CHECK_FAILED",
        "state changed by resource_mark_unhealthy api",
    )
    service.resource_mark_unhealthy(MINE, stack.identity, "n", False)
    assert stack.states() == {"n": "CHECK_COMPLETE"}
    with pytest.raises(errors.Invalid, match="mark_unhealthy is not a boolean"):
        service.resource_mark_unhealthy(MINE, stack.identity, "n", "yes")
