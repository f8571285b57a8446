"""Updates that look at the real things first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common import errors
from heat_engine.resources.openstack.rest import holds
from tests.scenarios import nests
from tests.scenarios.site import SECONDS, left, reference, site_of
from tests.scenarios.world import MINE, Stack, World, net, server, template, thing


def made(world: World, collection: str) -> dict[str, Any]:
    found: dict[str, Any] = world.cloud.made(collection)[-1]
    return found


def test_what_was_deleted_is_made_anew_and_its_dependents_follow(any_world: World) -> None:
    resources = {"web": server(), "copy": thing({"get_resource": "web"}), "other": net()}
    stack = any_world.create(resources)
    stack.reach("CREATE_COMPLETE")
    old = stack.physical("web")
    any_world.cloud.things["servers"].clear()
    stack.update(resources)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("web") == old
    stack.update(resources, converge=True)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("web") == made(any_world, "servers")["id"] != old
    shown = stack.via().describe_stack_resource(MINE, stack.identity, "copy")
    assert shown["attributes"]["output"] == stack.physical("web")
    assert len(any_world.cloud.done("create", "networks")) == 1
    assert any_world.leftovers() == {"steps": 0, "traversals": 0}


def test_what_broke_is_made_anew(world: World) -> None:
    stack = world.create({"web": server()})
    stack.reach("CREATE_COMPLETE")
    made(world, "servers")["status"] = "ERROR"
    stack.update({"web": server()}, converge=True)
    stack.reach("UPDATE_COMPLETE")
    assert [item["status"] for item in world.cloud.made("servers")] == ["ACTIVE"]
    assert len(world.cloud.done("create", "servers")) == 2


def test_what_was_changed_is_put_back(world: World) -> None:
    resources = {
        "web": server(metadata={"role": "web"}),
        "n": {"type": "OS::Neutron::Net", "properties": {"name": "n", "admin_state_up": True}},
    }
    stack = world.create(resources)
    stack.reach("CREATE_COMPLETE")
    ids = stack.physical("web"), stack.physical("n")
    real, network = made(world, "servers"), made(world, "networks")
    real.update(name="hijacked", metadata={"role": "evil", "by": "hand"})
    network.update(name="x", admin_state_up=False, status="DOWN")
    network["status"] = "ACTIVE"
    stack.update(resources, converge=True)
    stack.reach("UPDATE_COMPLETE")
    assert (stack.physical("web"), stack.physical("n")) == ids
    assert (real["name"], real["metadata"]["role"]) == ("web", "web")
    assert (network["name"], network["admin_state_up"]) == ("n", True)
    assert stack.states() == {"web": "UPDATE_COMPLETE", "n": "UPDATE_COMPLETE"}


def test_what_is_as_it_should_be_is_left_alone(world: World) -> None:
    resources = {"web": server(), "n": net(), "t": thing()}
    stack = world.create(resources)
    stack.reach("CREATE_COMPLETE")
    before = stack.events()
    stack.update(resources, converge=True)
    stack.reach("UPDATE_COMPLETE")
    told = [event for event in stack.events()[len(before) :] if event[0] != "."]
    assert told == []
    assert stack.states() == dict.fromkeys(resources, "CREATE_COMPLETE")


def test_the_wish_stays_with_the_stack_until_it_is_taken_back(world: World) -> None:
    stack = world.create({"n": net()})
    stack.reach("CREATE_COMPLETE")
    made_so_far = 1
    for wish, looks in (({"converge": True}, True), ({}, True), ({"converge": False}, False)):
        network = stack.physical("n")
        gone = world.cloud.things["networks"].pop(network)
        stack.update({"n": net()}, **wish)
        stack.reach("UPDATE_COMPLETE")
        made_so_far += looks
        assert len(world.cloud.done("create", "networks")) == made_so_far
        world.cloud.things["networks"].setdefault(network, gone)


def test_the_configuration_can_wish_it_for_all(new_world: Callable[..., World]) -> None:
    world = new_world(observe_on_update=True)
    stack = world.create({"n": net()})
    stack.reach("CREATE_COMPLETE")
    world.cloud.things["networks"].pop(stack.physical("n"))
    stack.update({"n": net()})
    stack.reach("UPDATE_COMPLETE")
    assert len(world.cloud.made("networks")) == 1


def test_it_goes_down_to_nested_stacks(world: World) -> None:
    files = {"in.yaml": nests.nest({"n": net()})}
    stack = nests.create(world, {"out": {"type": "in.yaml"}}, files)
    stack.reach("CREATE_COMPLETE")
    nested: Stack = nests.child(stack, "out")
    world.cloud.things["networks"].pop(nested.physical("n"))
    nests.update(stack, {"out": {"type": "in.yaml"}}, files, converge=True)
    stack.reach("UPDATE_COMPLETE")
    assert [item["id"] for item in world.cloud.made("networks")] == [nested.physical("n")]


def test_a_cloud_that_does_not_answer_fails_the_update(world: World) -> None:
    stack = world.create({"n": net()})
    stack.reach("CREATE_COMPLETE")
    world.cloud.fail("get", "networks", "forbidden")
    stack.update({"n": net()}, converge=True)
    stack.reach("UPDATE_FAILED")
    assert stack.reason == "Resource UPDATE failed: Forbidden: resources.n: networks forbidden"
    stack.update({"n": net()}, converge=True)
    stack.reach("UPDATE_COMPLETE")
    assert len(world.cloud.done("create", "networks")) == 1


@pytest.mark.parametrize("lossy", [False, True])
def test_an_engine_that_dies_while_looking_loses_nothing(world: World, lossy: bool) -> None:
    stack = world.create({"n": net()})
    stack.reach("CREATE_COMPLETE")
    world.cloud.things["networks"].pop(stack.physical("n"))
    first, _ = world.engine, world.add_engine()
    world.lossy = lossy
    with world.cloud.held("create", "networks") as arrived:
        stack.update({"n": net()}, converge=True, via=first)
        assert arrived.wait(10)
        world.kill(first)
    stack.reach("UPDATE_COMPLETE")
    assert len(world.cloud.made("networks")) == 1


def test_what_goes_by_its_name_is_not_deleted_with_the_one_that_was_lost(site: World) -> None:
    resources = {
        "key": {"type": "OS::Nova::KeyPair", "properties": {"name": "mine"}},
        "box": {"type": "OS::Swift::Container", "properties": {"name": "box"}},
    }
    stack = site.create(resources)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    cloud = site_of(site)
    cloud.delete("compute", "keypairs", "mine")
    cloud.delete("object-store", "containers", "box")
    stack.update(resources, converge=True)
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    assert {what: len(things) for what, things in left(site).items()} == {
        "keypairs": 1,
        "containers": 1,
    }
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def previewed(stack: Stack, resources: dict[str, Any], **args: Any) -> dict[str, list[str]]:
    """What a preview of an update names, by list; those that are empty left out."""
    changes = stack.via().preview_update_stack(
        MINE, stack.identity, template=template(resources), args=args
    )
    assert not any(entry.get("undecided") for entries in changes.values() for entry in entries)
    return {
        name: sorted(entry["resource_name"] for entry in entries)
        for name, entries in changes.items()
        if entries
    }


def test_a_preview_looks_too(world: World) -> None:
    resources = {
        "web": server(metadata={"role": "web"}),
        "a": net("a"),
        "b": net("b"),
        "t": thing(),
    }
    stack = world.create(resources)
    stack.reach("CREATE_COMPLETE")
    networks = world.cloud.things["networks"]
    networks.pop(stack.physical("a"))
    networks[stack.physical("b")]["name"] = "hijacked"
    assert previewed(stack, resources) == {"unchanged": ["a", "b", "t", "web"]}
    looked = {"replaced": ["a"], "updated": ["b"], "unchanged": ["t", "web"]}
    assert previewed(stack, resources, converge=True) == looked
    before = stack.physical("a"), stack.physical("b")
    stack.update(resources, converge=True)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("a") != before[0]
    assert stack.physical("b") == before[1]
    assert stack.states() == {
        "a": "CREATE_COMPLETE",
        "b": "UPDATE_COMPLETE",
        "t": "CREATE_COMPLETE",
        "web": "CREATE_COMPLETE",
    }
    networks.pop(stack.physical("b"))
    # The wish has stayed with the stack.
    assert previewed(stack, resources)["replaced"] == ["b"]
    assert "replaced" not in previewed(stack, resources, converge=False)
    world.cloud.fail("get", "networks", "forbidden")
    with pytest.raises(errors.Invalid, match=r"resources\.[ab] cannot be looked at: networks forb"):
        previewed(stack, resources)


def test_a_preview_looks_into_nested_stacks(world: World) -> None:
    files = {"in.yaml": nests.nest({"n": net()})}
    stack = nests.create(world, {"out": {"type": "in.yaml"}}, files)
    stack.reach("CREATE_COMPLETE")
    world.cloud.things["networks"].pop(nests.child(stack, "out").physical("n"))
    changes = stack.via().preview_update_stack(
        MINE,
        stack.identity,
        template=template({"out": {"type": "in.yaml"}}),
        files=nests.texts(files),
        args={"converge": True, "show_nested": True},
    )
    assert [entry["resource_name"] for entry in changes["replaced"]] == ["n"]


def infrastructure() -> dict[str, Any]:
    def made(kind: str, **properties: Any) -> dict[str, Any]:
        return {"type": kind, "properties": properties}

    return {
        "net": made("OS::Neutron::Net", tags=["b", "a"]),
        "subnet": made(
            "OS::Neutron::Subnet",
            network=reference("net"),
            cidr="10.9.0.0/24",
            dns_nameservers=["10.9.0.2", "10.9.0.3"],
            allocation_pools=[{"start": "10.9.0.10", "end": "10.9.0.99"}],
            host_routes=[{"destination": "10.8.0.0/24", "nexthop": "10.9.0.4"}],
        ),
        "group": made("OS::Neutron::SecurityGroup", name="web"),
        "port": made(
            "OS::Neutron::Port",
            network=reference("net"),
            fixed_ips=[{"subnet": reference("subnet")}],
            security_groups=[reference("group")],
            allowed_address_pairs=[{"ip_address": "10.9.0.50"}],
        ),
        "router": made("OS::Neutron::Router", external_gateway_info={"network": "public"}),
        "disk": made("OS::Cinder::Volume", size=1, metadata={"tier": "gold"}),
    }


def test_lists_and_maps_are_compared(site: World) -> None:
    resources = infrastructure()
    stack = site.create(resources)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    assert previewed(stack, resources, converge=True) == {"unchanged": sorted(resources)}
    cloud = site_of(site)
    changes: dict[tuple[str, str, str], dict[str, Any]] = {
        ("network", "subnets", "subnet"): {"dns_nameservers": ["6.6.6.6"]},
        ("network", "ports", "port"): {"allowed_address_pairs": [{"ip_address": "10.9.0.66"}]},
        ("volume", "volumes", "disk"): {"metadata": {"tier": "lead"}},
    }
    for (service, collection, name), body in changes.items():
        cloud.update(service, collection, stack.physical(name), body)
    looked = previewed(stack, resources, converge=True)
    assert looked == {
        "updated": ["disk", "port", "subnet"],
        "unchanged": ["group", "net", "router"],
    }
    stack.update(resources, converge=True)
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    for (service, collection, name), body in changes.items():
        shown = cloud.get(service, collection, stack.physical(name))
        meant = resources[name]["properties"]
        for key in body:
            assert holds(shown[key], meant[key]), name
    assert previewed(stack, resources) == {"unchanged": sorted(resources)}
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}
