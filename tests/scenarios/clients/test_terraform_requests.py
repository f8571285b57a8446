"""The requests of Terraform's openstack_orchestration_stack_v1, as gophercloud sends them.

The provider itself cannot be had here: these are its requests and what it makes of the answers
(contract/native-api.md section 17.5), with plain HTTP.
"""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import requests

from tests.scenarios.clients import templates
from tests.scenarios.clients.site import Site, Visitor

SECONDS = 30.0
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PENDING = {"CREATE_IN_PROGRESS", "INIT_COMPLETE"}


class Provider:
    """What the provider does for its resource's life."""

    OK = {"GET": {200}, "POST": {201, 202}, "PUT": {201, 202}, "PATCH": {200, 202, 204}}
    OK["DELETE"] = {202, 204}

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    def ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        """An answer, its redirects followed with the same verb and body."""
        answer = self._visitor.ask(method, path, body)
        while answer.status_code == requests.codes.found:
            answer = self._visitor.ask(method, answer.headers["Location"], body)
        assert answer.status_code in {*self.OK[method], 404}, answer.text
        return answer

    def read(self, stack_id: str) -> dict[str, Any] | None:
        answer = self.ask("GET", f"/stacks/{stack_id}")
        if answer.status_code == requests.codes.not_found:
            return None
        stack: dict[str, Any] = answer.json()["stack"]
        for name in ("creation_time", "updated_time", "deletion_time"):
            assert stack[name] is None or TIME.fullmatch(stack[name]), stack[name]
        assert all(isinstance(value, str) for value in stack["parameters"].values())
        assert all(isinstance(item, str) for item in stack["tags"] or [])
        assert isinstance(stack["disable_rollback"], bool)
        assert stack["capabilities"] == stack["notification_topics"] == []
        return stack

    def await_status(self, stack_id: str, targets: set[str]) -> dict[str, Any] | None:
        deadline = time.monotonic() + SECONDS
        while True:
            stack = self.read(stack_id)
            if stack is None or stack["stack_status"] in targets:
                return stack
            assert stack["stack_status"].endswith("_IN_PROGRESS"), stack["stack_status_reason"]
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture
def provider(site: Site) -> Provider:
    return Provider(site.visitor("alice"))


def test_terraform_resource_life(provider: Provider) -> None:
    body = {
        "stack_name": "terra",
        "template": templates.WORDS,
        "environment": "parameters:\n  length: 9\n",
        "parameters": {"length": "10"},
        "files": {},
        "disable_rollback": True,
        "timeout_mins": 30,
        "tags": "foo,bar",
    }
    made = provider.ask("POST", "/stacks", body).json()["stack"]
    assert made["links"][0]["rel"] == "self"
    targets = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_IN_PROGRESS"}
    stack = provider.await_status(made["id"], targets)
    assert stack is not None
    assert stack["stack_status"] == "CREATE_COMPLETE"
    assert stack["parameters"]["length"] == "10"
    given = {name for name in stack["parameters"] if not name.startswith("OS::")}
    assert given == {"length", "secret"}
    assert {"OS::project_id", "OS::stack_id", "OS::stack_name"} <= set(stack["parameters"])
    assert (stack["tags"], stack["timeout_mins"]) == (["foo", "bar"], 30)
    (output,) = stack["outputs"]
    assert set(output) >= {"description", "output_key", "output_value"}
    assert stack["template_description"] == stack["description"]

    change = {"template": templates.WORDS, "parameters": {"length": "11"}, "tags": "foo"}
    answer = provider.ask("PUT", f"/stacks/terra/{made['id']}", change)
    assert answer.status_code == requests.codes.accepted
    stack = provider.await_status(made["id"], {"UPDATE_COMPLETE"})
    assert stack is not None
    assert (stack["parameters"]["length"], stack["tags"]) == ("11", ["foo"])

    found = provider.ask("GET", f"/stacks/{made['id']}").json()["stack"]
    assert found["id"] == made["id"]
    assert provider.ask("DELETE", f"/stacks/terra/{made['id']}").status_code == 204
    gone = provider.await_status(made["id"], {"DELETE_COMPLETE"})
    assert gone is None or gone["stack_status"] == "DELETE_COMPLETE"
    assert provider.ask("DELETE", f"/stacks/terra/{made['id']}").status_code == 404


def test_gophercloud_lists_and_reads(provider: Provider) -> None:
    made = provider.ask("POST", "/stacks", {"stack_name": "gopher", "template": templates.WORDS})
    stack_id = made.json()["stack"]["id"]
    provider.await_status(stack_id, {"CREATE_COMPLETE"})
    # Sort keys and filters that the API has never known are no reason to refuse.
    query = "?limit=10&sort_keys=created_at&sort_dir=desc&tenant_id=x"
    (item,) = provider.ask("GET", f"/stacks{query}").json()["stacks"]
    assert (item["id"], item["tags"] or []) == (stack_id, [])
    root = f"/stacks/gopher/{stack_id}"
    assert provider.ask("GET", f"{root}/template").json()["resources"]
    assert provider.ask("GET", f"{root}/environment").json()["parameters"] == {}
    resources = provider.ask("GET", f"{root}/resources").json()["resources"]
    assert all(TIME.fullmatch(item["creation_time"]) for item in resources)
    first = provider.ask("GET", f"{root}/resources/first").json()["resource"]
    assert first["logical_resource_id"] == "first"
    assert provider.ask("GET", f"{root}/resources/first/metadata").json()["metadata"]
    events = provider.ask("GET", f"{root}/events").json()["events"]
    assert all(TIME.fullmatch(item["event_time"]) for item in events)
    of_first = provider.ask("GET", f"{root}/resources/first/events").json()["events"]
    event = of_first[0]["id"]
    shown = provider.ask("GET", f"{root}/resources/first/events/{event}").json()["event"]
    assert shown["id"] == event
    patched = provider.ask("PATCH", root, {"parameters": {"length": "12"}})
    assert patched.status_code == requests.codes.accepted
    provider.await_status(stack_id, {"UPDATE_COMPLETE"})
    provider.ask("DELETE", root)
