"""Every call of openstacksdk's ``connection.orchestration``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openstack.exceptions import (
    BadRequestException,
    ConflictException,
    NotFoundException,
    ResourceFailure,
)

from tests.scenarios.clients import templates
from tests.scenarios.clients.libraries import Sdk
from tests.scenarios.clients.site import Site

HOT = {
    "heat_template_version": "2021-04-16",
    "parameters": {"length": {"type": "number", "default": 8}},
    "resources": {
        "word": {
            "type": "OS::Heat::RandomString",
            "metadata": {"colour": "green"},
            "properties": {"length": {"get_param": "length"}},
        },
        "note": {"type": "OS::Heat::Value", "properties": {"value": {"get_file": "note.txt"}}},
    },
    "outputs": {"word": {"value": {"get_attr": ["word", "value"]}}},
}


@pytest.fixture(scope="module")
def sdk(site: Site) -> Iterator[Sdk]:
    with Sdk(site, "alice") as connection:
        yield connection


@pytest.fixture
def stack(sdk: Sdk) -> Iterator[Any]:
    calls = sdk.orchestration
    made = calls.create_stack(
        name="sdk",
        template=HOT,
        files={"note.txt": "remember"},
        environment={"parameter_defaults": {"length": 9}},
        tags=["green", "tall"],
        timeout_mins=7,
        is_rollback_disabled=False,
    )
    ready = calls.wait_for_status(
        made, "CREATE_COMPLETE", ["CREATE_FAILED"], interval=0.02, wait=30
    )
    yield ready
    gone = calls.find_stack("sdk")
    if gone is not None:
        calls.delete_stack(gone)
        calls.wait_for_delete(gone, interval=0.02, wait=30)


def test_sdk_creates_and_shows(sdk: Sdk, stack: Any) -> None:
    found = sdk.orchestration.get_stack(stack.id)
    assert (found.name, found.status, found.tags) == ("sdk", "CREATE_COMPLETE", ["green", "tall"])
    assert (found.timeout_mins, found.is_rollback_disabled) == (7, False)
    assert found.parameters["length"] == "9"
    (output,) = found.outputs
    assert len(output["output_value"]) == 9
    assert sdk.orchestration.find_stack("sdk").id == stack.id
    without = sdk.orchestration.find_stack("sdk", resolve_outputs=False)
    assert without.outputs is None
    assert sdk.orchestration.find_stack("nobody") is None
    with pytest.raises(NotFoundException):
        sdk.orchestration.get_stack("nobody")
    with pytest.raises(ConflictException):
        sdk.orchestration.create_stack(name="sdk", template=HOT, files={"note.txt": ""})


def test_sdk_previews_a_stack(sdk: Sdk) -> None:
    seen = sdk.orchestration.create_stack(
        preview=True, name="not-yet", template=HOT, files={"note.txt": ""}
    )
    assert (seen.name, seen.parameters["length"]) == ("not-yet", "8")
    assert sdk.orchestration.find_stack("not-yet") is None


def test_sdk_updates_a_stack(sdk: Sdk, stack: Any) -> None:
    calls = sdk.orchestration
    wanted: dict[str, Any] = {"template": HOT, "files": {"note.txt": "n"}, "tags": ["new"]}
    # By name: of a stack that it has, the library sends only what differs.
    calls.update_stack("sdk", parameters={"length": 11}, **wanted)
    fresh = calls.get_stack(stack.id)
    ready = calls.wait_for_status(fresh, "UPDATE_COMPLETE", ["UPDATE_FAILED"], 0.02, 30)
    assert (ready.parameters["length"], ready.tags) == ("11", ["new"])
    with pytest.raises(BadRequestException, match="nothing"):
        calls.update_stack("sdk", parameters={"nothing": 1}, **wanted)


def test_sdk_lists_stacks_page_by_page(sdk: Sdk) -> None:
    calls = sdk.orchestration
    tags = {"leaf-1": ["a"], "leaf-2": ["a", "b"], "leaf-3": ["b"]}
    template = {"heat_template_version": "2021-04-16", "resources": {}}
    for name, words in tags.items():
        calls.create_stack(name=name, template=template, tags=words)

    def names(**query: Any) -> list[str]:
        return sorted(item.name for item in calls.stacks(**query))

    assert names(limit=1) == names() == list(tags)
    assert names(tags=["a", "b"]) == ["leaf-2"]
    assert names(any_tags=["a", "b"]) == list(tags)
    assert names(not_tags=["a", "b"]) == ["leaf-1", "leaf-3"]
    assert names(not_any_tags=["b"]) == ["leaf-1"]
    assert names(name="leaf-3") == ["leaf-3"]
    assert names(action="DELETE") == []
    assert names(username="nobody") == []
    for name in tags:
        calls.delete_stack(name, ignore_missing=False)
    calls.delete_stack("leaf-1", ignore_missing=True)
    with pytest.raises(NotFoundException):
        calls.delete_stack("leaf-1", ignore_missing=False)


def test_sdk_reads_documents(sdk: Sdk, stack: Any) -> None:
    calls = sdk.orchestration
    for given in (stack, stack.id):
        template = calls.get_stack_template(given)
        assert template.heat_template_version == "2021-04-16"
        assert template.resources == HOT["resources"]
        assert calls.get_stack_environment(given).parameter_defaults == {"length": 9}
        assert calls.get_stack_files(given) == {"note.txt": "remember"}


def test_sdk_iterates_resources_and_events(sdk: Sdk, stack: Any) -> None:
    calls = sdk.orchestration
    found = {item.name: item for item in calls.resources(stack)}
    assert set(found) == {"word", "note"}
    assert found["word"].resource_type == "OS::Heat::RandomString"
    assert found["word"].status == "CREATE_COMPLETE"
    assert {item.name for item in calls.resources(stack.id, nested_depth=2)} == set(found)
    events = list(calls.stack_events(stack.id, sort_dir="asc"))
    assert events[0].resource_status_reason == "Stack CREATE started"
    assert {item.resource_name for item in events} == {"sdk", "word", "note"}
    paged = list(calls.stack_events(stack, limit=2, sort_dir="asc"))
    assert [item.id for item in paged] == [item.id for item in events]
    of_one = list(calls.stack_events(stack, resource_name="word"))
    assert {item.resource_name for item in of_one} == {"word"}
    with pytest.raises(NotFoundException):
        list(calls.resources("nobody"))


def test_sdk_acts(sdk: Sdk, stack: Any) -> None:
    calls = sdk.orchestration
    for action in ("check", "suspend", "resume"):
        getattr(calls, f"{action}_stack")(stack)
        wanted = f"{action.upper()}_COMPLETE"
        calls.wait_for_status(calls.get_stack(stack.id), wanted, [], 0.02, 30)


def test_sdk_waits_for_a_failure(sdk: Sdk) -> None:
    calls = sdk.orchestration
    resource = {"type": "OS::Heat::TestResource", "properties": {"fail": True}}
    template = {"heat_template_version": "2021-04-16", "resources": {"bad": resource}}
    made = calls.create_stack(name="bad", template=template)
    with pytest.raises(ResourceFailure):
        calls.wait_for_status(made, "CREATE_COMPLETE", ["CREATE_FAILED"], 0.02, 30)
    calls.delete_stack(made)
    calls.wait_for_delete(made, interval=0.02)


def test_sdk_exports_and_abandons(sdk: Sdk, stack: Any) -> None:
    calls = sdk.orchestration
    exported = calls.export_stack(stack)
    assert (exported["id"], set(exported["resources"])) == (stack.id, {"word", "note"})
    abandoned = calls.abandon_stack(stack)
    assert abandoned["resources"] == exported["resources"]
    assert calls.find_stack("sdk") is None


def test_sdk_keeps_software_configs_and_deployments(sdk: Sdk) -> None:
    calls = sdk.orchestration
    config = calls.create_software_config(
        name="hello", group="script", config="echo hi", inputs=[{"name": "who"}], outputs=[]
    )
    assert calls.get_software_config(config.id).config == "echo hi"
    assert config.id in [item.id for item in calls.software_configs()]
    made = calls.create_software_deployment(
        config_id=config.id, server_id="sdk-server", action="CREATE", status="IN_PROGRESS"
    )
    assert (made.status, made.action) == ("IN_PROGRESS", "CREATE")
    changed = calls.update_software_deployment(
        made, status="COMPLETE", output_values={"deploy_stdout": "hi"}
    )
    assert changed.output_values == {"deploy_stdout": "hi"}
    assert calls.get_software_deployment(made.id).status == "COMPLETE"
    listed = [item.id for item in calls.software_deployments(server_id="sdk-server")]
    assert listed == [made.id]
    calls.delete_software_deployment(made)
    calls.delete_software_config(config)
    with pytest.raises(NotFoundException):
        calls.get_software_config(config.id)
    with pytest.raises(NotFoundException):
        calls.get_software_deployment(made.id)


def test_sdk_validates_templates(sdk: Sdk, tmp_path: Path) -> None:
    calls = sdk.orchestration
    path = tmp_path / "words.yaml"
    path.write_text(templates.WORDS)
    files, template = calls.get_template_contents(template_file=str(path))
    found = calls.validate_template(
        template, environment={"parameters": {"length": 9}}, ignore_errors="99001"
    )
    assert found.description == "two strings and a value made of them"
    assert found.parameters["length"]["Default"] == 8
    assert files == {}
    with pytest.raises(BadRequestException, match="OS::Heat::RandomStrong"):
        calls.validate_template(json.loads(json.dumps(template).replace("String", "Strong")))
    attributes = calls.read_env_and_templates(template_file=str(path))
    assert attributes["template"] == template
