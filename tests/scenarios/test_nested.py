"""Templates used as types: made, changed, failed, acted on, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.scenarios.nests import BOX, box, child, create, nest, orphans, update
from tests.scenarios.world import MINE, World, net, thing, until


def test_a_template_is_a_type(any_world: World) -> None:
    world = any_world
    stack = create(
        world,
        {"r": box("hello"), "after": thing({"get_attr": ["r", "said"]})},
        {"box.yaml": BOX},
        outputs={
            "said": {"get_attr": ["r", "said"]},
            "ref": {"get_resource": "r"},
            "member": {"get_attr": ["r", "resource.inner"]},
            "deep": {"get_attr": ["r", "resource.inner.output"]},
            "deep2": {"get_attr": ["r", "resource.inner", "output"]},
            "after": {"get_attr": ["after", "output"]},
        },
    )
    assert stack.reach("CREATE_COMPLETE")
    inner = child(stack, "r")
    assert inner.state == "CREATE_COMPLETE"
    assert stack.physical("r") == inner.id
    assert stack.output("said") == "hello"
    assert stack.output("after") == "hello"
    assert stack.output("deep") == stack.output("deep2") == "hello"
    assert stack.output("member") == inner.physical("inner")
    assert stack.output("ref").startswith("arn:openstack:heat::p:stacks/s-r-")
    assert inner.identity["stack_name"].startswith("s-r-")
    stack.delete()
    until(lambda: stack.state == "DELETE_COMPLETE", "the delete")
    assert orphans(world) == []
    assert world.leftovers() == {"steps": 0, "traversals": 0}


def test_names_lead_to_templates_through_the_registry(world: World) -> None:
    stack = create(
        world,
        {"a": box("1", "My::Box"), "b": {"type": "My::Box"}, "c": {"type": "My::Alias"}},
        {"box.yaml": BOX, "big.yaml": nest({"big": net()})},
        registry={
            "My::Box": "box.yaml",
            "My::Alias": "OS::Heat::TestResource",
            "resources": {"b": {"My::Box": "big.yaml"}},
        },
    )
    stack.reach("CREATE_COMPLETE")
    assert list(child(stack, "a").states()) == ["inner"]
    assert list(child(stack, "b").states()) == ["big"]
    assert stack.resources()["c"]["resource_type"] == "My::Alias"
    stack.delete()
    until(lambda: stack.state == "DELETE_COMPLETE", "the delete")
    assert world.cloud.made("networks") == []


def test_a_template_may_use_the_type_it_stands_for(world: World) -> None:
    around = nest(
        {"real": thing({"get_param": "value"})},
        {"value": {"type": "string", "default": ""}},
        {"output": {"get_attr": ["real", "output"]}},
    )
    stack = create(
        world,
        {"r": thing("hello")},
        {"around.yaml": around},
        registry={"OS::Heat::TestResource": "around.yaml"},
        outputs={"o": {"get_attr": ["r", "output"]}},
    )
    stack.reach("CREATE_COMPLETE")
    assert stack.output("o") == "hello"
    assert child(stack, "r").resources()["real"]["resource_type"] == "OS::Heat::TestResource"


def test_an_update_goes_down(world: World) -> None:
    stack = create(world, {"r": box("one")}, {"box.yaml": BOX})
    stack.reach("CREATE_COMPLETE")
    before = stack.physical("r")
    outputs = {"said": {"get_attr": ["r", "said"]}}
    update(stack, {"r": box("two")}, {"box.yaml": BOX}, outputs=outputs)
    stack.reach("UPDATE_COMPLETE")
    assert stack.output("said") == "two"
    assert stack.physical("r") == before
    more = nest({"inner": thing("three"), "more": net()}, {"text": {"type": "string"}})
    update(stack, {"r": box("two")}, {"box.yaml": more})
    stack.reach("UPDATE_COMPLETE")
    assert child(stack, "r").states() == {
        "inner": "UPDATE_COMPLETE",
        "more": "CREATE_COMPLETE",
    }
    update(stack, {})
    stack.reach("UPDATE_COMPLETE")
    assert orphans(world) == []
    assert world.cloud.made("networks") == []


def test_a_failure_names_the_root_cause_and_the_way_to_it(world: World) -> None:
    files = {
        "outer.yaml": nest({"mid": {"type": "box.yaml"}}),
        "box.yaml": nest({"inner": thing(fail=True)}),
    }
    stack = create(world, {"r": {"type": "outer.yaml"}}, files)
    stack.reach("CREATE_FAILED")
    assert stack.reason == (
        "Resource CREATE failed: ValueError: "
        "resources.r.resources.mid.resources.inner: Test Resource failed inner"
    )
    assert child(stack, "r", "mid").state == "CREATE_FAILED"
    update(stack, {"r": {"type": "outer.yaml"}}, {**files, "box.yaml": BOX})
    stack.reach("UPDATE_COMPLETE")
    assert child(stack, "r", "mid").state == "UPDATE_COMPLETE"
    stack.delete()
    until(lambda: stack.state == "DELETE_COMPLETE", "the delete")
    assert orphans(world) == []


def test_a_failed_create_is_rolled_back_with_all_below(world: World) -> None:
    files = {"box.yaml": nest({"n": net(), "bad": {**thing(fail=True), "depends_on": "n"}})}
    stack = create(world, {"r": {"type": "box.yaml"}}, files, disable_rollback=False)
    stack.reach("ROLLBACK_COMPLETE")
    assert world.cloud.made("networks") == []
    assert orphans(world) == []


def test_a_failed_update_is_rolled_back_below(world: World) -> None:
    stack = create(world, {"r": box("one")}, {"box.yaml": BOX}, disable_rollback=False)
    stack.reach("CREATE_COMPLETE")
    broken = nest({"inner": thing("two"), "bad": thing(fail=True)}, BOX["parameters"])
    update(stack, {"r": box("two")}, {"box.yaml": broken})
    stack.reach("ROLLBACK_COMPLETE")
    assert list(child(stack, "r").states()) == ["inner"]


def test_actions_go_down(world: World) -> None:
    stack = create(world, {"r": box("x")}, {"box.yaml": BOX})
    stack.reach("CREATE_COMPLETE")
    engine = stack.via()
    for action, act in (
        ("SUSPEND", engine.stack_suspend),
        ("RESUME", engine.stack_resume),
        ("CHECK", engine.stack_check),
    ):
        act(MINE, stack.identity)
        stack.reach(f"{action}_COMPLETE")
        assert child(stack, "r").states() == {"inner": f"{action}_COMPLETE"}


def test_a_newer_update_supersedes_what_is_nested(world: World) -> None:
    slow = nest({"inner": thing("slow", action_wait_secs={"create": -1})}, BOX["parameters"])
    stack = create(world, {"r": box("one")}, {"box.yaml": slow})
    until(lambda: stack.states().get("r") == "CREATE_IN_PROGRESS", "r")
    until(lambda: child(stack, "r").states().get("inner") == "CREATE_IN_PROGRESS", "inner")
    update(stack, {"r": box("two")}, {"box.yaml": BOX})
    stack.reach("UPDATE_COMPLETE")
    assert child(stack, "r").state == "UPDATE_COMPLETE"
    assert orphans(world) == []


def test_a_delete_ends_what_is_nested(world: World) -> None:
    slow = nest({"n": net(), "inner": thing("slow", action_wait_secs={"create": -1})})
    stack = create(world, {"r": {"type": "slow.yaml"}}, {"slow.yaml": slow})
    until(lambda: stack.states().get("r") == "CREATE_IN_PROGRESS", "r")
    until(lambda: child(stack, "r").states().get("inner") == "CREATE_IN_PROGRESS", "inner")
    stack.delete()
    until(lambda: stack.state == "DELETE_COMPLETE", "the delete")
    assert orphans(world) == []
    assert world.cloud.made("networks") == []


def test_cancelling_stops_what_is_nested(world: World) -> None:
    slow = nest({"inner": thing("slow", action_wait_secs={"create": -1})})
    stack = create(world, {"r": {"type": "slow.yaml"}}, {"slow.yaml": slow})
    until(lambda: stack.states().get("r") == "CREATE_IN_PROGRESS", "r")
    until(lambda: child(stack, "r").states().get("inner") == "CREATE_IN_PROGRESS", "inner")
    stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=False)
    stack.reach("CREATE_FAILED")
    inner = child(stack, "r")
    until(lambda: inner.state == "CREATE_FAILED", "the nested stack to stop")
    assert inner.reason == "Stack CREATE cancelled"


def test_unhealthy_is_replaced_and_a_failed_check_is_mended(world: World) -> None:
    stack = create(world, {"r": box("x")}, {"box.yaml": BOX})
    stack.reach("CREATE_COMPLETE")
    first = stack.physical("r")
    stack.via().resource_mark_unhealthy(MINE, stack.identity, "r", True)
    update(stack, {"r": box("x")}, {"box.yaml": BOX})
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("r") != first
    assert orphans(world) == []


def test_a_bad_nested_template_is_refused_before_anything_is_made(world: World) -> None:
    bad = nest({"inner": {"type": "No::Such"}})
    with pytest.raises(errors.StackValidationFailed) as refused:
        create(world, {"r": {"type": "bad.yaml"}}, {"bad.yaml": bad})
    told = (
        "resources.r<bad.yaml>: resources.inner.type: The Resource Type (No::Such) "
        "could not be found."
    )
    assert refused.value.message == told
    written = "heat_template_version: 2018-08-31\nresources:\n  inner:\n    type: No::Such\n"
    with pytest.raises(errors.StackValidationFailed) as refused:
        create(world, {"r": {"type": "bad.yaml"}}, {"bad.yaml": written})
    assert refused.value.message == f"{told} (line 4, column 5 of bad.yaml)"
    with pytest.raises(errors.StackValidationFailed, match="Failed to retrieve template data"):
        create(world, {"r": {"type": "absent.yaml"}})
    with pytest.raises(errors.StackValidationFailed, match="Unknown Property nonsense"):
        create(
            world,
            {"r": {"type": "box.yaml", "properties": {"nonsense": 1}}},
            {"box.yaml": BOX},
        )


def test_a_template_that_nests_itself_is_refused(world: World) -> None:
    with pytest.raises(errors.StackValidationFailed, match="Recursion depth exceeds 5"):
        create(world, {"r": {"type": "me.yaml"}}, {"me.yaml": nest({"r": {"type": "me.yaml"}})})


def test_the_limit_on_resources_holds_for_the_whole_tree(new_world: Any) -> None:
    world = new_world(max_resources_per_stack=5)
    three = nest({"a": thing(), "b": thing(), "c": thing()})
    stack = create(world, {"r": {"type": "t.yaml"}}, {"t.yaml": three})
    stack.reach("CREATE_COMPLETE")
    two = {name: {"type": "t.yaml"} for name in ("r", "q")}
    with pytest.raises(errors.RequestLimitExceeded, match="Maximum resources per stack exceeded"):
        update(stack, {**two, "p": thing()}, {"t.yaml": three})
    update(stack, two, {"t.yaml": three})
    stack.reach("UPDATE_FAILED")
    assert "Maximum resources per stack exceeded." in stack.reason


def test_a_value_that_does_not_fit_fails_when_it_is_used(world: World) -> None:
    strict = nest(
        {"inner": thing({"get_param": "text"})},
        {"text": {"type": "string", "constraints": [{"length": {"min": 5}}]}},
    )
    stack = create(
        world,
        {"first": thing("abc"), "r": box({"get_attr": ["first", "output"]}, "strict.yaml")},  # type: ignore[arg-type]
        {"strict.yaml": strict},
    )
    stack.reach("CREATE_FAILED")
    assert "length" in stack.reason
    assert "resources.r" in stack.reason


def test_another_template_updates_and_another_type_replaces(world: World) -> None:
    files = {"box.yaml": BOX, "other.yaml": nest({"n": net()})}
    stack = create(world, {"r": box("x")}, files)
    stack.reach("CREATE_COMPLETE")
    first = stack.physical("r")
    update(stack, {"r": {"type": "other.yaml"}}, files)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("r") == first
    assert stack.resources()["r"]["resource_type"] == "other.yaml"
    assert list(child(stack, "r").states()) == ["n"]
    update(stack, {"r": thing()}, files)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("r") != first
    assert orphans(world) == []
    update(stack, {"r": box("x", "My::Box")}, files, registry={"My::Box": "box.yaml"})
    stack.reach("UPDATE_COMPLETE")
    assert list(child(stack, "r").states()) == ["inner"]
    assert world.cloud.made("networks") == []
