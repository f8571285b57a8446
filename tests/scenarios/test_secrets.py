"""A hidden parameter's value and a guest's token stand in no answer that nobody asked them of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common import errors
from heat_engine.store import documents, stacks
from heat_engine.store.session import Session
from tests.scenarios.world import MINE, Stack, World, template, until, waiting

SECRET = "correct-horse"
HIDDEN = {"sec": {"type": "string", "hidden": True}}
WRONG: dict[str, Any] = {
    "type": "OS::Nova::Server",
    "properties": {
        "image": "debian",
        "flavor": "m1.tiny",
        "flavor_update_policy": {"get_param": "sec"},
    },
}


def asking(resource: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {**template({"a": resource}), "parameters": {**HIDDEN, **parameters}}


def taking(path: list[Any]) -> dict[str, Any]:
    return {**WRONG, "properties": {**WRONG["properties"], "flavor_update_policy": path}}


def test_a_reply_about_another_fault_does_not_tell(world: World) -> None:
    wanted = asking(WRONG, other={"type": "string"})
    with pytest.raises(errors.StackValidationFailed) as raised:
        world.engine.service.create_stack(
            MINE, "s", template=wanted, params={"parameters": {"sec": SECRET}}
        )
    assert "flavor_update_policy" in raised.value.message
    assert SECRET not in json.dumps(raised.value.to_wire())


@pytest.mark.parametrize(
    ("kind", "given", "path"),
    [
        ("json", {"deep": [SECRET]}, ["sec", "deep", 0]),
        ("comma_delimited_list", f"x,{SECRET}", ["sec", 1]),
    ],
)
def test_a_part_of_a_hidden_value_is_hidden(
    world: World, kind: str, given: Any, path: list[Any]
) -> None:
    wanted = asking(taking({"get_param": path}), sec={"type": kind, "hidden": True})  # type: ignore[arg-type]
    with pytest.raises(errors.StackValidationFailed) as raised:
        world.engine.service.create_stack(
            MINE, "s", template=wanted, params={"parameters": {"sec": given}}
        )
    assert SECRET not in json.dumps(raised.value.to_wire())


def test_validation_does_not_tell(world: World) -> None:
    given = {"parameters": {"sec": SECRET}, "parameter_defaults": {"sec": SECRET}}
    validate = world.engine.service.validate_template
    answer = validate(MINE, asking({"type": "OS::Heat::None"}), params=given)
    assert SECRET not in json.dumps(answer)
    with pytest.raises(errors.StackValidationFailed) as raised:
        validate(MINE, asking(WRONG), params=given)
    assert SECRET not in json.dumps(raised.value.to_wire())


def properties_told(world: World, stack: Stack, resource: str) -> list[Any]:
    service = world.engine.service
    listed = service.list_events(MINE, stack.identity, filters={"resource_name": resource})
    told = []
    for event in listed:
        uuid = event["event_identity"]["path"].rpartition("/")[2]
        filters = {"resource_name": resource, "uuid": uuid}
        shown = service.list_events(MINE, stack.identity, filters=filters)
        told.append(shown[0]["resource_properties"])
    return told


def test_an_event_does_not_tell(world: World) -> None:
    thing = {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "sec"}}}
    identity = world.engine.service.create_stack(
        MINE, "s", template=asking(thing), params={"parameters": {"sec": SECRET}}
    )
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE")
    assert {"value": "******"} in properties_told(world, stack, "a")
    world.engine.service.update_stack(
        MINE, identity, template=asking(thing), params={"parameters": {"sec": "other-horse"}}
    )
    stack.reach("UPDATE_COMPLETE")
    assert {"value": "******"} in properties_told(world, stack, "a")
    assert "horse" not in json.dumps(properties_told(world, stack, "a"))


def test_a_guest_s_token_is_not_told_by_the_events_of_who_was_given_it(world: World) -> None:
    given = {"get_attr": ["handle", "token"]}
    stack = world.create(
        {
            "handle": waiting()["handle"],
            "a": {"type": "OS::Heat::TestResource", "properties": {"value": given}},
        },
        outputs={"token": given},
    )
    stack.reach("CREATE_COMPLETE")
    assert stack.output("token")
    assert {"value": "******"} in properties_told(world, stack, "a")


def test_a_stack_goes_whose_template_is_not_understood_any_more(world: World) -> None:
    """As one that an older version took; whatever was given for it is a secret then."""
    thing = {"type": "OS::Heat::TestResource", "properties": {"value": {"get_param": "sec"}}}
    identity = world.engine.service.create_stack(
        MINE, "s", template=asking(thing), params={"parameters": {"sec": SECRET}}
    )
    stack = Stack(world, identity)
    stack.reach("CREATE_COMPLETE")

    def grow_old(session: Session) -> None:
        key = documents.put(session, {**asking(thing), "heat_template_version": "1999-01-01"})
        stacks.update(session, stack.id, template_hash=key)

    world.database.transact(grow_old)
    world.engine.service.delete_stack(MINE, identity)

    def gone() -> bool:
        found = world.database.query(stacks.get, stack.id)
        return found is not None and found.deleted_at is not None

    until(gone, "the end of the stack")
