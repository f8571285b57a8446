"""Creations that are begun anew after something that may pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.databases import KINDS
from tests.scenarios.world import World, net, server, thing, until


@pytest.fixture(params=KINDS)
def persistent(request: pytest.FixtureRequest, new_world: Callable[..., World]) -> World:
    return new_world(request.param, action_retry_limit=3, retry_seconds=0.01)


@pytest.fixture
def slow(new_world: Callable[..., World]) -> World:
    return new_world(action_retry_limit=3, retry_seconds=300.0)


def broken(world: World, *, times: int) -> None:
    """The first ``times`` networks go into ERROR."""
    create = world.cloud.create

    def faulty(service: str, collection: str, body: Any, *, token: str) -> Any:
        if collection == "networks":
            made = len(world.cloud.done("create", "networks"))
            world.cloud.slow["networks"] = ["BUILD", "ERROR" if made < times else "ACTIVE"]
        return create(service, collection, body, token=token)

    world.cloud.create = faulty


def test_what_went_into_error_is_deleted_and_made_again(persistent: World) -> None:
    broken(persistent, times=2)
    stack = persistent.create({"a": net(), "b": {**net("b"), "depends_on": "a"}})
    stack.reach("CREATE_COMPLETE")
    again = [
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]
    assert [state for state, _ in stack.history("a")] == [
        *again,
        *again,
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
    ]
    assert stack.history("a")[1][1] == (
        'ResourceInError: resources.a: Went to status ERROR due to "Unknown"'
    )
    assert len(persistent.cloud.made("networks")) == 2
    assert len(persistent.cloud.done("create", "networks")) == 4
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert persistent.cloud.made("networks") == []


def test_it_ends_and_the_first_failure_is_told(new_world: Callable[..., World]) -> None:
    world = new_world(action_retry_limit=2, retry_seconds=0.01)
    world.cloud.fail("create", "networks", "conflict", times=1)
    broken(world, times=9)
    stack = world.create({"a": net()})
    stack.reach("CREATE_FAILED")
    assert stack.reason == "Resource CREATE failed: Conflict: resources.a: networks conflict"
    assert stack.resources()["a"]["resource_status_reason"] == (
        "Conflict: resources.a: networks conflict"
    )
    assert len(world.cloud.done("create", "networks")) == 3
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("networks") == []


@pytest.mark.parametrize("kind", ["invalid", "forbidden", "not_found"])
def test_what_will_not_pass_is_told_at_once(slow: World, kind: str) -> None:
    slow.cloud.fail("create", "networks", kind)
    stack = slow.create({"a": net(), "b": thing(fail=True)})
    stack.reach("CREATE_FAILED")
    assert len(slow.cloud.done("create", "networks")) == 1


def test_a_server_whose_user_data_fails_is_not_made_again(slow: World) -> None:
    slow.cloud.slow["servers"] = ["BUILD"] * 10_000
    stack = slow.create({"web": server()})
    until(lambda: slow.cloud.made("servers"), "the server")
    made = slow.cloud.made("servers")[0]
    made.update(fault={"code": 400, "message": "user_data exited with status 1"}, states=["ERROR"])
    stack.reach("CREATE_FAILED")
    assert "user_data exited with status 1" in stack.reason
    assert len(slow.cloud.done("create", "servers")) == 1


def waiting_again(world: World, stack: Any) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        shown: dict[str, Any] = stack.resources()["a"]
        return shown if (shown.get("waiting_for") or "").startswith("another try") else None

    return until(look, "a to wait for another try") or {}


def test_who_waits_for_another_try_says_so_and_survives_its_engine(slow: World) -> None:
    slow.cloud.fail("create", "networks", "conflict")
    first = slow.engine
    stack = slow.create({"a": net()})
    shown = waiting_again(slow, stack)
    assert shown["waiting_for"] == (
        "another try (1 of 3) after Conflict: resources.a: networks conflict"
    )
    assert shown["waiting_since"] < shown["waiting_until"]
    second = slow.add_engine()
    slow.kill(first)
    until(lambda: second.runner.running(), "the take-over")
    assert waiting_again(slow, stack)["waiting_until"] == shown["waiting_until"]
    stack.update({"a": net()})
    stack.reach("UPDATE_COMPLETE")
    assert len(slow.cloud.made("networks")) == 1
    assert slow.leftovers() == {"steps": 0, "traversals": 0}


def test_who_waits_for_another_try_can_be_deleted(slow: World) -> None:
    slow.cloud.fail("create", "networks", "conflict")
    stack = slow.create({"a": net()})
    waiting_again(slow, stack)
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert slow.cloud.made("networks") == []


def test_a_failure_beside_it_ends_the_wait(new_world: Callable[..., World]) -> None:
    world = new_world(action_retry_limit=3, retry_seconds=300.0, error_wait_time=0.1)
    world.cloud.fail("create", "networks", "conflict")
    stack = world.create({"a": net(), "b": thing(fail=True, wait_secs=0.5)})
    waiting_again(world, stack)
    stack.reach("CREATE_FAILED")
    assert stack.resources()["a"]["resource_status_reason"] == (
        "Conflict: resources.a: networks conflict"
    )
    assert "resources.b: Test Resource failed b" in stack.reason
