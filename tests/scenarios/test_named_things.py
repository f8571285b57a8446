"""Flavors, images, networks ... that a template names are looked for before anything is made."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.scenarios.world import MINE, World, template


def server(**properties: Any) -> dict[str, Any]:
    given = {"flavor": "m1.tiny", "image": "debian", "networks": [{"network": "private"}]}
    return {"type": "OS::Nova::Server", "properties": {**given, **properties}}


def parameter(rule: str, **rest: Any) -> dict[str, Any]:
    return {"type": "string", "constraints": [{"custom_constraint": rule}], **rest}


def refusal(world: World, document: dict[str, Any], **params: Any) -> str:
    request = {"template": document, "params": {"parameters": params}}
    told = set()
    for ask in (world.engine.service.create_stack, world.engine.service.preview_stack):
        with pytest.raises(errors.StackValidationFailed) as refused:
            ask(MINE, "s", args={}, **request)
        told.add(refused.value.message)
    assert world.engine.service.count_stacks(MINE) == 0
    return told.pop() if len(told) == 1 else f"told differently: {told}"


def test_everything_that_is_not_there_is_told_at_once(world: World) -> None:
    networks = [{"network": "private"}, {"network": "nowhere"}]
    message = refusal(
        world,
        template({"a": server(flavor="huge", networks=networks), "b": server(image="cp/m")}),
    )
    for place, text in (
        ("a.properties.flavor", "'huge': The Flavor (huge)"),
        ("a.properties.networks[1].network", "'nowhere': The network (nowhere)"),
        ("b.properties.image", "'cp/m': The Image (cp/m)"),
    ):
        line = f"Property error: resources.{place}: Error validating value {text}"
        assert f"{line} could not be found." in message


def test_a_parameter_speaks_for_the_properties_that_get_it(world: World) -> None:
    document = template({"a": server(flavor={"get_param": "size"})})
    document["parameters"] = {
        "size": parameter("nova.flavor"),
        "others": {**parameter("glance.image"), "type": "comma_delimited_list"},
    }
    message = refusal(world, document, size="huge", others="debian,slackware")
    assert message.count("huge") == 2
    for name, value, word in (("size", "huge", "Flavor"), ("others", "slackware", "Image")):
        assert (
            f"Parameter '{name}' is invalid: Error validating value '{value}': The {word} "
            f"({value}) could not be found."
        ) in message


def test_the_words_of_the_constraint_and_the_value_of_a_hidden_parameter(world: World) -> None:
    document = template({"a": server()})
    document["parameters"] = {
        "size": {**parameter("nova.flavor"), "hidden": True},
        "base": parameter("glance.image"),
    }
    document["parameters"]["base"]["constraints"][0]["description"] = "One of ours, please."
    message = refusal(world, document, size="s3cret", base="theirs")
    assert "Parameter 'base' is invalid: One of ours, please." in message
    assert "Parameter 'size' is invalid" in message
    assert "s3cret" not in message


def test_what_the_template_makes_itself_may_be_named(world: World) -> None:
    net = {"type": "OS::Neutron::Net", "properties": {"name": "own"}}
    one = {**server(networks=[{"network": "own"}]), "depends_on": "net"}
    made = world.create({"net": net, "one": one})
    made.reach("CREATE_COMPLETE")


def test_an_update_asks_for_what_is_new_in_it(world: World) -> None:
    stack = world.create({"a": server()})
    stack.reach("CREATE_COMPLETE")
    del world.cloud.things["images"]["image-1"]
    stack.update({"a": server(metadata={"k": "v"})})
    stack.reach("UPDATE_COMPLETE")
    with pytest.raises(errors.StackValidationFailed, match=r"The Flavor \(huge\)"):
        stack.update({"a": server(flavor="huge")})
    assert stack.state == "UPDATE_COMPLETE"


def test_a_service_that_cannot_tell_is_no_reason_to_refuse(world: World) -> None:
    world.cloud.fail("get", "flavors", "unavailable", times=1)
    stack = world.create({"a": server()})
    stack.reach("CREATE_COMPLETE")
