"""Stacks as resources: from a text, and from a URL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common import errors
from tests.scenarios.nests import child, create, nest, orphans, update
from tests.scenarios.world import World, net, thing, until

INNER = nest(
    {"inner": thing({"get_param": "text"})},
    {"text": {"type": "string", "default": "none"}},
    {"said": {"get_attr": ["inner", "output"]}},
)


def from_text(body: Any = INNER, text: str = "hello", **rest: Any) -> dict[str, Any]:
    return {
        "type": "OS::Heat::Stack",
        "properties": {"template": json.dumps(body), "parameters": {"text": text}, **rest},
    }


def from_url(url: str, **parameters: Any) -> dict[str, Any]:
    return {
        "type": "AWS::CloudFormation::Stack",
        "properties": {"TemplateURL": url, "Parameters": parameters, "TimeoutInMinutes": 7},
    }


def test_a_stack_from_a_text(world: World) -> None:
    outputs = {
        "said": {"get_attr": ["r", "outputs", "said"]},
        "all": {"get_attr": ["r", "outputs"]},
        "name": {"get_attr": ["r", "stack_name"]},
        "ref": {"get_resource": "r"},
    }
    stack = create(world, {"r": from_text(timeout=5)}, outputs=outputs)
    stack.reach("CREATE_COMPLETE")
    inner = child(stack, "r")
    assert stack.output("said") == "hello"
    assert stack.output("all") == {"said": "hello"}
    assert stack.output("name") == inner.identity["stack_name"]
    assert stack.output("ref") == inner.id
    assert inner.show()["timeout_mins"] == 5
    update(stack, {"r": from_text(text="new")}, outputs=outputs)
    stack.reach("UPDATE_COMPLETE")
    assert stack.output("said") == "new"
    assert stack.output("ref") == inner.id
    stack.delete()
    until(lambda: stack.state == "DELETE_COMPLETE", "the delete")
    assert orphans(world) == []


def test_a_failed_stack_from_a_text_says_its_status(world: World) -> None:
    stack = create(world, {"r": from_text(nest({"i": thing(fail=True)}), parameters={})})
    stack.reach("CREATE_FAILED")
    assert stack.reason == (
        "Resource CREATE failed: ResourceInError: resources.r: Went to status CREATE_FAILED due "
        'to "Resource CREATE failed: ValueError: resources.i: Test Resource failed i"'
    )


def test_only_the_stacks_own_region_is_served(world: World) -> None:
    create(world, {"r": from_text(context={"region_name": "RegionOne"})}).reach("CREATE_COMPLETE")
    elsewhere = create(world, {"r": from_text(context={"region_name": "mars"})}, name="t")
    elsewhere.reach("CREATE_FAILED")
    assert 'Cannot establish connection to Heat endpoint at region "mars"' in elsewhere.reason


def test_a_bad_text_is_refused_at_once(world: World) -> None:
    with pytest.raises(errors.StackValidationFailed, match="No::Such"):
        create(world, {"r": from_text(nest({"i": {"type": "No::Such"}}))})


def test_a_stack_from_a_file(world: World) -> None:
    url = "http://example.invalid/inner.template"
    outputs = {"said": {"get_attr": ["r", "Outputs.said"]}, "ref": {"get_resource": "r"}}
    stack = create(world, {"r": from_url(url, text="hello")}, {url: INNER}, outputs=outputs)
    stack.reach("CREATE_COMPLETE")
    assert stack.output("said") == "hello"
    assert stack.output("ref").endswith(f"/{child(stack, 'r').id}")
    assert child(stack, "r").show()["timeout_mins"] == 7
    other = nest({"inner": thing("x"), "n": net()}, INNER["parameters"], INNER["outputs"])
    update(stack, {"r": from_url(url)}, {url: other}, outputs=outputs)
    stack.reach("UPDATE_COMPLETE")
    assert sorted(child(stack, "r").states()) == ["inner", "n"]


def test_what_cannot_be_fetched_fails(world: World) -> None:
    stack = create(world, {"r": from_url("file:///etc/passwd")})
    stack.reach("CREATE_FAILED")
    assert "Could not fetch remote template 'file:///etc/passwd'" in stack.reason
