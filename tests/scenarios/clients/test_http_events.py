"""Events of a project with plain HTTP: a list, and a stream of what happens from now on."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.scenarios.clients.site import Site, Visitor

TEMPLATE = {"heat_template_version": "2021-04-16"}


@pytest.fixture
def visitor(site: Site) -> Visitor:
    return site.visitor("alice")


def test_events_of_a_project(visitor: Visitor) -> None:
    headers = {**visitor.headers, "Accept": "text/event-stream"}
    watched = requests.get(f"{visitor.root}/events", headers=headers, stream=True, timeout=30)
    with watched as stream:
        assert stream.status_code == requests.codes.ok, stream.text
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        made = visitor.ask("POST", "/stacks", {"stack_name": "watched", "template": TEMPLATE})
        lines = stream.iter_lines(decode_unicode=True)
        told = next(
            line for line in lines if line.startswith("data:") and "CREATE_COMPLETE" in line
        )
    stack: dict[str, Any] = made.json()["stack"]
    assert stack["id"] in told
    listed = visitor.ask("GET", "/events")
    assert listed.status_code == requests.codes.ok, listed.text
    assert "watched" in {item["resource_name"] for item in listed.json()["events"]}
    visitor.ask("DELETE", f"/stacks/watched/{stack['id']}")
