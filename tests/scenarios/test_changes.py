"""Creating, updating, replacing and deleting, in the right order and no more than is needed."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.scenarios.world import MINE, Stack, World, net, server, template, thing, until, waiting

STARTED, DONE = ("CREATE_IN_PROGRESS", "state changed"), ("CREATE_COMPLETE", "state changed")


def position(events: list[tuple[str, str, str]], who: str, state: str) -> int:
    return next(i for i, (name, now, _) in enumerate(events) if (name, now) == (who, state))


def test_create_and_delete(any_world: World) -> None:
    stack = any_world.create(
        {"a": net(), "b": thing({"get_attr": ["a", "name"]})},
        outputs={"name": {"get_attr": ["b", "output"]}},
    )
    stack.reach("CREATE_COMPLETE")
    assert stack.output("name") == "n"
    assert stack.reason == "Stack CREATE completed successfully"
    assert [len(any_world.cloud.made("networks")), any_world.leftovers()["steps"]] == [1, 0]
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert any_world.cloud.made("networks") == []
    assert any_world.leftovers() == {"steps": 0, "traversals": 0}


def test_events_say_what_happened_in_order(world: World) -> None:
    stack = world.create({"a": net()})
    stack.reach("CREATE_COMPLETE")
    assert stack.events() == [
        (".", "CREATE_IN_PROGRESS", "Stack CREATE started"),
        ("a", *STARTED),
        ("a", *DONE),
        (".", "CREATE_COMPLETE", "Stack CREATE completed successfully"),
    ]


def test_dependents_are_made_after_and_deleted_before(world: World) -> None:
    stack = world.create(
        {"last": {**net("l"), "depends_on": "mid"}, "mid": {**net("m"), "depends_on": "first"},
         "first": net("f")}
    )  # fmt: skip
    stack.reach("CREATE_COMPLETE")
    created = [body["name"] for _, _, body, _ in world.cloud.done("create", "networks")]
    assert created == ["f", "m", "l"]
    ids = {made["name"]: made["id"] for made in world.cloud.made("networks")}
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    deleted = [call[2] for call in world.cloud.done("delete", "networks")]
    assert deleted == [ids["l"], ids["m"], ids["f"]]


def test_update_in_place_keeps_the_thing(any_world: World) -> None:
    stack = any_world.create({"a": net("before"), "b": thing()})
    stack.reach("CREATE_COMPLETE")
    before = stack.physical("a")
    stack.update({"a": net("after"), "b": thing()})
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("a") == before
    assert [made["name"] for made in any_world.cloud.made("networks")] == ["after"]
    assert stack.states() == {"a": "UPDATE_COMPLETE", "b": "CREATE_COMPLETE"}


def test_update_without_a_difference_touches_nothing(world: World) -> None:
    resources = {"a": net(), "b": thing({"get_resource": "a"})}
    stack = world.create(resources)
    stack.reach("CREATE_COMPLETE")
    calls = len(world.cloud.calls)
    stack.update(resources)
    stack.reach("UPDATE_COMPLETE")
    assert stack.states() == {"a": "CREATE_COMPLETE", "b": "CREATE_COMPLETE"}
    changing = [call for call in world.cloud.calls[calls:] if call[0] not in ("get", "list")]
    assert changing == []
    assert [who for who, _, _ in stack.events()[-2:]] == [".", "."]


def test_spelling_out_a_default_runs_an_empty_update(world: World) -> None:
    stack = world.create({"a": thing(wait_secs=0)})
    stack.reach("CREATE_COMPLETE")
    stack.update({"a": thing()})
    stack.reach("UPDATE_COMPLETE")
    assert stack.states() == {"a": "UPDATE_COMPLETE"}


def test_replacement_makes_the_new_one_first(any_world: World) -> None:
    stack = any_world.create({"a": _tenant("one")})
    stack.reach("CREATE_COMPLETE")
    old = stack.physical("a")
    stack.update({"a": _tenant("two")})
    stack.reach("UPDATE_COMPLETE")
    new = stack.physical("a")
    assert new != old
    calls = [call for call in any_world.cloud.calls if call[:2] in CHANGES]
    assert [call[0] for call in calls] == ["create", "create", "delete"]
    assert [made["id"] for made in any_world.cloud.made("networks")] == [new]
    assert stack.history("a")[2:] == [
        ("UPDATE_IN_PROGRESS", "state changed"),
        ("UPDATE_COMPLETE", "The Resource a requires replacement."),
        STARTED,
        DONE,
        ("DELETE_IN_PROGRESS", "state changed"),
        ("DELETE_COMPLETE", "state changed"),
    ]


CHANGES = (("create", "networks"), ("delete", "networks"))


def _tenant(name: str) -> dict[str, Any]:
    return {"type": "OS::Neutron::Net", "properties": {"name": "n", "tenant_id": name}}


def test_dependents_follow_a_replacement_before_the_old_one_goes(world: World) -> None:
    def resources(tenant: str) -> dict[str, Any]:
        return {"a": _tenant(tenant), "b": thing({"get_resource": "a"})}

    stack = world.create(resources("one"))
    stack.reach("CREATE_COMPLETE")
    stack.update(resources("two"))
    stack.reach("UPDATE_COMPLETE")
    events = stack.events()
    assert position(events, "b", "UPDATE_COMPLETE") < position(events, "a", "DELETE_IN_PROGRESS")
    shown = stack.via().describe_stack_resource(MINE, stack.identity, "b")
    assert shown["attributes"]["output"] == stack.physical("a")


def test_late_discovered_replacement_is_cleaned_up(world: World) -> None:
    """Whether b is replaced is known only once a has been updated."""

    def resources(value: str) -> dict[str, Any]:
        return {
            "a": thing(value),
            "b": thing("x", update_replace_value={"get_attr": ["a", "output"]}),
            "c": thing({"get_resource": "b"}),
        }

    stack = world.create(resources("one"))
    stack.reach("CREATE_COMPLETE")
    old = stack.physical("b")
    stack.update(resources("two"))
    stack.reach("UPDATE_COMPLETE")
    assert stack.states() == {
        "a": "UPDATE_COMPLETE",
        "b": "CREATE_COMPLETE",
        "c": "UPDATE_COMPLETE",
    }
    assert stack.physical("b") != old
    assert stack.history("b")[-1] == ("DELETE_COMPLETE", "state changed")
    assert world.leftovers()["steps"] == 0


def test_what_the_new_template_lacks_is_deleted(world: World) -> None:
    stack = world.create({"a": net("a"), "b": net("b")})
    stack.reach("CREATE_COMPLETE")
    stack.update({"a": net("a")})
    stack.reach("UPDATE_COMPLETE")
    assert [made["name"] for made in world.cloud.made("networks")] == ["a"]
    assert stack.states() == {"a": "CREATE_COMPLETE"}


def test_another_type_replaces(world: World) -> None:
    stack = world.create({"a": net()})
    stack.reach("CREATE_COMPLETE")
    stack.update({"a": thing()})
    stack.reach("UPDATE_COMPLETE")
    assert stack.resources()["a"]["resource_type"] == "OS::Heat::TestResource"
    assert world.cloud.made("networks") == []


def test_retained_things_outlive_their_stack(world: World) -> None:
    stack = world.create({"a": net("kept", deletion_policy="Retain"), "b": net("gone")})
    stack.reach("CREATE_COMPLETE")
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert [made["name"] for made in world.cloud.made("networks")] == ["kept"]


def test_preview_update_says_what_an_update_would_do(world: World) -> None:
    before = {"same": net("s"), "changed": net("c"), "new_one": _tenant("1"), "gone": net("g")}
    stack = world.create(before)
    stack.reach("CREATE_COMPLETE")
    calls = len(world.cloud.calls)
    after = {"same": net("s"), "changed": net("d"), "new_one": _tenant("2"), "more": net("m")}
    shown = stack.via().preview_update_stack(MINE, stack.identity, template=template(after))
    assert {key: [item["resource_name"] for item in rows] for key, rows in shown.items()} == {
        "unchanged": ["same"],
        "updated": ["changed"],
        "replaced": ["new_one"],
        "added": ["more"],
        "deleted": ["gone"],
    }
    assert [call for call in world.cloud.calls[calls:] if call[0] != "get"] == []
    assert stack.state == "CREATE_COMPLETE"


def test_a_suspended_stack_takes_no_update(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_suspend(MINE, stack.identity)
    stack.reach("SUSPEND_COMPLETE")
    with pytest.raises(errors.NotSupported, match="Updating a stack when it is suspended"):
        stack.update({"a": thing("w")})


def test_a_large_stack_of_everything(world: World) -> None:
    resources: dict[str, Any] = {f"n{i}": net(f"n{i}") for i in range(10)}
    resources |= {f"s{i}": server(f"s{i}") for i in range(5)}
    resources |= waiting()
    resources["wait"]["depends_on"] = [f"s{i}" for i in range(5)]
    stack = world.create(resources)
    stack.signal_when_possible()
    stack.reach("CREATE_COMPLETE")
    assert set(stack.states().values()) == {"CREATE_COMPLETE"}
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("networks") == world.cloud.made("servers") == []


def cloudformation(**entry: Any) -> dict[str, Any]:
    """A CloudFormation template with one volume, which a new zone replaces."""
    zone = entry.pop("zone", "a")
    properties = {"size": 1, "availability_zone": zone}
    volume = {"Type": "OS::Cinder::Volume", "Properties": properties, **entry}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"v": volume}}


def test_update_replace_policy_keeps_what_was_replaced(world: World) -> None:
    policy = {"UpdateReplacePolicy": "Retain"}
    identity = world.engine.service.create_stack(MINE, "cfn", template=cloudformation(**policy))
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE")
    again = cloudformation(zone="b", **policy)
    world.engine.service.update_stack(MINE, identity, template=again)
    stack.reach("UPDATE_COMPLETE")
    assert len(world.cloud.made("volumes")) == 2
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert len(world.cloud.made("volumes")) == 1


def test_what_was_kept_beside_a_failed_replacement_goes_with_its_stack(world: World) -> None:
    policy = {"UpdateReplacePolicy": "Retain"}
    identity = world.engine.service.create_stack(MINE, "cfn", template=cloudformation(**policy))
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE")
    failing = cloudformation(zone="b", **policy)
    late = {"Type": "OS::Heat::TestResource", "Properties": {"fail": True}, "DependsOn": "v"}
    failing["Resources"]["late"] = late
    args = {"disable_rollback": False}
    world.engine.service.update_stack(MINE, identity, template=failing, args=args)
    stack.reach("ROLLBACK_COMPLETE")
    assert stack.resources()["v"]["resource_status_reason"] == "state changed"
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert world.cloud.made("volumes") == []


def test_what_is_replaced_may_go_though_the_resource_is_kept(world: World) -> None:
    policy = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Delete"}
    identity = world.engine.service.create_stack(MINE, "cfn", template=cloudformation(**policy))
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE")
    again = cloudformation(zone="b", **policy)
    world.engine.service.update_stack(MINE, identity, template=again)
    stack.reach("UPDATE_COMPLETE")
    assert len(world.cloud.made("volumes")) == 1
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert len(world.cloud.made("volumes")) == 1


@pytest.mark.parametrize(("policy", "left"), [("Retain", 1), ("RetainExceptOnCreate", 0)])
def test_what_a_failed_create_had_made_may_be_excepted(
    world: World, policy: str, left: int
) -> None:
    template = cloudformation(DeletionPolicy=policy)
    failing = {"Type": "OS::Heat::TestResource", "Properties": {"fail": True}, "DependsOn": "v"}
    template["Resources"]["late"] = failing
    identity = world.engine.service.create_stack(
        MINE, "cfn", template=template, args={"disable_rollback": False}
    )
    Stack(world, identity).reach("ROLLBACK_COMPLETE")
    assert len(world.cloud.made("volumes")) == left


def test_while_the_replaced_one_goes_its_successor_says_so(world: World) -> None:
    slow = {"action_wait_secs": {"delete": -1}}
    stack = world.create({"a": thing(update_replace_value="1", **slow)})
    stack.reach("CREATE_COMPLETE")
    stack.update({"a": thing(update_replace_value="2", **slow)})
    told = until(lambda: stack.resources()["a"].get("waiting_for"), "the wait to be told")
    assert told == "what it has replaced to be deleted: nothing: waits for ever"
    shown = stack.via().describe_stack_resource(MINE, stack.identity, "a")
    assert (shown["resource_action"], shown["resource_status"]) == ("CREATE", "COMPLETE")
    assert (shown["waiting_for"], shown["resource_status_reason"]) == (told, "state changed")
    stack.via().stack_cancel_update(MINE, stack.identity, cancel_with_rollback=False)
    stack.reach("UPDATE_FAILED")
    assert "waiting_for" not in stack.resources()["a"]
