"""Servers whose agents poll an object for what is deployed to them, on a real embedded cloud."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.scenarios.site import SECONDS, left, site_of
from tests.scenarios.software import config, inputs, report, software
from tests.scenarios.world import MINE, Stack, World, until

TRANSPORT = {"software_config_transport": "POLL_TEMP_URL"}
OUTPUTS = {"how": {"get_attr": ["web", "os_collect_config"]}}


def address(stack: Stack) -> str:
    how = until(lambda: stack.output("how"), "the metadata")
    assert how["collectors"] == ["ec2", "request", "local"]
    return str(how["request"]["metadata_url"])


def seen(url: str, action: str) -> dict[str, Any]:
    """The inputs of the first config in the object, when it is there for an action."""

    def look() -> dict[str, Any] | None:
        answer = requests.get(url, timeout=10)
        deployments = answer.json()["deployments"] if answer.status_code == 200 else []
        told = inputs(deployments[0]) if deployments else {}
        return told if told.get("deploy_action") == action else None

    found = until(look, f"the {action} deployment in the object")
    assert found is not None
    return found


def made(kind: str, greeting: str, swift: dict[str, str] | None = None) -> dict[str, Any]:
    given = software(config=config())
    given["run"]["properties"]["input_values"] = {"greeting": greeting}
    if kind == "OS::Heat::DeployedServer":
        given["web"] = {"type": kind, "properties": {"name": "theirs"}}
    else:
        given["web"]["properties"].update(image="local", flavor="tiny")
    given["web"]["properties"].update(TRANSPORT)
    if swift is not None:
        given["web"]["properties"]["deployment_swift_data"] = swift
    return given


@pytest.mark.parametrize("kind", ["OS::Nova::Server", "OS::Heat::DeployedServer"])
def test_what_is_deployed_stands_in_the_object(site: World, kind: str) -> None:
    stack = site.create(made(kind, "one"), outputs=OUTPUTS)
    url = address(stack)
    assert requests.head(url, timeout=10).status_code in (200, 404)
    assert seen(url, "CREATE")["greeting"] == "one"
    report(stack)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    stack.update(made(kind, "two"), outputs=OUTPUTS)
    assert seen(url, "UPDATE")["greeting"] == "two"
    report(stack)
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    alone = made(kind, "")
    del alone["run"]
    stack.update(alone, outputs=OUTPUTS)
    stack.reach("UPDATE_COMPLETE", seconds=SECONDS)
    assert requests.get(url, timeout=10).json()["deployments"] == []
    service, server_id = site.engine.service, stack.physical("web")
    given = {"server_id": server_id, "config_id": stack.physical("config")}
    theirs = service.create_software_deployment(MINE, **given)
    assert len(requests.get(url, timeout=10).json()["deployments"]) == 1
    service.delete_software_deployment(MINE, theirs["id"])
    assert requests.get(url, timeout=10).json()["deployments"] == []
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def test_the_object_may_be_in_a_container_of_the_users(site: World) -> None:
    cloud = site_of(site)
    cloud.create("object-store", "containers", {"name": "mine", "versions": True}, token="mine")
    body = {"container": "mine", "name": "other", "content": "x"}
    other = cloud.create("object-store", "objects", body, token="other")
    place = {"container": "mine", "object": "agents"}
    stack = site.create(made("OS::Heat::DeployedServer", "one", place), outputs=OUTPUTS)
    url = address(stack)
    assert "/mine/agents?" in url
    seen(url, "CREATE")
    assert len(cloud.list("object-store", "objects", container="mine", name="agents")) == 1
    report(stack)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert [item["name"] for item in cloud.list("object-store", "objects")] == ["other"]
    cloud.delete("object-store", "objects", other["id"])
    cloud.delete("object-store", "containers", "mine")
    assert left(site) == {}


def test_deployments_at_once_all_arrive(site: World) -> None:
    given = made("OS::Heat::DeployedServer", "one")
    runs = {}
    for number in range(5):
        body = {**given["run"]["properties"], "name": f"n{number}", "signal_transport": "NO_SIGNAL"}
        runs[f"run{number}"] = {**given["run"], "properties": body}
    del given["run"]
    stack = site.create({**given, **runs}, outputs=OUTPUTS)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    told = requests.get(address(stack), timeout=10).json()["deployments"]
    assert [item["name"] for item in told] == [f"n{number}" for number in range(5)]
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}
