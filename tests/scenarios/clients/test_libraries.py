"""python-heatclient with user and key in headers, openstacksdk and curl, each on its own ways."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openstack.connection
import pytest
from heatclient import exc
from heatclient.client import Client as HeatClient
from openstack.config import OpenStackConfig
from openstack.exceptions import ConflictException, NotFoundException

from tests.deployment import Person

SECONDS = 30.0
TEMPLATE: dict[str, Any] = {
    "heat_template_version": "2021-04-16",
    "parameters": {"length": {"type": "number", "default": 8}},
    "resources": {
        "word": {
            "type": "OS::Heat::RandomString",
            "properties": {"length": {"get_param": "length"}},
        }
    },
    "outputs": {"word": {"value": {"get_attr": ["word", "value"]}}},
}


@pytest.fixture
def heat(alice: Person) -> HeatClient:
    """The legacy way: no session, X-Auth-User and X-Auth-Key in every request."""
    return HeatClient(
        "1", endpoint=alice.root, username=alice.account.name, password=alice.account.password
    )


@pytest.fixture
def sdk(clouds_file: Path) -> Iterator[Any]:
    config = OpenStackConfig(config_files=[str(clouds_file)], load_envvars=False)
    connection = openstack.connection.Connection(config=config.get_one("hearth"))
    yield connection
    connection.close()


def until(look: Callable[[], str], wanted: str) -> None:
    """Until ``look`` gives the wanted status."""
    deadline = time.monotonic() + SECONDS
    while (status := look()) != wanted:
        assert status.endswith("_IN_PROGRESS"), status
        assert time.monotonic() < deadline, status
        time.sleep(0.02)


def test_heatclient_whole_life(heat: HeatClient) -> None:
    made = heat.stacks.create(stack_name="heat-1", template=TEMPLATE, parameters={"length": 9})
    identifier = made["stack"]["id"]

    def status() -> str:
        return str(heat.stacks.get(identifier, resolve_outputs=False).stack_status)

    until(status, "CREATE_COMPLETE")
    assert len(heat.stacks.output_show("heat-1", "word")["output"]["output_value"]) == 9
    assert heat.stacks.template("heat-1") == TEMPLATE
    heat.stacks.update("heat-1", existing=True, parameters={"length": 10})
    until(status, "UPDATE_COMPLETE")
    assert heat.stacks.environment("heat-1")["parameters"] == {"length": 10}
    for action, wanted in (("check", "CHECK"), ("suspend", "SUSPEND"), ("resume", "RESUME")):
        getattr(heat.actions, action)("heat-1")
        until(status, f"{wanted}_COMPLETE")
    (resource,) = heat.resources.list("heat-1")
    assert heat.resources.get("heat-1", resource.resource_name).attributes["value"]
    reasons = [event.resource_status_reason for event in heat.events.list("heat-1")]
    assert "Stack UPDATE completed successfully" in reasons
    event = heat.events.list("heat-1")[0]
    shown = heat.events.get("heat-1", event.resource_name, event.id)
    assert shown.resource_type == "OS::Heat::Stack"
    heat.stacks.delete("heat-1")
    until(status, "DELETE_COMPLETE")
    with pytest.raises(exc.HTTPNotFound):
        heat.stacks.get("heat-1")


def test_heatclient_previews_and_validates(heat: HeatClient) -> None:
    preview = heat.stacks.preview(stack_name="not-yet", template=TEMPLATE)
    assert [item["resource_name"] for item in preview.resources] == ["word"]
    assert heat.stacks.validate(template=TEMPLATE)["Parameters"]["length"]["Default"] == 8
    assert [stack for stack in heat.stacks.list() if stack.stack_name == "not-yet"] == []


def test_heatclient_is_refused_with_a_wrong_key(alice: Person) -> None:
    stranger = HeatClient("1", endpoint=alice.root, username="alice", password="wrong")
    with pytest.raises(exc.HTTPUnauthorized):
        list(stranger.stacks.list())


def test_heatclient_pages(heat: HeatClient) -> None:
    names = {f"page-{number}" for number in range(5)}
    for name in names:
        heat.stacks.create(stack_name=name, template=TEMPLATE)
    found = [stack.stack_name for stack in heat.stacks.list(limit=5, page_size=2)]
    assert set(found) >= names
    assert len(found) == len(set(found))
    for name in names:
        heat.stacks.delete(name)


def test_openstacksdk_whole_life(sdk: Any, tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps(TEMPLATE))
    made = sdk.create_stack("sdk-1", template_file=str(path), tags=["a", "b"], wait=True, length=7)
    assert made.status == "CREATE_COMPLETE"
    orchestration = sdk.orchestration
    found = orchestration.find_stack("sdk-1", ignore_missing=False)
    assert (found.id, found.tags) == (made.id, ["a", "b"])
    assert [item.name for item in orchestration.resources(found)] == ["word"]
    events = list(orchestration.stack_events(found))
    assert {event.resource_name for event in events} == {"sdk-1", "word"}
    assert orchestration.get_stack_template(found).resources == TEMPLATE["resources"]
    updated = sdk.update_stack("sdk-1", template_file=str(path), wait=True, length=11)
    assert updated.status == "UPDATE_COMPLETE"
    (output,) = orchestration.get_stack(found.id).outputs
    assert len(output["output_value"]) == 11
    with pytest.raises(ConflictException):
        orchestration.create_stack(name="sdk-1", template=TEMPLATE)
    assert sdk.delete_stack("sdk-1", wait=True)
    assert orchestration.find_stack("sdk-1") is None
    with pytest.raises(NotFoundException):
        orchestration.get_stack("sdk-1")


def test_openstacksdk_pages(sdk: Any) -> None:
    names = {f"leaf-{number}" for number in range(5)}
    for name in names:
        sdk.orchestration.create_stack(name=name, template=TEMPLATE)
    found = [stack.name for stack in sdk.orchestration.stacks(limit=2)]
    assert set(found) >= names
    assert len(found) == len(set(found))
    for name in names:
        sdk.orchestration.delete_stack(sdk.orchestration.find_stack(name))


def test_curl(alice: Person, tmp_path: Path) -> None:
    def curl(*words: str) -> tuple[int, Any]:
        written = subprocess.run(
            ["curl", "-s", "-w", "\n%{http_code}", "-u",
             f"{alice.account.name}:{alice.account.password}", *words],
            capture_output=True, text=True, timeout=30, check=True,
        ).stdout  # fmt: skip
        text, _, code = written.rpartition("\n")
        return int(code), json.loads(text) if text.startswith("{") else None

    body = tmp_path / "body.json"
    body.write_text(json.dumps({"stack_name": "curl-1", "template": TEMPLATE}))
    code, made = curl("-H", "Content-Type: application/json", "-d", f"@{body}",
                      f"{alice.root}/stacks")  # fmt: skip
    assert code == 201
    (link,) = made["stack"]["links"]

    def status() -> str:
        return str(curl("-L", f"{alice.root}/stacks/curl-1")[1]["stack"]["stack_status"])

    until(status, "CREATE_COMPLETE")
    assert curl("-X", "DELETE", link["href"]) == (204, None)
    # By its id a deleted stack is still shown.
    until(lambda: str(curl(link["href"])[1]["stack"]["stack_status"]), "DELETE_COMPLETE")
    assert curl(f"{alice.root}/stacks/curl-1")[0] == 404
