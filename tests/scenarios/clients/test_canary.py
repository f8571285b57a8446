"""A secret given to a stack comes back from nowhere: no reply, no log, no database.

It goes in as a hidden parameter and from there into properties, metadata, outputs, nested stacks,
deployments and failures; then everything that can be read is read.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.deployment import Deployment, Person

SECONDS = 30.0
VERSION = "2021-04-16"
SECRET = {"get_param": "secret"}
HIDDEN = {"secret": {"type": "string", "hidden": True}}
TEXT = {"str_replace": {"template": "password=$p;", "params": {"$p": SECRET}}}
CHILD = json.dumps(
    {
        "heat_template_version": VERSION,
        "parameters": {"word": {"type": "string"}},
        "resources": {
            "kept": {"type": "OS::Heat::Value", "properties": {"value": {"get_param": "word"}}}
        },
        "outputs": {"word": {"value": {"get_attr": ["kept", "value"]}}},
    }
)


def thing(**properties: Any) -> dict[str, Any]:
    return {"type": "OS::Heat::TestResource", "properties": properties}


RESOURCES: dict[str, Any] = {
    "value": {"type": "OS::Heat::Value", "properties": {"value": {"deep": [SECRET]}}},
    "thing": {**thing(value=TEXT), "metadata": {"password": SECRET}},
    "child": {"type": "child.yaml", "properties": {"word": SECRET}},
    "second": {
        "type": "OS::Heat::Stack",
        "properties": {"template": {"get_file": "child.yaml"}, "parameters": {"word": SECRET}},
    },
    "group": {
        "type": "OS::Heat::ResourceGroup",
        "properties": {"count": 2, "resource_def": {**thing(value=SECRET)}},
    },
    "server": {
        "type": "OS::Heat::DeployedServer",
        "properties": {"software_config_transport": "POLL_SERVER_HEAT"},
    },
    "config": {
        "type": "OS::Heat::SoftwareConfig",
        "properties": {"config": TEXT, "group": "script", "inputs": [{"name": "password"}]},
    },
    "run": {
        "type": "OS::Heat::SoftwareDeployment",
        "properties": {
            "config": {"get_resource": "config"},
            "server": {"get_resource": "server"},
            "signal_transport": "NO_SIGNAL",
            "input_values": {"password": SECRET},
        },
    },
    "handle": {
        "type": "OS::Heat::WaitConditionHandle",
        "properties": {"signal_transport": "TOKEN_SIGNAL"},
    },
}
OUTPUTS = {
    "plain": {"value": SECRET},
    "text": {"value": TEXT},
    "kept": {"value": {"get_attr": ["value", "value"]}},
    "nested": {"value": {"get_attr": ["child", "word"]}},
    "token": {"value": {"get_attr": ["handle", "token"]}},
    "listed": {"value": {"get_attr": ["group", "output"]}},
}


def template(**more: Any) -> dict[str, Any]:
    return {
        "heat_template_version": VERSION,
        "parameters": HIDDEN,
        "resources": {**RESOURCES, **more},
        "outputs": OUTPUTS,
    }


class Stack:
    """A stack of one person, and everything that its API says of it."""

    def __init__(self, person: Person, name: str, canary: str) -> None:
        self.person = person
        self.name = name
        self.canary = canary
        self.told: dict[str, str] = {}
        self.url = ""

    def body(self, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "template": body,
            "files": {"child.yaml": CHILD},
            "parameters": {"secret": self.canary},
            **more,
        }

    def send(self, method: str, path: str, document: Any, *expected: int) -> Any:
        answer = self.person.ask(method, path, document)
        assert answer.status_code in expected, answer.text
        self.told[f"{method} {path}"] = answer.text + str(answer.headers)
        return answer

    def create(self, body: dict[str, Any], **more: Any) -> None:
        wanted = self.body(body, stack_name=self.name, **more)
        answer = self.send("POST", "/stacks", wanted, 201)
        self.url = f"/stacks/{self.name}/{answer.json()['stack']['id']}"

    def reach(self, *wanted: str) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            shown = self.person.ask("GET", self.url).json()["stack"]
            if shown["stack_status"] in wanted:
                return
            assert time.monotonic() < deadline, shown
            assert not shown["stack_status"].endswith("FAILED"), shown
            time.sleep(0.02)

    def read(self) -> None:
        """Everything that can be read about the stack and its project."""
        for path in (
            *("/stacks", "/stacks/detail", "/stacks?show_nested=True", "/software_configs"),
            *("/software_deployments", f"{self.url}/template", f"{self.url}/environment"),
            *(f"{self.url}/files", f"{self.url}/export", self.url),
        ):
            self._get(path)
        for item in self._get("/software_configs")["software_configs"]:
            self._get(f"/software_configs/{item['id']}")
        for item in self._get("/software_deployments")["software_deployments"]:
            self._get(f"/software_deployments/{item['id']}")
        for output in self._get(f"{self.url}/outputs")["outputs"]:
            self._get(f"{self.url}/outputs/{output['output_key']}")
        listed = self._get(f"{self.url}/resources?nested_depth=5&with_detail=True")["resources"]
        for item in listed:
            links = {link["rel"]: link["href"] for link in item["links"]}
            self._get(links["self"])
            self._get(f"{links['self']}/metadata")
            self._get(links["stack"])
        for event in self._get(f"{self.url}/events?nested_depth=5")["events"]:
            self._get(next(link["href"] for link in event["links"] if link["rel"] == "self"))

    def leaks(self) -> list[str]:
        """Where the canary has been seen."""
        spellings = _spellings(self.canary)
        return [place for place, text in self.told.items() if any(one in text for one in spellings)]

    def _get(self, path: str) -> Any:
        answer = self.person.ask("GET", path)
        self.told[f"GET {path}"] = answer.text + str(answer.headers)
        return answer.json() if answer.ok else {}


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A heat-all that logs all it can and lets stacks be exported."""
    options = {"DEFAULT": {"debug": True, "enable_stack_abandon": True}}
    with Deployment(tmp_path_factory.mktemp("canary"), options=options) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def carol(chatty: Deployment) -> Person:
    return Person(chatty.add_user("carol", "garden", "member"), chatty.native_url)


@pytest.fixture(scope="module")
def looker(chatty: Deployment) -> Person:
    """Somebody of the same project who may only look."""
    return Person(chatty.add_user("looker", "garden", "reader"), chatty.native_url)


@pytest.fixture
def stack(carol: Person, request: pytest.FixtureRequest) -> Stack:
    name = request.node.name.removeprefix("test_").replace("_", "-")
    return Stack(carol, name, f"canary{secrets.token_hex(12)}")


def test_a_stack_that_works(stack: Stack) -> None:
    stack.send("POST", "/stacks/preview", stack.body(template(), stack_name="preview-of-it"), 200)
    stack.send("POST", "/validate", stack.body(template()), 200)
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    stack.read()
    stack.send("PUT", f"{stack.url}/preview", stack.body(template(more=thing(value=SECRET))), 200)
    stack.send("PUT", stack.url, stack.body(template(more=thing(value=SECRET))), 202)
    stack.reach("UPDATE_COMPLETE")
    stack.read()
    assert stack.leaks() == []


def test_a_stack_that_fails_and_goes_back(stack: Stack) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    failing = template(more=thing(value=SECRET, fail=True))
    stack.send("PUT", stack.url, stack.body(failing, disable_rollback=False), 202)
    stack.reach("ROLLBACK_COMPLETE")
    stack.read()
    assert stack.leaks() == []


def test_values_that_are_refused(stack: Stack) -> None:
    wrong = template(
        more={"type": "OS::Heat::RandomString", "properties": {"length": SECRET}},
        other={"type": "OS::Heat::Delay", "properties": {"min_wait": SECRET}},
        server={"type": "OS::Nova::Server", "properties": {"image": SECRET, "flavor": SECRET}},
    )
    stack.send("POST", "/stacks", stack.body(wrong, stack_name=stack.name), 400)
    stack.send("POST", "/stacks/preview", stack.body(wrong, stack_name=stack.name), 400)
    stack.send("POST", "/validate", stack.body(wrong), 400)
    strict = {
        **template(),
        "parameters": {"secret": {**HIDDEN["secret"], "constraints": [{"length": {"max": 3}}]}},
    }
    stack.send("POST", "/stacks", stack.body(strict, stack_name=stack.name), 400)
    assert stack.leaks() == []


def test_a_guest_is_told_what_its_server_works_with(stack: Stack) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    path = f"{stack.url}/resources/server/metadata"
    access = stack.person.ask("GET", path).json()["metadata"]["os-collect-config"]["heat"]
    answer = requests.get(
        stack.person.root + path, headers={"X-Auth-Token": access["token"]}, timeout=30
    )
    (deployment,) = answer.json()["metadata"]["deployments"]
    inputs = {item["name"]: item["value"] for item in deployment["inputs"]}
    assert inputs["password"] == stack.canary
    assert stack.canary in deployment["config"]


def test_who_may_only_look_is_not_told_with_what_to_signal(stack: Stack, looker: Person) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    answer = stack.person.ask("GET", f"{stack.url}/outputs/token").json()
    token = answer["output"]["output_value"]
    seen = Stack(looker, stack.name, token)
    seen.url = stack.url
    seen.read()
    assert seen.leaks() == []
    assert seen.told[f"GET {seen.url}/outputs/token"].count("******") == 1


def test_what_is_kept_and_logged(stack: Stack, chatty: Deployment) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    stack.read()
    account = stack.person.account
    for secret in (stack.canary, account.password, account.secret):
        for spelling in _spellings(secret):
            assert spelling not in chatty.log("heat-all")
            found = [path.name for path in _databases(chatty.state) if _holds(path, spelling)]
            assert found == []


def _databases(state: Path) -> list[Path]:
    """The engine's database, with what SQLite has not moved into it yet."""
    found = [path for path in state.rglob("*") if path.is_file() and path.name.startswith("hea")]
    assert found
    return found


def _holds(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()


def _spellings(secret: str) -> tuple[str, str]:
    """As it is, and as the body of a longer base64 text would hold it."""
    return secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
