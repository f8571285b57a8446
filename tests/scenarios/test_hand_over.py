"""Stacks that are abandoned, exported and adopted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from common import errors
from heat_engine.store import tables
from tests.databases import KINDS
from tests.scenarios.nests import box, child, create, nest, orphans, value_of
from tests.scenarios.world import MINE, OTHERS, Stack, World, net, server, thing, until, waiting

VOLUME = {"type": "OS::Cinder::Volume", "properties": {"size": 1, "name": "disk"}}
STRING = {"type": "OS::Heat::RandomString"}
ALLOWED = {"enable_stack_abandon": True, "enable_stack_adopt": True}


@pytest.fixture
def open_world(new_world: Callable[..., World]) -> World:
    return new_world(**ALLOWED)


@pytest.fixture(params=KINDS)
def any_open_world(request: pytest.FixtureRequest, new_world: Callable[..., World]) -> World:
    return new_world(request.param, **ALLOWED)


def abandon(stack: Stack) -> dict[str, Any]:
    document: dict[str, Any] = stack.via().abandon_stack(MINE, stack.identity)
    return document


def adopt(world: World, document: Any, *, name: str = "s", **rest: Any) -> Stack:
    params = rest.pop("params", {})
    text = document if isinstance(document, str) else json.dumps(document)
    identity = world.engine.service.create_stack(
        MINE,
        name,
        template=None,
        params={"parameters": params},
        args={"adopt_stack_data": text, **rest},
    )
    return Stack(world, identity)


def things(world: World) -> dict[str, list[str]]:
    names = ("networks", "servers", "volumes")
    return {name: [item["id"] for item in world.cloud.made(name)] for name in names}


def test_abandon_and_adopt(any_open_world: World) -> None:
    world = any_open_world
    stack = world.create(
        {
            "n": net(),
            "web": server(),
            "disk": VOLUME,
            "text": STRING,
            "a": {**thing({"get_attr": ["text", "value"]}), "depends_on": "n"},
            **waiting(),
        },
        outputs={"said": {"get_attr": ["a", "output"]}, "heard": {"get_attr": ["wait", "data"]}},
        tags=["blue"],
    )
    stack.signal_when_possible(id="1", data="hello")
    stack.reach("CREATE_COMPLETE")
    made, physical = things(world), {name: stack.physical(name) for name in ("n", "web", "disk")}
    said, heard = stack.output("said"), stack.output("heard")
    exported = stack.via().export_stack(MINE, stack.identity)
    document = abandon(stack)
    assert document == exported
    assert document["resources"]["n"] == {
        "name": "n",
        "type": "OS::Neutron::Net",
        "resource_id": physical["n"],
        "action": "CREATE",
        "status": "COMPLETE",
        "metadata": {},
        "resource_data": {},
        "attributes": document["resources"]["n"]["attributes"],
    }
    assert {key: document[key] for key in ("name", "id", "action", "status", "tags")} == {
        "name": "s",
        "id": stack.id,
        "action": "CREATE",
        "status": "COMPLETE",
        "tags": ["blue"],
    }
    assert things(world) == made
    assert stack.state == "DELETE_COMPLETE"
    with world.database.read() as session:
        for table in (tables.resource, tables.signal, tables.guest):
            assert session.execute(select(table)).all() == []
    # Whoever has lost the answer asks again.
    assert abandon(stack) == document
    adopted = adopt(world, document)
    adopted.reach("ADOPT_COMPLETE")
    assert adopted.reason == "Stack ADOPT completed successfully"
    assert set(adopted.states().values()) == {"ADOPT_COMPLETE"}
    assert {name: adopted.physical(name) for name in physical} == physical
    assert things(world) == made
    assert (adopted.output("said"), adopted.output("heard")) == (said, heard)
    # The next update finds it as the template says.
    template = adopted.via().get_template(MINE, adopted.identity)
    adopted.update(template["resources"])
    adopted.reach("UPDATE_COMPLETE")
    assert things(world) == made
    adopted.delete()
    adopted.reach("DELETE_COMPLETE")
    assert things(world) == {"networks": [], "servers": [], "volumes": []}
    assert world.leftovers() == {"steps": 0, "traversals": 0}


def test_nested_stacks_go_along(any_open_world: World) -> None:
    world = any_open_world
    inner = nest({"n": net(), "i": thing({"get_param": "text"})}, {"text": {"type": "string"}})
    outer = nest({"in": box("deep")})
    stack = create(
        world,
        {
            "b": {"type": "outer.yaml"},
            "g": {
                "type": "OS::Heat::ResourceGroup",
                "properties": {"count": 2, "resource_def": net("m-%index%")},
            },
        },
        {"outer.yaml": outer, "box.yaml": inner},
    )
    stack.reach("CREATE_COMPLETE")
    made = things(world)
    assert len(made["networks"]) == 3
    document = abandon(stack)
    nested = document["resources"]["b"]["resources"]["in"]
    assert nested["resources"]["n"]["resource_id"] in made["networks"]
    assert orphans(world) == []
    adopted = adopt(world, document)
    adopted.reach("ADOPT_COMPLETE")
    assert things(world) == made
    assert child(adopted, "b", "in").states() == {"n": "ADOPT_COMPLETE", "i": "ADOPT_COMPLETE"}
    adopted.delete()
    adopted.reach("DELETE_COMPLETE")
    assert things(world)["networks"] == []
    assert orphans(world) == []


def test_what_the_document_lacks_is_made(open_world: World) -> None:
    stack = open_world.create({"n": net(), "disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    document = abandon(stack)
    del document["resources"]["disk"]
    adopted = adopt(open_world, document)
    adopted.reach("ADOPT_COMPLETE")
    assert adopted.states() == {"n": "ADOPT_COMPLETE", "disk": "CREATE_COMPLETE"}
    assert len(things(open_world)["volumes"]) == 2


@pytest.mark.parametrize("rollback", [False, True])
def test_a_failed_adoption_deletes_nothing_that_was_adopted(
    open_world: World, rollback: bool
) -> None:
    inner = nest({"n": net()})
    files = {"box.yaml": inner}
    resources = {"b": {"type": "box.yaml"}, "disk": VOLUME, "web": {**server(), "depends_on": "b"}}
    stack = create(open_world, resources, files)
    stack.reach("CREATE_COMPLETE")
    document, made = abandon(stack), things(open_world)
    document["resources"]["web"]["resource_id"] = "gone"
    document["template"]["resources"]["more"] = net("more")
    failed = adopt(open_world, document, disable_rollback=not rollback)
    failed.reach("ROLLBACK_COMPLETE" if rollback else "ADOPT_FAILED")
    if not rollback:
        assert "NotFound: resources.web" in failed.reason
        with pytest.raises(errors.NotSupported, match="adoption has failed"):
            failed.update({"n": net()})
        with pytest.raises(errors.NotSupported, match="ADOPT_FAILED"):
            failed.via().stack_suspend(MINE, failed.identity)
    failed.delete()
    failed.reach("DELETE_COMPLETE")
    assert things(open_world) == made
    assert orphans(open_world) == []
    document["resources"]["web"]["resource_id"] = made["servers"][0]
    adopted = adopt(open_world, document)
    adopted.reach("ADOPT_COMPLETE")
    adopted.delete()
    adopted.reach("DELETE_COMPLETE")
    assert things(open_world) == {"networks": [], "servers": [], "volumes": []}


def test_deleting_during_an_adoption_keeps_what_is_adopted(open_world: World) -> None:
    stack = open_world.create({"n": net(), "disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    document, made = abandon(stack), things(open_world)
    slow = thing(action_wait_secs={"create": -1})
    document["template"]["resources"]["slow"] = {**slow, "depends_on": ["n", "disk"]}
    adopted = adopt(open_world, document)
    until(lambda: adopted.states().get("slow") == "CREATE_IN_PROGRESS", "slow to begin")
    with pytest.raises(errors.ActionInProgress):
        adopted.update({"n": net()})
    adopted.delete()
    adopted.reach("DELETE_COMPLETE")
    assert things(open_world) == made


def test_another_engine_goes_on_with_it(open_world: World) -> None:
    stack = open_world.create({"n": net(), "disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    document = abandon(stack)
    del document["resources"]["disk"]
    open_world.add_engine()
    with open_world.cloud.held("create", "volumes") as arrived:
        adopted = adopt(open_world, document)
        arrived.wait(5)
        open_world.kill(open_world.engine)
    adopted.reach("ADOPT_COMPLETE")
    assert adopted.states() == {"n": "ADOPT_COMPLETE", "disk": "CREATE_COMPLETE"}
    adopted.delete()
    adopted.reach("DELETE_COMPLETE")
    assert len(things(open_world)["volumes"]) == 1


def test_hidden_values_do_not_leave(open_world: World) -> None:
    template = {
        "heat_template_version": "2018-08-31",
        "parameters": {"secret": {"type": "string", "hidden": True}, "open": {"type": "string"}},
        "resources": {"a": thing({"get_param": "secret"}), "b": box({"get_param": "secret"})},
        "outputs": {"said": {"value": {"get_attr": ["a", "output"]}}},
    }
    inner = nest({"i": thing({"get_param": "text"})}, {"text": {"type": "string"}})
    identity = open_world.engine.service.create_stack(
        MINE,
        "s",
        template=template,
        files={"box.yaml": json.dumps(inner)},
        params={"parameters": {"secret": "hunter2!", "open": "door"}},
    )
    stack = Stack(open_world, identity)
    stack.reach("CREATE_COMPLETE")
    document = abandon(stack)
    assert "hunter2!" not in json.dumps(document)
    assert document["environment"]["parameters"] == {"open": "door"}
    with pytest.raises(errors.Invalid, match="secret"):
        adopt(open_world, document)
    adopted = adopt(open_world, document, params={"secret": "hunter2!"})
    adopted.reach("ADOPT_COMPLETE")
    assert value_of(adopted, "a") == "hunter2!"
    assert adopted.via().get_files(MINE, adopted.identity).keys() == {"box.yaml"}


def test_snapshots_go_with_an_abandoned_stack(open_world: World) -> None:
    stack = open_world.create({"disk": VOLUME})
    stack.reach("CREATE_COMPLETE")
    stack.via().stack_snapshot(MINE, stack.identity, None)
    with pytest.raises(errors.ActionInProgress):
        abandon(stack)
    stack.reach("SNAPSHOT_COMPLETE")
    abandon(stack)
    until(lambda: not open_world.cloud.made("backups"), "the backup to be gone")
    assert len(things(open_world)["volumes"]) == 1


def test_who_may_not(world: World, new_world: Callable[..., World]) -> None:
    stack = world.create({"n": net()})
    stack.reach("CREATE_COMPLETE")
    with pytest.raises(errors.NotSupported, match="Stack Abandon"):
        abandon(stack)
    with pytest.raises(errors.NotSupported, match="Stack Export"):
        stack.via().export_stack(MINE, stack.identity)
    with pytest.raises(errors.NotSupported, match="Stack Adopt"):
        adopt(world, {}, name="t")


def test_others_may_not(open_world: World) -> None:
    stack = create(open_world, {"b": box()}, {"box.yaml": nest({"n": net()})})
    stack.reach("CREATE_COMPLETE")
    for method in ("abandon_stack", "export_stack"):
        with pytest.raises(errors.EntityNotFound):
            getattr(stack.via(), method)(OTHERS, stack.identity)
    with pytest.raises(errors.NotSupported, match="nested"):
        abandon(child(stack, "b"))
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    with pytest.raises(errors.EntityNotFound):
        abandon(stack)


TEMPLATE = {"heat_template_version": "2018-08-31", "resources": {"n": net()}}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "adopt_stack_data"),
        ("[]", "has no template"),
        ({}, "has no template"),
        ({"template": TEMPLATE, "resources": []}, ""),
        ({"template": TEMPLATE, "resources": 7}, "resources is not a mapping"),
        ({"template": TEMPLATE, "resources": {"n": 7}}, "resources.n: is not a mapping"),
        ({"template": TEMPLATE, "resources": {"n": {"metadata": 7}}}, "n.metadata"),
        ({"template": TEMPLATE, "resources": {"n": {"resource_id": 7}}}, "is not text"),
        ({"template": TEMPLATE, "resources": {"n": {"resource_id": "x" * 256}}}, "more than 255"),
        (
            {"template": TEMPLATE, "resources": {"b": {"resources": {"n": {"resources": 7}}}}},
            "b.resources.n.resources: is not a mapping",
        ),
        (
            {"template": TEMPLATE, "resources": {"n": {"resource_id": "x", "type": "OS::No"}}},
            'of type "OS::Neutron::Net" in the template and of "OS::No"',
        ),
        ({"template": TEMPLATE, "environment": 7}, "environment is not a mapping"),
        ({"template": TEMPLATE, "environment": {"parameters": 7}}, "parameters"),
        ({"template": TEMPLATE, "files": 7}, "files is not a mapping"),
    ],
)
def test_a_document_that_is_none(open_world: World, document: Any, words: str) -> None:
    if words or document != {"template": TEMPLATE, "resources": []}:
        with pytest.raises(errors.Invalid, match=words):
            adopt(open_world, document)
        return
    # An empty list says the same as nothing.
    adopt(open_world, document).reach("ADOPT_COMPLETE")
