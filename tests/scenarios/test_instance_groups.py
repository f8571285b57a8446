"""Groups of instances: made by a launch configuration, renewed in batches, shrunk."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.scenarios.nests import child, orphans
from tests.scenarios.world import Stack, World


def configuration(flavor: str = "m1.tiny", **properties: Any) -> dict[str, Any]:
    return {
        "type": "AWS::AutoScaling::LaunchConfiguration",
        "properties": {"ImageId": "debian", "InstanceType": flavor, **properties},
    }


def group(size: int = 3, policy: Any = None, **properties: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "OS::Heat::InstanceGroup",
        "properties": {
            "AvailabilityZones": ["nova"],
            "LaunchConfigurationName": {"get_resource": "config"},
            "Size": size,
            **properties,
        },
    }
    if policy is not None:
        made["update_policy"] = {"RollingUpdate": policy}
    return made


def resources(size: int = 3, flavor: str = "m1.tiny", policy: Any = None) -> dict[str, Any]:
    return {
        "config": configuration(flavor, UserData="#!/bin/sh\n", KeyName=None),
        "group": group(size, policy, Tags=[{"Key": "tier", "Value": "web"}]),
    }


OUTPUTS = {"list": {"get_attr": ["group", "InstanceList"]}}


def members(stack: Stack) -> list[str]:
    return sorted(child(stack, "group").states())


def flavors(world: World, stack: Stack) -> dict[str, str]:
    """The flavor of each member's server."""
    inner = child(stack, "group")
    servers = world.cloud.things["servers"]
    return {name: servers[inner.physical(name)]["flavor"]["id"] for name in inner.states()}


def test_instances_are_made_as_the_configuration_says(any_world: World) -> None:
    stack = any_world.create(resources(), outputs=OUTPUTS)
    stack.reach("CREATE_COMPLETE")
    names = members(stack)
    assert len(names) == 3
    assert all(len(name) == 12 for name in names)
    servers = any_world.cloud.made("servers")
    assert [server["imageRef"] for server in servers] == ["image-1"] * 3
    (metadata,) = {tuple(sorted(server["metadata"].items())) for server in servers}
    assert dict(metadata).keys() == {"tier", "metering.groupname"}
    addresses = str(stack.output("list")).split(",")
    assert len(set(addresses)) == 3
    assert {item["resource_type"] for item in child(stack, "group").resources().values()} == {
        "OS::Heat::ScaledResource"
    }
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert any_world.cloud.made("servers") == []
    assert orphans(any_world) == []


def test_the_oldest_go_first_and_new_ones_come(world: World) -> None:
    stack = world.create(resources(2))
    stack.reach("CREATE_COMPLETE")
    first = members(stack)
    stack.update(resources(4))
    stack.reach("UPDATE_COMPLETE")
    assert set(first) < set(members(stack))
    stack.update(resources(2))
    stack.reach("UPDATE_COMPLETE")
    assert not set(first) & set(members(stack))
    assert len(members(stack)) == 2
    stack.update(resources(0))
    stack.reach("UPDATE_COMPLETE")
    assert members(stack) == []


def test_without_a_policy_old_instances_stay_as_they_are(world: World) -> None:
    stack = world.create(resources(2))
    stack.reach("CREATE_COMPLETE")
    before = flavors(world, stack)
    stack.update(resources(3, "m1.small"))
    stack.reach("UPDATE_COMPLETE")
    after = flavors(world, stack)
    assert {name: after[name] for name in before} == before
    assert sorted(after.values()) == ["1", "1", "2"]


@pytest.mark.parametrize("policy", [{}, {"MaxBatchSize": 2, "MinInstancesInService": 2}])
def test_with_a_policy_all_are_renewed_in_batches(world: World, policy: dict[str, Any]) -> None:
    stack = world.create(resources(3, policy=policy))
    stack.reach("CREATE_COMPLETE")
    stack.update(resources(3, "m1.small", policy=policy))
    stack.reach("UPDATE_COMPLETE", seconds=40)
    assert list(flavors(world, stack).values()) == ["2"] * 3


def test_pauses_longer_than_the_stack_may_take_are_refused(world: World) -> None:
    policy = {"PauseTime": "PT1H"}
    stack = world.create(resources(3, policy=policy), timeout_mins=60)
    stack.reach("CREATE_COMPLETE")
    stack.update(resources(3, "m1.small", policy=policy), timeout_mins=60)
    stack.reach("UPDATE_FAILED")
    assert "The current update policy will result in stack update timeout." in stack.reason


def test_a_configuration_may_begin_with_an_instance(world: World) -> None:
    example = {
        "type": "AWS::EC2::Instance",
        "properties": {"ImageId": "fedora", "InstanceType": "m1.small"},
    }
    given = {
        "example": example,
        "config": {
            "type": "AWS::AutoScaling::LaunchConfiguration",
            "properties": {"InstanceId": {"get_resource": "example"}, "ImageId": "debian"},
        },
        "group": group(1),
    }
    stack = world.create(given)
    stack.reach("CREATE_COMPLETE")
    made = world.cloud.things["servers"][child(stack, "group").physical(members(stack)[0])]
    assert (made["imageRef"], made["flavor"]["id"]) == ("image-1", "2")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"LoadBalancerNames": ["lb"]}, "Unsupported resource 'lb' in LoadBalancerNames"),
        ({"Size": "many"}, "Size"),
        ({"Size": -1}, "The size of InstanceGroup can not be less than zero"),
    ],
)
def test_what_cannot_be_is_refused(world: World, change: dict[str, Any], message: str) -> None:
    given = {
        "config": configuration(),
        "group": group(**{"size": 1, **{k: v for k, v in change.items() if k != "Size"}}),
    }
    if "Size" in change:
        given["group"]["properties"]["Size"] = change["Size"]
    with pytest.raises(errors.StackValidationFailed, match=message):
        world.create(given)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("config", "requires a reference to the configuration not just the name"),
        ("nothing", "reference can not be found"),
    ],
)
def test_a_configuration_is_named_by_its_reference(world: World, name: str, message: str) -> None:
    given = {"config": configuration(), "group": group(LaunchConfigurationName=name)}
    given["group"]["depends_on"] = "config"
    stack = world.create(given)
    stack.reach("CREATE_FAILED")
    assert message in stack.reason
