"""A stack with a secret in it, and everything that can be read about it."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any, Protocol

import requests

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


class Reader(Protocol):
    """Somebody who asks the native API."""

    def ask(self, method: str, path: str, document: Any = None) -> requests.Response: ...


class Stack:
    """A stack of one person, and everything that its API says of it."""

    def __init__(self, person: Reader, name: str, canary: str) -> None:
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
        self.tell(f"{method} {path}", answer.text + str(answer.headers))
        return answer

    def tell(self, place: str, text: str) -> None:
        """Note what has been told somewhere."""
        self.told[place] = self.told.get(place, "") + text

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
        for item in self._get(f"{self.url}/snapshots").get("snapshots", ()):
            self._get(f"{self.url}/snapshots/{item['id']}")
        for item in self._get("/software_configs")["software_configs"]:
            self._get(f"/software_configs/{item['id']}")
        for item in self._get("/software_deployments")["software_deployments"]:
            self._get(f"/software_deployments/{item['id']}")
        for output in self._get(f"{self.url}/outputs").get("outputs", ()):
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
        searched = spellings(self.canary)
        return [place for place, text in self.told.items() if any(one in text for one in searched)]

    def _get(self, path: str) -> Any:
        answer = self.person.ask("GET", path)
        self.tell(f"GET {path}", answer.text + str(answer.headers))
        return answer.json() if answer.ok else {}


def databases(state: Path) -> list[Path]:
    """The engine's database, with what SQLite has not moved into it yet."""
    found = [path for path in state.rglob("*") if path.is_file() and path.name.startswith("hea")]
    assert found
    return found


def holds(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()


def spellings(secret: str) -> tuple[str, str]:
    """As it is, and as the body of a longer base64 text would hold it."""
    return secret, base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]
