"""What fails, how a stack says so, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language.schema import Kind, Property
from heat_engine.resources.protocol import Progress, Request, ResourceType, done
from heat_engine.resources.registry import BUILT_IN, Registry
from tests.scenarios.world import MINE, OTHERS, World, net, server, template, thing, until, waiting


def tenant(name: str) -> dict[str, Any]:
    return {"type": "OS::Neutron::Net", "properties": {"name": "n", "tenant_id": name}}


def test_a_failed_create_says_why_and_stays(world: World) -> None:
    stack = world.create({"a": thing(fail=True), "b": {**net(), "depends_on": "a"}})
    stack.reach("CREATE_FAILED")
    assert stack.reason == (
        "Resource CREATE failed: ValueError: resources.a: Test Resource failed a"
    )
    assert stack.states() == {"a": "CREATE_FAILED", "b": "INIT_COMPLETE"}
    assert stack.resources()["a"]["resource_status_reason"] == (
        "ValueError: resources.a: Test Resource failed a"
    )
    assert world.cloud.made("networks") == []
    assert world.leftovers() == {"steps": 0, "traversals": 0}


def test_a_failed_create_rolls_back_to_nothing(any_world: World) -> None:
    stack = any_world.create(
        {"a": net(), "b": {**thing(fail=True), "depends_on": "a"}}, disable_rollback=False
    )
    stack.reach("ROLLBACK_COMPLETE")
    assert stack.states() == {}
    assert any_world.cloud.made("networks") == []
    told = [(state, reason) for state, reason in stack.history(".")]
    assert told == [
        ("CREATE_IN_PROGRESS", "Stack CREATE started"),
        (
            "CREATE_FAILED",
            "Resource CREATE failed: ValueError: resources.b: Test Resource failed b",
        ),
        ("ROLLBACK_IN_PROGRESS", "Stack ROLLBACK started"),
        ("ROLLBACK_COMPLETE", "Stack ROLLBACK completed successfully"),
    ]
    stack.delete()
    stack.reach("DELETE_COMPLETE")


def test_a_refused_delete_fails_the_stack_and_can_be_tried_again(world: World) -> None:
    stack = world.create({"a": net(), "b": {**net("b"), "depends_on": "a"}})
    stack.reach("CREATE_COMPLETE")
    world.cloud.fail("delete", "networks", "invalid")
    stack.delete()
    stack.reach("DELETE_FAILED")
    assert stack.reason.startswith("Resource DELETE failed: ")
    assert stack.states() == {"a": "CREATE_COMPLETE", "b": "DELETE_FAILED"}
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("networks") == []


def test_a_failed_update_goes_back_to_the_goal_before(any_world: World) -> None:
    before = {"a": net("before"), "gone": net("gone"), "b": thing()}
    stack = any_world.create(before, disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    ids = {name: stack.physical(name) for name in ("a", "gone")}
    after = {
        "a": net("after"),
        "new": net("new"),
        "b": {**thing("w", fail=True), "depends_on": ["a", "new"]},
    }
    stack.update(after)
    stack.reach("ROLLBACK_COMPLETE")
    assert {name: stack.physical(name) for name in ("a", "gone")} == ids
    assert {made["name"] for made in any_world.cloud.made("networks")} == {"before", "gone"}
    assert set(stack.states()) == {"a", "gone", "b"}
    assert stack.via().get_template(MINE, stack.identity)["resources"] == before
    assert any_world.leftovers() == {"steps": 0, "traversals": 0}


def test_rollback_swaps_a_replaced_thing_back(world: World) -> None:
    def resources(name: str, *, fail: bool) -> dict[str, Any]:
        return {
            "a": tenant(name),
            "b": thing({"get_resource": "a"}, update_replace_value=name),
            "c": {**thing("x", fail=fail), "depends_on": "b"},
        }

    stack = world.create(resources("one", fail=False), disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    old = stack.physical("a"), stack.physical("b")
    stack.update(resources("two", fail=True))
    stack.reach("ROLLBACK_COMPLETE")
    assert (stack.physical("a"), stack.physical("b")) == old
    assert [made["id"] for made in world.cloud.made("networks")] == [old[0]]
    assert len(world.cloud.done("create", "networks")) == 2


def test_rollback_swaps_back_what_shows_late(world: World) -> None:
    """b reads what an update in place of a changes, so its old self is known again only late."""

    def resources(name: str, *, fail: bool) -> dict[str, Any]:
        return {
            "a": thing(name),
            "b": {
                "type": "OS::Neutron::Net",
                "properties": {"name": "n", "tenant_id": {"get_attr": ["a", "output"]}},
            },
            "c": {**thing("x", fail=fail), "depends_on": "b"},
        }

    stack = world.create(resources("one", fail=False), disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    old = stack.physical("b")
    stack.update(resources("two", fail=True))
    stack.reach("ROLLBACK_COMPLETE")
    assert stack.physical("b") == old
    assert [made["id"] for made in world.cloud.made("networks")] == [old]


def test_a_failed_resource_is_replaced_by_the_next_update(world: World) -> None:
    stack = world.create({"a": thing(fail=True)})
    stack.reach("CREATE_FAILED")
    stack.update({"a": thing()})
    stack.reach("UPDATE_COMPLETE")
    assert stack.history("a")[2:] == [
        ("CREATE_IN_PROGRESS", "state changed"),
        ("CREATE_COMPLETE", "state changed"),
        ("DELETE_IN_PROGRESS", "state changed"),
        ("DELETE_COMPLETE", "state changed"),
    ]


def test_a_thing_that_went_wrong_is_made_anew(world: World) -> None:
    world.cloud.slow["networks"] = ["BUILD", "ERROR"]
    stack = world.create({"a": net()})
    stack.reach("CREATE_FAILED")
    assert "ResourceInError: resources.a: Went to status ERROR" in stack.reason
    world.cloud.slow.clear()
    stack.update({"a": net()})
    stack.reach("UPDATE_COMPLETE")
    assert [made["status"] for made in world.cloud.made("networks")] == ["ACTIVE"]


def test_a_thing_whose_making_was_cut_short_is_waited_for_by_the_next_update(
    new_world: Any,
) -> None:
    """It is in order, so it is kept; what can be read of it has still to be found out."""
    world = new_world(error_wait_time=0.0)
    world.cloud.slow["servers"] = ["BUILD"] * 10_000
    stack = world.create({"web": server(), "bad": thing(fail=True)})
    stack.reach("CREATE_FAILED")
    assert stack.states()["web"] == "CREATE_FAILED"
    made = world.cloud.made("servers")[0]
    made["states"] = ["BUILD", "ACTIVE"]
    stack.update({"web": server(), "copy": thing({"get_attr": ["web", "first_address"]})})
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("web") == made["id"]
    shown = stack.via().describe_stack_resource(MINE, stack.identity, "copy")
    assert shown["attributes"]["output"].startswith("10.0.0.")


def test_an_update_that_may_have_happened_is_taken_back_by_rollback(world: World) -> None:
    """The cloud did it and then failed to say so: the rollback must not believe the old name."""
    stack = world.create({"a": net("before")}, disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    network = stack.physical("a")
    world.cloud.fail("get", "networks", "invalid")
    stack.update({"a": net("after")})
    stack.reach("ROLLBACK_COMPLETE")
    assert [made["name"] for made in world.cloud.made("networks")] == ["before"]
    assert stack.physical("a") == network


def test_what_waits_beside_a_failure_is_aborted(world: World) -> None:
    stack = world.create({**waiting(), "bad": {**thing(fail=True), "depends_on": "handle"}})
    stack.reach("CREATE_FAILED")
    assert stack.states() == {
        "handle": "CREATE_COMPLETE",
        "wait": "CREATE_FAILED",
        "bad": "CREATE_FAILED",
    }
    assert stack.resources()["wait"]["resource_status_reason"] == (
        "CREATE aborted (waiting for 0 of 1 signal (until 00:01:00 from start))"
    )


def test_what_is_being_made_beside_a_failure_is_let_finish(world: World) -> None:
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"a": net(), "b": thing(fail=True)})
        assert arrived.wait(10)
        until(lambda: stack.states()["b"] == "CREATE_FAILED", "b to fail")
        assert stack.state == "CREATE_IN_PROGRESS"
    stack.reach("CREATE_FAILED")
    assert stack.states()["a"] == "CREATE_COMPLETE"


def test_patience_with_others_after_a_failure_has_an_end(new_world: Any) -> None:
    world = new_world(error_wait_time=0.2)
    world.cloud.slow["networks"] = ["BUILD"] * 10_000
    stack = world.create({"a": net(), "b": thing(fail=True)})
    stack.reach("CREATE_FAILED")
    assert stack.resources()["a"]["resource_status_reason"] == (
        "CREATE aborted (waiting for network to become ACTIVE or DOWN (is BUILD))"
    )
    assert "resources.b: Test Resource failed b" in stack.reason


def test_stack_timeout(new_world: Any) -> None:
    world = new_world(stack_action_timeout=1)
    stack = world.create({"a": thing(wait_secs=-1), "b": {**net(), "depends_on": "a"}})
    stack.reach("CREATE_FAILED")
    assert stack.reason == "Timed out (resources.a: waiting for nothing: waits for ever)"
    assert stack.states() == {"a": "CREATE_FAILED", "b": "INIT_COMPLETE"}
    told = stack.resources()["a"]["resource_status_reason"]
    assert told.startswith("CREATE aborted (Timed out, waiting for ")


class Stubborn(ResourceType):
    """A type with properties that can never change."""

    name = "Test::Stubborn"
    instant = True
    properties = {
        "size": Property(Kind.INTEGER, "Its size.", immutable=True),
        "colour": Property(Kind.STRING, "Its colour.", immutable=True),
    }

    def create(self, request: Request) -> Progress:
        return done(physical_id=request.token)


def test_an_immutable_property_may_not_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry((*BUILT_IN, Stubborn))
    monkeypatch.setattr(Registry, "get", lambda _, name: registry._types[name])
    monkeypatch.setattr(Registry, "interface", lambda _, name: registry._interfaces.get(name))

    def stubborn(size: int, colour: str) -> dict[str, Any]:
        return {"type": "Test::Stubborn", "properties": {"size": size, "colour": colour}}

    stack = world.create({"a": stubborn(1, "red")})
    stack.reach("CREATE_COMPLETE")
    stack.update({"a": stubborn(2, "blue")})
    stack.reach("UPDATE_FAILED")
    told = "Update to properties colour, size of a (Test::Stubborn) is not supported."
    assert stack.reason == f"Resource UPDATE failed: NotSupported: resources.a: {told}"
    stack.update({"a": stubborn(2, "blue")})
    stack.reach("UPDATE_COMPLETE")
    assert stack.states() == {"a": "CREATE_COMPLETE"}


def test_a_stack_without_its_project_does_not_exist(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    service = world.engine.service
    calls: list[Any] = [
        lambda: service.show_stack(OTHERS, stack.identity),
        lambda: service.delete_stack(OTHERS, stack.identity),
        lambda: service.update_stack(OTHERS, stack.identity, template=template({})),
        lambda: service.identify_stack(OTHERS, "s"),
        lambda: service.resource_signal(OTHERS, stack.identity, "a", {}),
        lambda: service.list_stack_resources(OTHERS, stack.identity),
        lambda: service.list_events(OTHERS, stack.identity),
        lambda: service.get_template(OTHERS, stack.identity),
        lambda: service.stack_suspend(OTHERS, stack.identity),
        lambda: service.stack_cancel_update(OTHERS, stack.identity),
    ]
    for call in calls:
        with pytest.raises(errors.EntityNotFound, match=r"The Stack \(s\) could not be found."):
            call()
    assert stack.state == "CREATE_COMPLETE"


def test_a_fault_of_ours_ends_the_stack_as_failed(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("secret-value")

    monkeypatch.setattr("heat_engine.traversal.beginnings.Beginnings._create", broken)
    stack = world.create({"a": thing()})
    stack.reach("CREATE_FAILED")
    assert stack.reason == "Unexpected error in the engine: KeyError"
    assert "cannot go on" in caplog.text
