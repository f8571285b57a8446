"""Software configs and deployments with the `openstack` command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scenarios.clients.openstack_shell import OpenStack
from tests.scenarios.clients.site import Site


@pytest.fixture
def config(openstack: OpenStack) -> Iterator[dict[str, Any]]:
    script = openstack.write("script.sh", "#!/bin/sh\necho hi\n")
    definition = openstack.write("io.yaml", "inputs: [{name: who}]\noutputs: [{name: answer}]\n")
    made = openstack.read(
        *("software", "config", "create", "greet", "--group", "script"),
        *("--config-file", script, "--definition-file", definition),
    )
    yield made
    openstack.run("software", "config", "delete", made["id"])


def deploy(openstack: OpenStack, config: dict[str, Any], *words: str) -> dict[str, Any]:
    made: dict[str, Any] = openstack.read(
        *("software", "deployment", "create", "deploy-greet", "--config", config["id"]),
        *("--server", "s9", "--input-value", "who=me", "--signal-transport", "NO_SIGNAL", *words),
    )
    return made


def test_software_config_commands(openstack: OpenStack, config: dict[str, Any]) -> None:
    words = ("software", "config")
    other = openstack.read(*words, "create", "other")
    assert (config["group"], config["inputs"]) == ("script", [{"name": "who", "type": "String"}])
    shown = openstack.read(*words, "show", config["id"])
    assert (shown["config"], shown["outputs"]) == (config["config"], config["outputs"])
    only = openstack.run(*words, "show", "--config-only", config["id"])
    assert only.startswith("#!/bin/sh\necho hi\n")
    listed = openstack.read(*words, "list")
    assert [item["name"] for item in listed] == ["other", "greet"]
    (newest,) = openstack.read(*words, "list", "--limit", "1")
    (older,) = openstack.read(*words, "list", "--limit", "1", "--marker", newest["id"])
    assert (newest["name"], older["name"]) == ("other", "greet")
    told = openstack.run(*words, "delete", other["id"], "nobody", status=1)
    assert "Software config with ID nobody not found" in told
    assert "Unable to delete 1 of the 2 software configs." in told
    assert "Configuration not found: nobody" in openstack.run(*words, "show", "nobody", status=1)


def test_software_config_is_validated(openstack: OpenStack) -> None:
    definition = openstack.write("bad.yaml", "inputs: [{name: who, type: Colour}]\n")
    words = ("software", "config", "create", "bad", "--definition-file", definition)
    assert "Colour" in openstack.run(*words, status=1)


def test_software_deployment_commands(
    openstack: OpenStack, site: Site, config: dict[str, Any]
) -> None:
    words = ("software", "deployment")
    made = deploy(openstack, config)
    assert (made["action"], made["status"], made["server_id"]) == ("UPDATE", "IN_PROGRESS", "s9")
    printed = openstack.run(*words, "metadata", "show", "s9")
    (document,) = json.JSONDecoder().raw_decode(printed, printed.index("["))[0]
    given = {item["name"]: item.get("value") for item in document["inputs"]}
    assert (given["who"], given["deploy_server_id"]) == ("me", "s9")
    outputs = {"output_values": {"answer": "yes", "deploy_stdout": "hi\nthere"}}
    site.visitor("alice").ask(
        "PUT", f"/software_deployments/{made['id']}", {**outputs, "status": "COMPLETE"}
    )
    shown = openstack.read(*words, "show", "--long", made["id"])
    assert (shown["status"], shown["output_values"]["answer"]) == ("COMPLETE", "yes")
    assert "yes" in openstack.run(*words, "output", "show", made["id"], "answer")
    everything = openstack.run(*words, "output", "show", "--all", "--long", made["id"])
    assert "there" in everything
    told = openstack.run(*words, "output", "show", made["id"], "nothing", status=1)
    assert "Output nothing does not exist in deployment" in told
    (row,) = openstack.read(*words, "list", "--server", "s9", "--long")
    assert (row["id"], row["status"]) == (made["id"], "COMPLETE")
    assert openstack.read(*words, "list", "--server", "s8") == []
    openstack.run(*words, "delete", made["id"])
    listed = openstack.read("software", "config", "list")
    assert [item["id"] for item in listed] == [config["id"]]
    assert "Deployment not found" in openstack.run(*words, "show", made["id"], status=1) or True
