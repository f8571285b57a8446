"""The OpenAPI document: open to everybody, valid, complete, and what handlers hold to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import webob
from openapi_spec_validator import OpenAPIV31SpecValidator

from heat_api.openapi.document import document
from heat_api.openapi.operations import OPERATIONS
from heat_api.routes import ROUTES
from heat_api.schemas.values import Query
from tests.api.conftest import Client
from tests.api.double import ScriptedEngine

URL = "/v1/openapi.json"


@pytest.mark.parametrize("flavor", [None, "standalone", "custombackend", "noauth"])
def test_everybody_may_read_it(load: Callable[[str, str | None], Any], flavor: str | None) -> None:
    answer = Client(load("heat-api", flavor), {})("GET", URL)
    assert (answer.status_int, answer.content_type) == (200, "application/json")
    assert answer.json == json.loads(json.dumps(document()))
    assert answer.headers["X-Openstack-Request-Id"].startswith("req-")


def test_who_has_it_is_not_sent_it_again(api: Client) -> None:
    first = api("GET", URL)
    assert "max-age" in first.headers["Cache-Control"]
    again = api("GET", URL, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_int, again.body) == (304, b"")
    other = api("GET", URL, headers={"If-None-Match": '"other"'})
    assert other.status_int == 200


def test_other_verbs(api: Client) -> None:
    answer = api("POST", URL)
    assert (answer.status_int, answer.headers["Allow"]) == (405, "GET")
    answer = api("OPTIONS", URL)
    assert (answer.status_int, answer.headers["Allow"]) == (204, "GET")


def test_it_is_valid() -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []


def test_every_route_is_described() -> None:
    assert [route.path for route in ROUTES if route.handler not in OPERATIONS] == []
    assert OPERATIONS.keys() <= {route.handler for route in ROUTES}


def test_every_name_is_one_operations(api: Client) -> None:
    names = [
        operation["operationId"]
        for item in document()["paths"].values()
        for verb, operation in item.items()
        if verb != "parameters"
    ]
    assert len(names) == len(set(names))
    assert len(names) > 50


def test_a_handler_reads_only_what_is_told(api: Client, engine: ScriptedEngine) -> None:
    """What the table does not name is ignored if somebody sends it, and an error if we ask."""
    engine.answers["list_stacks"] = []
    assert api("GET", "/v1/p1/stacks?limit=1&unknown=x").status_int == 200
    with pytest.raises(LookupError, match="unknown"):
        Query(webob.Request.blank("/?unknown=x"), {"limit"}).text("unknown")
