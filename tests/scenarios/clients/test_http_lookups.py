"""Short names of stacks with plain HTTP: every verb is led to the canonical URL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from tests.scenarios.clients.site import Site, Visitor

TEMPLATE = {
    "heat_template_version": "2021-04-16",
    "resources": {"note": {"type": "OS::Heat::Value", "properties": {"value": "v"}}},
}

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def visitor(site: Site) -> Visitor:
    return site.visitor("alice")


@pytest.fixture(scope="module")
def stack_id(visitor: Visitor) -> Iterator[str]:
    made = visitor.ask("POST", "/stacks", {"stack_name": "short", "template": TEMPLATE})
    stack_id = made.json()["stack"]["id"]
    yield stack_id
    visitor.ask("DELETE", f"/stacks/short/{stack_id}")


def test_names_ids_and_arns_lead_to_the_stack(visitor: Visitor, stack_id: str) -> None:
    project = visitor.root.rpartition("/")[2]
    arn = f"arn:openstack:heat::{project}:stacks/short/{stack_id}"
    for name, verb in product(("short", stack_id, quote(arn, safe=""), arn), VERBS):
        answer = visitor.ask(verb, f"/stacks/{name}?a=b&c=%20")
        assert answer.status_code == requests.codes.found, answer.text
        where = urlsplit(answer.headers["Location"])
        assert where.path == f"/v1/{project}/stacks/short/{stack_id}"
        assert where.query in ("a=b&c=+", "a=b&c=%20")


def test_parts_lead_to_those_of_the_stack(visitor: Visitor, stack_id: str) -> None:
    read = ("resources", "events", "template", "environment", "files")
    written = ("resources", "events", "template", "actions")
    for verb, part in (*product(["GET"], read), *product(["POST"], written)):
        answer = visitor.ask(verb, f"/stacks/short/{part}")
        assert answer.status_code == requests.codes.found
        assert answer.headers["Location"].endswith(f"/stacks/short/{stack_id}/{part}")


def test_detail_lists_stacks(visitor: Visitor, stack_id: str) -> None:
    listed: list[dict[str, Any]] = visitor.ask("GET", "/stacks/detail").json()["stacks"]
    assert stack_id in [item["id"] for item in listed]
