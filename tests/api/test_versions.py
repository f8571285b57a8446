from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.double import STACK_ID

VERSIONS = {
    "versions": [
        {
            "id": "v1.0",
            "status": "CURRENT",
            "links": [{"rel": "self", "href": "http://localhost/v1/"}],
        }
    ]
}
REQUEST_ID = re.compile(r"req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


@pytest.mark.parametrize("flavor", [None, "standalone", "custombackend", "noauth"])
@pytest.mark.parametrize("path", ["/", "/versions", "/v2", "/v1.1/p1/stacks", "/v1/", "/v1"])
def test_the_versions_document_needs_no_credentials(
    load: Callable[[str, str | None], Any], flavor: str | None, path: str
) -> None:
    answer = Client(load("heat-api", flavor), {})("GET", path)
    assert answer.status_int == 300
    assert answer.json == VERSIONS


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        ("/v1/p1/stacks/web", "*/*", 302),
        ("/v1.0/p1/stacks/web", "*/*", 302),
        ("/p1/stacks/web", "*/*", 404),
        ("/p1/stacks/web", "application/vnd.openstack.orchestration-v1.0", 302),
        ("/p1/stacks/web", "application/vnd.openstack.orchestration-v1", 302),
        ("/p1/stacks/web", "application/vnd.openstack.orchestration-v3", 300),
        ("/v1/%ff/stacks", "*/*", 400),
        ("/v1/p1/stacks/web/", "*/*", 404),
        ("/v1/p1", "*/*", 404),
        ("/v1/p1/nothing", "*/*", 404),
        (f"/v1/p1/stacks/web/{STACK_ID}/resources/a%2Fb", "*/*", 404),
        ("/v1/p1/stacks/a%00b", "*/*", 404),
    ],
)
def test_paths(api: Client, path: str, accept: str, status: int) -> None:
    assert api("GET", path, headers={"Accept": accept}).status_int == status


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        ("/v1/p1/stacks", "GET,POST"),
        ("/v1/p1/validate", "POST"),
        (f"/v1/p1/stacks/web/{STACK_ID}", "GET,PUT,PATCH,DELETE"),
        (f"/v1/p1/stacks/web/{STACK_ID}/resources/r/signal", "POST"),
    ],
)
def test_options_and_405_list_the_verbs(api: Client, path: str, verbs: str) -> None:
    options = api("OPTIONS", path)
    assert (options.status_int, options.headers["Allow"], options.body) == (204, verbs, b"")
    refused = api("HEAD", path)
    assert (refused.status_int, refused.headers["Allow"]) == (405, verbs)
    refused = api("TRACE", path)
    assert refused.json["error"]["type"] == "HTTPMethodNotAllowed"


def test_services_have_no_other_verbs(api: Client) -> None:
    assert api("PUT", "/v1/p1/services").status_int == 404


@pytest.mark.parametrize("path", ["/v1/p1/stacks/web", "/", "/v1/p1/nothing", "/v1/p2/stacks"])
def test_every_answer_has_a_request_id(api: Client, path: str) -> None:
    assert REQUEST_ID.match(api("GET", path).headers["x-openstack-request-id"])


def test_a_request_id_from_outside_becomes_the_global_one(api: Client, engine: Any) -> None:
    given = "req-11111111-1111-4111-8111-111111111111"
    answer = api("GET", "/v1/p1/stacks/web", headers={"X-OpenStack-Request-ID": given})
    context = engine.contexts[-1]
    assert context.global_request_id == given
    assert context.request_id == answer.headers["x-openstack-request-id"] != given
