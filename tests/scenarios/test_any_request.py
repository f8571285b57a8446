"""Whatever is sent to whatever route of the API, over a real engine: never a fault of ours."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import webob
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import pipeline
from common.context import RequestContext
from heat_api.openapi.operations import OPERATIONS
from heat_api.openapi.shapes import SHAPES
from heat_api.routes import ROUTES, Route
from tests.api.conftest import PASTE_FILE, new_conf
from tests.scenarios.world import World, thing, waiting

EXAMPLES = int(os.environ.get("HEARTH_FUZZ_EXAMPLES", "300"))
SECONDS = 10.0

WORDS = st.sampled_from(
    [
        "",
        "s",
        "a",
        "handle",
        "OS::Heat::TestResource",
        "heat_template_version.2018-08-31",
        "true",
        "asc",
        "CREATE_COMPLETE",
        "-1",
        "1",
        "9" * 40,
        "\x00",
        "é" * 300,
        "[",
        "a: &a [*a]",
        "{",
        "../..",
    ]
)
TEXT = WORDS | st.text(max_size=20)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
RESOURCE = st.fixed_dictionaries(
    {"type": st.sampled_from(["OS::Heat::TestResource", "OS::Heat::Value", "OS::Heat::Nothing"])},
    optional={
        "properties": st.dictionaries(st.sampled_from(["value", "type"]), JSON, max_size=2) | JSON,
        "depends_on": JSON,
        "metadata": JSON,
        "condition": JSON,
        "deletion_policy": JSON,
        "update_policy": JSON,
    },
)
TEMPLATE = st.fixed_dictionaries(
    {"heat_template_version": st.just("2018-08-31") | LEAF},
    optional={
        "resources": st.dictionaries(TEXT, RESOURCE, max_size=2) | JSON,
        "parameters": st.dictionaries(TEXT, JSON, max_size=2) | JSON,
        "outputs": st.dictionaries(TEXT, JSON, max_size=2) | JSON,
        "conditions": JSON,
        "parameter_groups": JSON,
    },
)
KEYS = sorted({key for shape in SHAPES.values() for key in shape.get("properties", ())})


def values(key: str) -> st.SearchStrategy[Any]:
    if key == "template":
        return TEMPLATE | TEMPLATE.map(json.dumps) | JSON
    if key == "stack_name":
        return st.just("s") | st.from_regex(r"\Afuzz[a-z]{1,6}\Z") | JSON
    return JSON


def bodies(route: Route) -> st.SearchStrategy[Any]:
    """Objects with the keys that the operation tells of, and others; or any JSON at all."""
    shape = OPERATIONS[route.handler].body or {}
    name = shape.get("$ref", "").rpartition("/")[2]
    own = sorted(SHAPES.get(name, {}).get("properties", ()))
    told = st.fixed_dictionaries({}, optional={key: values(key) for key in own})
    strange = st.dictionaries(st.sampled_from(KEYS) | TEXT, JSON, max_size=3)
    return st.none() | JSON | told | st.tuples(told, strange).map(lambda two: {**two[1], **two[0]})


@st.composite
def asked(draw: st.DrawFn) -> tuple[Route, dict[str, str], list[tuple[str, str]], Any]:
    route = draw(st.sampled_from(ROUTES))
    names = [parameter.name for parameter in OPERATIONS[route.handler].query] + ["unknown"]
    query = draw(st.lists(st.tuples(st.sampled_from(names), TEXT), max_size=4))
    path = {
        "stack_name": draw(st.just("s") | TEXT),
        "resource_name": draw(st.sampled_from(["a", "handle", "wait"]) | TEXT),
        "stack_id": draw(st.just("") | TEXT),
    }
    return route, path, query, draw(bodies(route))


class Direct:
    """The engine, called without a broker; what goes there is JSON as it is on the wire."""

    def __init__(self, world: World) -> None:
        self.service = world.engine.service

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        sent = json.loads(json.dumps(arguments))
        answer = getattr(self.service, method)(RequestContext.from_wire(context.to_wire()), **sent)
        return json.loads(json.dumps(answer))


@pytest.fixture
def application(world: World) -> tuple[Callable[..., Any], str]:
    stack = world.create({"a": thing(), **waiting()})
    made = pipeline.load(
        str(Path(PASTE_FILE)), "heat-api", flavor="noauth", conf=new_conf(), engine=Direct(world)
    )
    return made, stack.id


def url(route: Route, path: dict[str, str], identifier: str) -> str:
    text = route.path.replace("{stack_name:arn\\x3a.*}", "arn:x")
    for name, value in {**path, "stack_id": path["stack_id"] or identifier}.items():
        text = text.replace(f"{{{name}}}", quote(value, ""))
    return text.replace("{", "").replace("}", "").replace("|", "%7C")


def test_no_request_breaks_it(application: tuple[Callable[..., Any], str]) -> None:
    made, identifier = application

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(asked())
    def check(what: tuple[Route, dict[str, str], list[tuple[str, str]], Any]) -> None:
        route, path, query, body = what
        address = f"/v1/p{url(route, path, identifier)}?{urlencode(query)}"
        request = webob.Request.blank(address, method=route.method)
        request.headers.update({"X-Auth-Project": "p", "Accept": "application/json"})
        if body is not None:
            request.body = json.dumps(body).encode()
            request.content_type = "application/json"
        begun = time.monotonic()
        answer = request.get_response(made)
        assert time.monotonic() - begun < SECONDS
        assert answer.status_int < 500, answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["X-Openstack-Request-Id"].startswith("req-")

    check()
