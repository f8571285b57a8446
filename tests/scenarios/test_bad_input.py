"""What a user gets wrong is named with path and cause, and leaves nothing behind."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import func, select

from common import errors
from heat_engine.store import tables
from tests.scenarios.world import MINE, World, template, thing

NINE = "[x, x, x, x, x, x, x, x, x]"
BOMB = f"heat_template_version: 2018-08-31\nresources:\n  a0: &a0 {NINE}\n" + "".join(
    f"  a{n}: &a{n} {NINE.replace('x', f'*a{n - 1}')}\n" for n in range(1, 12)
)


def rows(world: World) -> dict[str, int]:
    watched = (tables.stack, tables.resource, tables.traversal, tables.step, tables.event)
    with world.database.read() as session:
        return {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in watched
        }


def declared(constraint: dict[str, Any]) -> dict[str, Any]:
    return {
        **template({"a": thing()}),
        "parameters": {"size": {"type": "number", "constraints": [constraint]}},
    }


CASES: dict[str, tuple[Any, dict[str, Any], type[errors.HearthError], list[str]]] = {
    "alias bomb": (BOMB, {}, errors.Invalid, []),
    "a template of 600 KiB": (
        {**template({"a": thing()}), "description": "x" * 600 * 1024},
        {},
        errors.RequestLimitExceeded,
        ["Request limit exceeded"],
    ),
    "unknown type": (
        template({"a": {"type": "OS::Heat::Nothing"}}),
        {},
        errors.HearthError,
        ["OS::Heat::Nothing"],
    ),
    "circular dependency": (
        template({"a": {**thing(), "depends_on": "b"}, "b": {**thing(), "depends_on": "a"}}),
        {},
        errors.HearthError,
        ["Circular Dependency Found", "a", "b"],
    ),
    "missing parameter": (
        declared({"range": {"min": 1}}),
        {},
        errors.UserParameterMissing,
        ["The Parameter (size) was not provided."],
    ),
    "parameter against its constraint": (
        declared({"range": {"min": 1, "max": 5}}),
        {"size": 9},
        errors.StackValidationFailed,
        ["size", "9"],
    ),
    "unknown parameter": (
        template({"a": thing()}),
        {"nobody": 1},
        errors.UnknownUserParameter,
        ["The Parameter (nobody) was not defined in template."],
    ),
    "wrong property types, all at once": (
        template(
            {
                "a": thing(fail="perhaps", wait_secs="long"),
                "b": {"type": "OS::Heat::RandomString", "properties": {"length": "many"}},
                "c": {"type": "OS::Heat::Value", "properties": {"value": 1, "nothing": 2}},
            }
        ),
        {},
        errors.StackValidationFailed,
        ["fail", "wait_secs", "length", "nothing"],
    ),
    "unknown reference": (
        template({"a": thing({"get_resource": "nobody"})}),
        {},
        errors.HearthError,
        ["nobody"],
    ),
    "unknown attribute": (
        template({"a": thing(), "b": thing({"get_attr": ["a", "nothing"]})}),
        {},
        errors.HearthError,
        ["a", "nothing"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_template_leaves_nothing_behind(world: World, case: str) -> None:
    document, params, kind, words = CASES[case]
    before = rows(world)
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        world.engine.service.create_stack(
            MINE, "bad", template=document, params={"parameters": params}, args={}
        )
    assert time.monotonic() - began < 5
    assert 400 <= caught.value.http_status < 500
    for word in words:
        assert word in caught.value.message
    assert rows(world) == before


def test_faults_of_environment_files_name_the_file(world: World) -> None:
    body = template({"a": {"type": "My::Thing"}, "b": {"type": "My::Box"}})
    body["parameters"] = {"size": {"type": "number"}, "kind": {"type": "boolean"}}
    files = {
        "one.yaml": "parameters:\n  size: large\n  colour: red\nparameter_defaults:\n  kind: 7\n",
        "two.yaml": "resource_registry:\n  My::Thing: No::Thing\n  My::Box: gone.yaml\n",
    }
    with pytest.raises(errors.StackValidationFailed) as caught:
        world.engine.service.create_stack(
            MINE, "s", template=body, files=files, environment_files=list(files), args={}
        )
    told = caught.value.message.split("\n")
    place = "(line 3, column 3, parameters.colour of one.yaml)"
    assert told[0] == f"The Parameter (colour) was not defined in template. {place}"
    assert told[1].endswith(
        "could not convert string to float: 'large' (line 2, column 3, parameters.size of one.yaml)"
    )
    assert told[2].startswith("Parameter 'kind' is invalid: Unrecognized value '7'")
    assert told[2].endswith("(line 5, column 3, parameter_defaults.kind of one.yaml)")
    assert told[3] == (
        "resources.a.type: The Resource Type (My::Thing) could not be found. The resource_registry "
        'maps it to "No::Thing" (line 2, column 3, resource_registry.My::Thing of two.yaml).'
    )
    assert told[4] == (
        'resources.b<gone.yaml>: Failed to retrieve template data: "gone.yaml" is not among the '
        "files (line 3, column 3, resource_registry.My::Box of two.yaml)"
    )
    assert len(told) == 5


def test_a_default_that_does_not_do_can_be_asked_for(world: World) -> None:
    body = template(
        {
            "a": {"type": "OS::Cinder::Volume", "properties": {"size": {"get_param": "size"}}},
            "b": {"type": "OS::Cinder::Volume", "properties": {"size": {"get_param": "zone"}}},
        }
    )
    body["parameters"] = {
        "size": {"type": "number", "default": 0},
        "zone": {"type": "string", "default": "x"},
    }
    service = world.engine.service
    assert set(service.validate_template(MINE, template=body)["Parameters"]) == {"size", "zone"}
    with pytest.raises(errors.StackValidationFailed, match="0 is out of range") as caught:
        service.create_stack(MINE, "s", template=body, args={})
    assert len(caught.value.problems) == 2
    given = {"parameters": {"size": -1}}
    with pytest.raises(
        errors.StackValidationFailed, match=r"a\.properties\.size: -1 is out"
    ) as told:
        service.validate_template(MINE, template=body, params=given)
    assert len(told.value.problems) == 1
    body["resources"]["b"]["properties"]["size"] = 0
    with pytest.raises(errors.StackValidationFailed, match=r"b\.properties\.size: 0 is out"):
        service.validate_template(MINE, template=body)


@pytest.mark.parametrize("case", CASES)
def test_a_bad_update_leaves_the_stack_as_it_was(world: World, case: str) -> None:
    document, params, kind, _ = CASES[case]
    stack = world.create({"first": thing()})
    stack.reach("CREATE_COMPLETE")
    before = rows(world)
    with pytest.raises(kind):
        world.engine.service.update_stack(
            MINE, stack.identity, template=document, params={"parameters": params}, args={}
        )
    assert rows(world) == before
    assert stack.state == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", ["", "1st", "a b", "ä", "x" * 256, 7, None])
def test_a_bad_name(world: World, name: Any) -> None:
    with pytest.raises(errors.StackValidationFailed, match="Invalid stack name"):
        world.engine.service.create_stack(MINE, name, template=template({}), args={})


def test_a_name_that_is_taken(world: World) -> None:
    world.create({"a": thing()}).reach("CREATE_COMPLETE")
    before = rows(world)
    with pytest.raises(errors.StackExists, match=r"The Stack \(s\) already exists."):
        world.create({"a": thing()})
    assert rows(world) == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"timeout_mins": "soon"}, "Invalid timeout value soon"),
        ({"timeout_mins": -1}, "Invalid timeout value -1"),
        ({"disable_rollback": "perhaps"}, "perhaps"),
        ({"tags": [1]}, 'Invalid tag, "1" is not a string'),
        ({"tags": "x" * 81}, "longer than 80 characters"),
        ({"tags": "x," * 250}, "251 of them; a stack has at most 250"),
    ],
)
def test_bad_options(world: World, args: dict[str, Any], words: str) -> None:
    with pytest.raises(errors.Invalid, match=words):
        world.engine.service.create_stack(MINE, "s", template=template({}), args=args)


def test_too_many_resources(new_world: Any) -> None:
    world = new_world(max_resources_per_stack=3)
    with pytest.raises(errors.RequestLimitExceeded, match="Maximum resources per stack exceeded"):
        world.create({f"r{number}": thing() for number in range(4)})


def test_too_many_stacks(new_world: Any) -> None:
    world = new_world(max_stacks_per_tenant=1)
    world.create({}, name="one").reach("CREATE_COMPLETE")
    with pytest.raises(errors.RequestLimitExceeded, match="maximum stacks per tenant, 1"):
        world.create({}, name="two")


def test_an_identity_that_does_not_fit(world: World) -> None:
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    with pytest.raises(errors.EntityNotFound):
        world.engine.service.show_stack(MINE, {**stack.identity, "stack_name": "other"})


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("OS::Heat::Va", ["OS::Heat::Value"]),
        ("(?i)os::heat::value$", ["OS::Heat::Value"]),
        ("Heat", []),
        ("[", []),
        # Python's own engine would work at this one for longer than anybody waits.
        ("(([A-Za-z0-9:]+)+)+!", []),
    ],
)
def test_types_are_found_by_expressions_in_time(
    world: World, expression: str, found: list[str]
) -> None:
    began = time.process_time()
    assert world.engine.service.list_resource_types(MINE, type_name=expression) == found
    assert time.process_time() - began < 5
