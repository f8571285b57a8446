"""What Horizon's heat-dashboard asks, with the arguments of its api/heat.py.

The dashboard has python-heatclient without a session and passes ``sort_key``, which the API has
never had, ``status`` in capitals, and one item more than a page has.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml
from heatclient.common import template_format

from tests.scenarios.clients import templates
from tests.scenarios.clients.libraries import Heat
from tests.scenarios.clients.site import Site

PAGE = 2
SECONDS = 30.0


@pytest.fixture(scope="module")
def heat(site: Site) -> Heat:
    return Heat(site, "alice")


@pytest.fixture(scope="module")
def stack(heat: Heat) -> Iterator[Any]:
    """Launched as the form does, which always sends both texts that the user gave."""
    made = heat.stacks.create(
        stack_name="dashing",
        timeout_mins=60,
        disable_rollback=True,
        password="secret",
        parameters={"length": "12"},
        template=template_format.parse(templates.WORDS),
        files={},
        environment="parameter_defaults: {length: 9}\n",
    )
    identifier = made["stack"]["id"]
    reach(heat, identifier, "CREATE_COMPLETE")
    yield heat.stacks.get(identifier)
    heat.stacks.delete(identifier)
    reach(heat, identifier, "DELETE_COMPLETE")


def reach(heat: Heat, stack_id: str, wanted: str) -> None:
    deadline = time.monotonic() + SECONDS
    while (status := heat.stacks.get(stack_id).stack_status) != wanted:
        assert time.monotonic() < deadline, status
        time.sleep(0.05)


def test_horizon_lists_stacks(heat: Heat, stack: Any) -> None:
    asked = {"sort_dir": "desc", "sort_key": "created_at"}
    names = [f"more-{number}" for number in range(3)]
    for name in names:
        heat.stacks.create(stack_name=name, template=yaml.safe_load("heat_template_version: rocky"))
    first = list(heat.stacks.list(limit=PAGE + 1, **asked))
    rest = list(heat.stacks.list(limit=PAGE + 1, marker=first[PAGE - 1].id, **asked))
    found = [item.stack_name for item in first[:PAGE] + rest]
    assert sorted(found) == sorted(["dashing", *names])
    (one,) = heat.stacks.list(limit=PAGE + 1, stack_name="dashing", **asked)
    assert (one.id, one.stack_status) == (stack.id, "CREATE_COMPLETE")
    assert one.creation_time.endswith("Z")
    assert list(heat.stacks.list(limit=PAGE + 1, status="FAILED", **asked)) == []
    for name in names:
        heat.stacks.delete(name)


def test_horizon_shows_a_stack(heat: Heat, stack: Any) -> None:
    assert stack.parameters["length"] == "12"
    assert stack.parameters["secret"] == "******"
    assert stack.outputs[0]["output_key"] == "both"
    # The page shows the template as text and the form of an update its parameters.
    assert heat.stacks.template(stack.id)["outputs"]
    listed = heat.resources.list(stack.stack_name)
    by_name = {item.resource_name: item for item in listed}
    # The topology is drawn of these.
    assert sorted(by_name["first"].required_by) == ["both", "second"]
    assert by_name["both"].required_by == []
    found = heat.resources.get(stack.id, "first")
    assert found.resource_type == "OS::Heat::RandomString"
    assert heat.resources.metadata(stack.id, "first") == {"colour": "green"}
    identifier = f"{stack.stack_name}/{stack.id}"
    asked = {"sort_dir": "asc", "sort_key": "event_time"}
    events = heat.events.list(identifier, limit=1000, **asked)
    assert events[0].resource_status_reason == "Stack CREATE started"
    assert len(heat.events.list(identifier, limit=PAGE + 1, **asked)) == PAGE + 1


def test_horizon_validates_previews_and_updates(heat: Heat, stack: Any) -> None:
    template = template_format.parse(templates.WORDS)
    environment = "parameters: {length: 10}\n"
    seen = heat.stacks.validate(template=template, files={}, environment=environment)
    length = seen["Parameters"]["length"]
    assert (length["Type"], length["Label"], length["Default"]) == ("Number", "Length", 8)
    assert (length["MinValue"], length["MaxValue"]) == (4, 64)
    assert seen["Parameters"]["secret"]["NoEcho"] == "true"
    fields = {
        "timeout_mins": 60,
        "disable_rollback": True,
        "password": "secret",
        "parameters": {"length": "20", "secret": "n"},
        "template": template,
        "files": {},
        "environment": environment,
    }
    preview = heat.stacks.preview(stack_name="preview", **fields)
    assert {item["resource_name"] for item in preview.resources} == {"first", "second", "both"}
    heat.stacks.update(stack.id, **fields)
    reach(heat, stack.id, "UPDATE_COMPLETE")
    assert heat.stacks.get(stack.id).parameters["length"] == "20"


def test_horizon_acts(heat: Heat, stack: Any) -> None:
    for action in ("check", "suspend", "resume"):
        getattr(heat.actions, action)(stack.id)
        reach(heat, stack.id, f"{action.upper()}_COMPLETE")


def test_horizon_keeps_snapshots(heat: Heat, stack: Any) -> None:
    made = heat.stacks.snapshot(stack.id)
    reach(heat, stack.id, "SNAPSHOT_COMPLETE")
    (listed,) = heat.stacks.snapshot_list(stack.id)["snapshots"]
    assert (listed["id"], listed["status"]) == (made["id"], "COMPLETE")
    shown = heat.stacks.snapshot_show(stack.id, made["id"])["snapshot"]
    assert set(shown["data"]["resources"]) == {"first", "second", "both"}
    heat.stacks.snapshot_delete(stack.id, made["id"])
    assert heat.stacks.snapshot_list(stack.id)["snapshots"] == []


def test_horizon_shows_the_catalogue(heat: Heat, site: Site) -> None:
    listed = heat.resource_types.list(filters={"name": "OS::Heat"})
    assert {item.resource_type.startswith("OS::Heat") for item in listed} == {True}
    versions = [item.version for item in heat.template_versions.list()]
    for version in versions:
        assert all(item.description for item in heat.template_versions.get(version)), version
    assert [item.status for item in Heat(site, "ada").services.list()] == ["up"]


def test_horizon_generates_templates(heat: Heat) -> None:
    """The template generator reads the schema of every type, several at a time."""
    names = [item.resource_type for item in heat.resource_types.list()]
    with ThreadPoolExecutor(2) as pool:
        schemas = dict(zip(names, pool.map(heat.resource_types.get, names), strict=True))
    assert "OS::Heat::RandomString" in schemas
    for name, schema in schemas.items():
        assert schema["resource_type"] == name
        assert schema["support_status"]["status"]
        for prop in schema["properties"].values():
            assert {"type", "required", "update_allowed", "immutable"} <= set(prop), (name, prop)
