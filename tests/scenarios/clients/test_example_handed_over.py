"""The example stack under real servers: saved and restored, given up and taken over."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.deployment import Deployment, Person
from tests.scenarios.world import until

EXAMPLE = Path(__file__).resolve().parents[3] / "etc" / "examples" / "web.yaml"
OPTIONS = {"DEFAULT": {"enable_stack_abandon": True, "enable_stack_adopt": True}}
SECONDS = 90.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with Deployment(tmp_path_factory.mktemp("example"), options=OPTIONS) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def owner(running: Deployment) -> Person:
    return Person(running.add_user("olga", "orchard", "member"), running.native_url)


class Example:
    """The stack as its owner sees it over HTTP."""

    def __init__(self, owner: Person, body: dict[str, Any]) -> None:
        self._owner = owner
        made = owner.ask("POST", "/stacks", {"stack_name": "web", **body})
        assert made.status_code == 201, made.text
        self.url = made.json()["stack"]["links"][0]["href"]

    def ask(self, method: str, path: str = "", document: Any = None) -> Any:
        answer = self._owner.ask(method, self.url + path, document)
        assert answer.status_code < 300, answer.text
        told = answer.headers.get("Content-Type", "")
        return answer.json() if told.startswith("application/json") else None

    def shown(self) -> dict[str, Any]:
        stack: dict[str, Any] = self.ask("GET")["stack"]
        return stack

    def reach(self, state: str) -> None:
        def there() -> bool:
            stack = self.shown()
            assert not stack["stack_status"].endswith("FAILED"), stack["stack_status_reason"]
            return stack["stack_status"] == state

        until(there, state, SECONDS)

    def pages(self) -> dict[str, str]:
        """What the servers' pages say, by output."""
        return {
            item["output_key"]: page(item["output_value"])
            for item in self.shown()["outputs"]
            if item["output_key"].endswith("_url")
        }

    def servers(self) -> dict[str, str]:
        listed = self.ask("GET", "/resources")["resources"]
        return {
            item["resource_name"]: item["physical_resource_id"]
            for item in listed
            if item["resource_type"] == "OS::Nova::Server"
        }


def page(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.timeout(400)
def test_the_example_changes_hands_and_lives_on(running: Deployment, owner: Person) -> None:
    stack = Example(owner, {"template": EXAMPLE.read_text()})
    stack.reach("CREATE_COMPLETE")
    pages, servers = stack.pages(), stack.servers()
    assert len(pages) == 2
    saved = stack.ask("POST", "/snapshots", {"name": "first"})
    stack.reach("SNAPSHOT_COMPLETE")
    stack.ask("PATCH", "", {"parameters": {"blue_text": "changed"}})
    stack.reach("UPDATE_COMPLETE")
    assert stack.pages() != pages
    stack.ask("POST", f"/snapshots/{saved['id']}/restore")
    stack.reach("RESTORE_COMPLETE")
    until(lambda: stack.pages() == pages, "the old pages", SECONDS)
    servers = stack.servers()
    outputs = stack.shown()["outputs"]
    document = stack.ask("DELETE", "/abandon")
    assert stack.shown()["stack_status"] == "DELETE_COMPLETE"
    urls = [item["output_value"] for item in outputs if item["output_key"].endswith("_url")]
    assert [page(url) for url in urls] == list(pages.values())
    adopted = Example(owner, {"adopt_stack_data": json.dumps(document)})
    adopted.reach("ADOPT_COMPLETE")
    assert adopted.servers() == servers
    assert adopted.shown()["outputs"] == outputs
    assert adopted.pages() == pages
    adopted.ask("PATCH", "", {})
    adopted.reach("UPDATE_COMPLETE")
    assert adopted.servers() == servers
    adopted.ask("DELETE")
    adopted.reach("DELETE_COMPLETE")
    for url in urls:
        with pytest.raises(OSError, match="refused"):
            page(url)
    state = running.state / "cloud"
    until(lambda: not list((state / "servers").iterdir()), "the servers' files to be gone")
    assert list((state / "volumes").iterdir()) == []
