"""Software configs and deployments by unmodified clients, and an agent on a real server."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from heatclient import exc
from heatclient.client import Client as HeatClient

from tests.deployment import Deployment
from tests.scenarios.clients.conftest import Person
from tests.scenarios.clients.test_openstack_cli import Command

SECONDS = 60.0
# What os-collect-config and heat-config do on a server, in a few lines.
AGENT = """\
#!/usr/bin/env python3
import json, os, subprocess, time, urllib.request
from pathlib import Path

file = Path(os.environ["HEARTH_ROOT"], "var/lib/heat-cfntools/cfn-init-data")
heat = json.loads(file.read_text())["os-collect-config"]["heat"]
seen = set()
while True:
    asked = urllib.request.Request(heat["metadata_url"], headers={"X-Auth-Token": heat["token"]})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        metadata = json.load(answer)["metadata"]
    for config in metadata["deployments"]:
        if config["id"] in seen:
            continue
        seen.add(config["id"])
        inputs = {item["name"]: str(item["value"]) for item in config["inputs"]}
        run = subprocess.run(["/bin/sh", "-c", config["config"]], env={**os.environ, **inputs},
                             capture_output=True, text=True)
        report = {"deploy_stdout": run.stdout, "deploy_stderr": run.stderr,
                  "deploy_status_code": run.returncode, "length": len(run.stdout)}
        sent = urllib.request.Request(inputs["deploy_signal_id"], json.dumps(report).encode(),
                                      {"Content-Type": ""}, method=inputs["deploy_signal_verb"])
        urllib.request.urlopen(sent, timeout=10).close()
    time.sleep(0.1)
"""


def template(script: str, **inputs: Any) -> dict[str, Any]:
    return {
        "heat_template_version": "2021-04-16",
        "resources": {
            "agent": {"type": "OS::Heat::SoftwareConfig", "properties": {"config": AGENT}},
            "config": {
                "type": "OS::Heat::SoftwareConfig",
                "properties": {
                    "group": "script",
                    "config": script,
                    "inputs": [{"name": "who", "default": "world"}],
                    "outputs": [{"name": "length"}],
                },
            },
            "web": {
                "type": "OS::Nova::Server",
                "properties": {
                    "image": "local",
                    "flavor": "m1.tiny",
                    "user_data_format": "SOFTWARE_CONFIG",
                    "software_config_transport": "POLL_SERVER_HEAT",
                    "user_data": {"get_resource": "agent"},
                },
            },
            "run": {
                "type": "OS::Heat::SoftwareDeployment",
                "properties": {
                    "config": {"get_resource": "config"},
                    "server": {"get_resource": "web"},
                    "input_values": inputs,
                },
            },
        },
        "outputs": {
            "stdout": {"value": {"get_attr": ["run", "deploy_stdout"]}},
            "length": {"value": {"get_attr": ["run", "length"]}},
        },
    }


@pytest.fixture
def heat(alice: Person) -> HeatClient:
    return HeatClient(
        "1", endpoint=alice.root, username=alice.account.name, password=alice.account.password
    )


def reach(heat: HeatClient, stack_id: str, wanted: str) -> Any:
    deadline = time.monotonic() + SECONDS
    while True:
        stack = heat.stacks.get(stack_id)
        if stack.stack_status == wanted:
            return stack
        told = f"{stack.stack_status}: {stack.stack_status_reason}"
        assert stack.stack_status.endswith("_IN_PROGRESS"), told
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def outputs(stack: Any) -> dict[str, Any]:
    return {item["output_key"]: item["output_value"] for item in stack.outputs}


def test_an_agent_on_a_server_runs_what_is_deployed(heat: HeatClient) -> None:
    wanted = template('echo "hello $who"', who="garden")
    stack_id = heat.stacks.create(stack_name="agent", template=wanted)["stack"]["id"]
    stack = reach(heat, stack_id, "CREATE_COMPLETE")
    assert outputs(stack) == {"stdout": "hello garden\n", "length": 13}
    deployment_id = heat.resources.get(stack_id, "run").physical_resource_id
    deployment = heat.software_deployments.get(deployment_id)
    assert (deployment.status, deployment.action) == ("COMPLETE", "CREATE")
    assert deployment.output_values["deploy_status_code"] == 0
    metadata = heat.software_deployments.metadata(deployment.server_id)
    assert [item["id"] for item in metadata] == [deployment.config_id]

    heat.stacks.update(stack_id, template=template('echo "bye $who"', who="garden"))
    assert outputs(reach(heat, stack_id, "UPDATE_COMPLETE"))["stdout"] == "bye garden\n"

    heat.stacks.update(stack_id, template=template("echo no >&2; exit 7"))
    stack = reach(heat, stack_id, "UPDATE_FAILED")
    assert stack.stack_status_reason == (
        "Resource UPDATE failed: Error: resources.run: Deployment to server failed: "
        "deploy_status_code : Deployment exited with non-zero status code: 7"
    )
    assert heat.software_deployments.get(deployment_id).output_values["deploy_stderr"] == "no\n"
    heat.stacks.delete(stack_id)
    reach(heat, stack_id, "DELETE_COMPLETE")
    assert heat.software_deployments.list() == []


def test_a_guest_reaches_nothing_but_its_metadata(
    heat: HeatClient, alice: Person, running: Deployment
) -> None:
    wanted = template("true")
    wanted["resources"] = {"web": {"type": "OS::Heat::DeployedServer"}}
    wanted["resources"]["web"]["properties"] = {"software_config_transport": "POLL_SERVER_HEAT"}
    wanted["outputs"] = {"agent": {"value": {"get_attr": ["web", "os_collect_config"]}}}
    stack_id = heat.stacks.create(stack_name="guest", template=wanted)["stack"]["id"]
    access = outputs(reach(heat, stack_id, "CREATE_COMPLETE"))["agent"]["heat"]
    server_id = heat.resources.get(stack_id, "web").physical_resource_id
    token = {"X-Auth-Token": access["token"]}

    def status(path: str, method: str = "GET") -> int:
        return requests.request(method, alice.root + path, headers=token, timeout=30).status_code

    read = requests.get(access["metadata_url"], headers=token, timeout=30).json()["metadata"]
    assert read["os-collect-config"]["heat"] == access
    assert read["deployments"] == []
    assert status(f"/software_deployments/metadata/{server_id}") == 200
    assert status("/software_deployments/metadata/other") == 403
    for path in ("/software_deployments", "/software_configs", f"/software_configs/{stack_id}"):
        assert status(path) == 403
    assert status(f"/software_deployments/{stack_id}", "DELETE") == 403
    heat.stacks.delete(stack_id)
    reach(heat, stack_id, "DELETE_COMPLETE")


def test_heatclient_keeps_configs_and_deployments(heat: HeatClient, bob: Person) -> None:
    config = heat.software_configs.create(
        name="hello",
        group="script",
        config="echo",
        inputs=[{"name": "who", "default": None, "replace_on_change": False}],
        outputs=[{"name": "length", "type": "Number"}],
    )
    assert config.inputs == [{"name": "who", "type": "String"}]
    assert heat.software_configs.get(config.id).to_dict() == config.to_dict()
    listed = [item.to_dict() for item in heat.software_configs.list()]
    head = {"id", "name", "group", "creation_time"}
    assert [set(item) for item in listed] == [head]
    with pytest.raises(exc.HTTPForbidden):
        list(heat.software_configs.list(global_tenant=True))

    made = heat.software_deployments.create(config_id=config.id, server_id="s1")
    assert (made.action, made.status, made.status_reason) == ("INIT", "COMPLETE", "")
    assert not hasattr(made, "updated_time")
    changed = heat.software_deployments.update(
        made.id, status="FAILED", status_reason="why", output_values={"length": 3}
    )
    assert (changed.status, changed.output_values) == ("FAILED", {"length": 3})
    assert changed.updated_time
    assert [item.id for item in heat.software_deployments.list(server_id="s1")] == [made.id]
    assert heat.software_deployments.list(server_id="s2") == []
    (document,) = heat.software_deployments.metadata("s1")
    assert document["id"] == config.id
    assert heat.software_deployments.metadata("s2") == []

    assert bob.ask("GET", f"/software_configs/{config.id}").status_code == 404
    assert bob.ask("DELETE", f"/software_deployments/{made.id}").status_code == 404
    assert bob.ask("GET", "/software_deployments").json() == {"software_deployments": []}

    with pytest.raises(exc.HTTPBadRequest):
        heat.software_configs.delete(config.id)
    heat.software_deployments.delete(made.id)
    heat.software_configs.delete(config.id)
    with pytest.raises(exc.HTTPNotFound):
        heat.software_configs.get(config.id)


def test_the_openstack_command(clouds_file: Path, tmp_path: Path) -> None:
    command = Command(clouds_file, tmp_path)
    script = command.write("script.sh", "#!/bin/sh\necho hi\n")
    definition = command.write("io.yaml", "inputs: [{name: who}]\noutputs: [{name: answer}]\n")
    config = command.read(
        *("software", "config", "create", "greet", "--group", "script"),
        *("--config-file", script, "--definition-file", definition),
    )
    assert config["config"].endswith("echo hi\n")
    deployment = command.read(
        *("software", "deployment", "create", "deploy-greet", "--config", config["id"]),
        *("--server", "s9", "--input-value", "who=me", "--signal-transport", "NO_SIGNAL"),
    )
    printed = command.run("software", "deployment", "metadata", "show", "s9")
    (document,) = json.JSONDecoder().raw_decode(printed, printed.index("["))[0]
    given = {item["name"]: item.get("value") for item in document["inputs"]}
    assert (given["who"], given["deploy_server_id"]) == ("me", "s9")
    shown = command.read("software", "deployment", "show", deployment["id"])
    assert (shown["status"], shown["action"]) == (deployment["status"], "UPDATE")
    command.run("software", "deployment", "delete", deployment["id"])
    listed = command.read("software", "config", "list")
    assert [item["id"] for item in listed if item["name"] in ("greet", "deploy-greet")] == [
        config["id"]
    ]
    command.run("software", "config", "delete", config["id"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/software_configs", {"inputs": {"name": "a"}}, 400),
        ("/software_configs", {"inputs": [{"default": 1}]}, 400),
        ("/software_configs", {"inputs": [{"name": "a", "type": "Float"}]}, 400),
        ("/software_configs", {"name": "n" * 256}, 400),
        ("/software_configs", {"options": "no map"}, 400),
        ("/software_deployments", {"config_id": "nobody", "server_id": "s"}, 404),
        ("/software_deployments", {"config_id": "nobody"}, 400),
        ("/software_deployments", {"config_id": 7, "server_id": "s"}, 400),
        ("/software_deployments", {"server_id": "s", "stack_user_project_id": "p" * 65}, 400),
        ("/software_deployments", {"server_id": "s", "input_values": [1]}, 400),
    ],
)
def test_what_is_wrong_with_a_body(
    alice: Person, path: str, body: dict[str, Any], status: int
) -> None:
    answer = alice.ask("POST", path, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
