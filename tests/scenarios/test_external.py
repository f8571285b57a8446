"""Things that a stack adopts by their id and never makes, changes or deletes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common import errors
from tests.scenarios.world import MINE, World, net, template, thing


def adopted(id: Any, kind: str = "OS::Neutron::Net", **rest: Any) -> dict[str, Any]:
    return {"type": kind, "external_id": id, **rest}


@pytest.fixture
def network(world: World) -> str:
    made = world.cloud.create("network", "networks", {"name": "theirs"}, token="theirs")
    return str(made["id"])


def test_a_thing_is_adopted_and_read_and_kept(world: World, network: str) -> None:
    stack = world.create(
        {
            "a": adopted(network, properties={"name": "not looked at", "wrong": 5}),
            "b": thing({"get_attr": ["a", "show", "name"]}),
            "c": thing({"get_resource": "a"}),
        }
    )
    stack.reach("CREATE_COMPLETE")
    assert stack.reason == "Stack CREATE completed successfully"
    assert stack.physical("a") == network
    assert stack.history("a") == [
        ("ADOPT_IN_PROGRESS", "state changed"),
        ("ADOPT_COMPLETE", "state changed"),
        ("CHECK_IN_PROGRESS", "state changed"),
        ("CHECK_COMPLETE", "state changed"),
    ]
    assert len(world.cloud.done("create", "networks")) == 1
    for action in ("suspend", "resume", "check"):
        getattr(stack.via(), f"stack_{action}")(MINE, stack.identity)
        stack.reach(f"{action.upper()}_COMPLETE")
    stack.update(
        {"c": thing({"get_resource": "a"}), "a": adopted(network, properties={"name": "x"})}
    )
    stack.reach("UPDATE_COMPLETE")
    assert stack.states()["a"] == "CHECK_COMPLETE"
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert [made["name"] for made in world.cloud.made("networks")] == ["theirs"]


def test_what_does_not_exist_is_not_adopted(world: World) -> None:
    with pytest.raises(errors.StackValidationFailed) as refused:
        world.create({"a": adopted("no-such"), "b": net()})
    assert (
        "resources.a: Invalid external resource: Resource no-such (OS::Neutron::Net) "
        "can not be found."
    ) in refused.value.message


@pytest.mark.parametrize("kind", ["OS::Heat::ResourceGroup", "OS::Heat::Stack", "My::Box"])
def test_a_nested_stack_is_not_adopted_by_its_id(world: World, kind: str) -> None:
    inside = {"x.yaml": template({"a": adopted("x", kind)}), "box.yaml": template({})}
    request: dict[str, Any] = {
        "template": template({"n": {"type": "x.yaml"}}),
        "files": {name: json.dumps(body) for name, body in inside.items()},
        "params": {"resource_registry": {"My::Box": "box.yaml"}},
    }
    for ask in (
        lambda: world.engine.service.create_stack(MINE, "s", args={}, **request),
        lambda: world.engine.service.validate_template(MINE, **request),
    ):
        with pytest.raises(errors.StackValidationFailed) as refused:
            ask()
        assert refused.value.message.startswith(
            f"resources.n<x.yaml>: resources.a.external_id: A nested stack ({kind}) cannot be "
            "adopted by its id. Give the things in it an external_id each"
        )


def test_the_id_may_not_change(world: World, network: str) -> None:
    other = world.cloud.create("network", "networks", {"name": "two"}, token="two")["id"]
    stack = world.create({"a": adopted(network), "own": net()})
    stack.reach("CREATE_COMPLETE")
    wanted = {
        "a": {"a": adopted(other), "own": net()},
        "own": {"a": adopted(network), "own": adopted(other)},
    }
    for name, resources in wanted.items():
        stack.update(resources)
        stack.reach("UPDATE_FAILED")
        assert stack.reason == (
            f"Resource UPDATE failed: NotSupported: resources.{name}: "
            f"Update to property external_id of {name} (OS::Neutron::Net) is not supported."
        )
        stack.update({"a": adopted(network), "own": net()})
        stack.reach("UPDATE_COMPLETE")
    assert stack.physical("a") == network
    assert len(world.cloud.made("networks")) == 3


def test_a_type_that_cannot_be_looked_at_is_taken_on_trust(world: World) -> None:
    stack = world.create({"a": adopted("any", "OS::Heat::RandomString")})
    stack.reach("CREATE_COMPLETE")
    assert stack.history("a")[-1] == (
        "CHECK_COMPLETE",
        "CHECK not supported for OS::Heat::RandomString",
    )


def test_an_adopted_thing_that_is_gone_can_be_dropped(world: World, network: str) -> None:
    stack = world.create({"a": adopted(network), "own": net()})
    stack.reach("CREATE_COMPLETE")
    world.cloud.delete("network", "networks", network)
    stack.update({"a": adopted(network), "own": net("renamed")})
    stack.reach("UPDATE_COMPLETE")
    stack.update({"own": net("renamed")})
    stack.reach("UPDATE_COMPLETE")
    assert set(stack.states()) == {"own"}
