from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.api.conftest import Client
from tests.api.double import GUEST_TOKEN, IDENTITY, STACK_ID, ScriptedEngine

STACK = f"/v1/p1/stacks/web/{STACK_ID}"
URL = f"{STACK}/resources"
HREF = f"http://localhost{STACK}"
RAW = {
    "resource_identity": {**IDENTITY, "path": "/resources/my server"},
    "stack_identity": IDENTITY,
    "stack_name": "web",
    "resource_name": "my server",
    "resource_type": "OS::Nova::Server",
    "resource_action": "CREATE",
    "resource_status": "COMPLETE",
    "resource_status_reason": "state changed",
    "physical_resource_id": None,
    "creation_time": "2026-01-02T03:04:05Z",
    "updated_time": "2026-01-02T03:04:05Z",
    "required_by": ["handle"],
    "description": "a server",
    "metadata": {"a": 1},
    "attributes": {"first_address": "127.0.0.2"},
    "properties": {"secret": "x"},
}
ITEM = {
    "resource_name": "my server",
    "logical_resource_id": "my server",
    "resource_type": "OS::Nova::Server",
    "physical_resource_id": "",
    "resource_status": "CREATE_COMPLETE",
    "resource_status_reason": "state changed",
    "creation_time": "2026-01-02T03:04:05Z",
    "updated_time": "2026-01-02T03:04:05Z",
    "required_by": ["handle"],
    "links": [
        {"href": f"{HREF}/resources/my%20server", "rel": "self"},
        {"href": HREF, "rel": "stack"},
    ],
}
DETAIL = {"description": "a server", "attributes": {"first_address": "127.0.0.2"}}


def test_list(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_stack_resources"] = [RAW]
    assert api("GET", URL).json == {"resources": [ITEM]}
    query = "nested_depth=2&with_detail=True&type=Server&status=CREATE_COMPLETE&name=a&name=b"
    assert api("GET", f"{URL}?{query}").json == {"resources": [{**ITEM, **DETAIL}]}
    plain, detailed = engine.asked("list_stack_resources")
    assert plain == {
        "stack_identity": IDENTITY,
        "nested_depth": 0,
        "with_detail": False,
        "filters": None,
    }
    assert detailed["nested_depth"] == 2
    assert detailed["with_detail"] is True
    assert detailed["filters"] == {
        "type": "Server",
        "status": "CREATE_COMPLETE",
        "name": ["a", "b"],
    }


def test_a_nested_stack_and_what_is_waited_for(api: Client, engine: ScriptedEngine) -> None:
    nested = {"tenant": "p1", "stack_name": "web-n", "stack_id": "n1", "path": ""}
    raw = {**RAW, "nested_stack_id": nested, "parent_resource": "up", "waiting_for": "a signal"}
    engine.answers["list_stack_resources"] = [raw]
    (item,) = api("GET", URL).json["resources"]
    assert item["links"][2] == {
        "href": "http://localhost/v1/p1/stacks/web-n/n1",
        "rel": "nested",
    }
    assert (item["parent_resource"], item["waiting_for"]) == ("up", "a signal")
    assert {"nested_stack_id", "stack_identity", "metadata", "properties"}.isdisjoint(item)


@pytest.mark.parametrize(
    "query", ["limit=1", "marker=x", "nested_depth=", "nested_depth=a", "with_detail=1"]
)
def test_bad_queries(api: Client, engine: ScriptedEngine, query: str) -> None:
    engine.answers["list_stack_resources"] = []
    answer = api("GET", f"{URL}?{query}")
    assert answer.status_int == 400
    assert query.partition("=")[0] in answer.json["error"]["message"]


def test_show(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["describe_stack_resource"] = RAW
    shown = api("GET", f"{URL}/my%20server?with_attr=a&with_attr=b").json
    assert shown == {"resource": {**ITEM, **DETAIL}}
    assert engine.asked("describe_stack_resource") == [
        {"stack_identity": IDENTITY, "resource_name": "my server", "with_attr": ["a", "b"]}
    ]


def test_show_of_an_unknown_resource(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["describe_stack_resource"] = errors.ResourceNotFound(
        resource_name="x", stack_name="web"
    )
    answer = api("GET", f"{URL}/x")
    assert (answer.status_int, answer.json["error"]["type"]) == (404, "ResourceNotFound")


def test_metadata(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["describe_stack_resource"] = RAW
    assert api("GET", f"{URL}/my%20server/metadata").json == {"metadata": {"a": 1}}
    assert engine.asked("describe_stack_resource")[0]["with_attr"] is False


@pytest.mark.parametrize(
    ("body", "content_type", "details"),
    [
        (b'{"status": "SUCCESS"}', "application/json", {"status": "SUCCESS"}),
        (b'{"status": "SUCCESS"}', "", {"status": "SUCCESS"}),
        (b'{"status": "SUCCESS"}', "text/plain;charset=utf-8", {"status": "SUCCESS"}),
        (b'{"status": "SUCCESS"}', "application/x-www-form-urlencoded", None),
        (b' {"a": 1}', "application/json", None),
        (b"[1]", "application/json", None),
        (b"", "application/json", None),
    ],
)
def test_signal(
    api: Client, engine: ScriptedEngine, body: bytes, content_type: str, details: Any
) -> None:
    engine.answers["resource_signal"] = None
    headers = {"Content-Type": content_type}
    answer = api("POST", f"{URL}/handle/signal", body=body, headers=headers)
    assert (answer.status_int, answer.body) == (200, b"null")
    assert engine.asked("resource_signal") == [
        {
            "stack_identity": IDENTITY,
            "resource_name": "handle",
            "details": details,
            "sync_call": False,
        }
    ]


def test_mark_unhealthy(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["resource_mark_unhealthy"] = None
    body = {"mark_unhealthy": "TRUE", "resource_status_reason": "smoke"}
    answer = api("PATCH", f"{URL}/handle", body)
    assert (answer.status_int, answer.json) == (200, None)
    assert engine.asked("resource_mark_unhealthy") == [
        {
            "stack_identity": IDENTITY,
            "resource_name": "handle",
            "mark_unhealthy": True,
            "resource_status_reason": "smoke",
        }
    ]


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"resource_status_reason": "x"},
        {"mark_unhealthy": True, "other": 1},
        {"mark_unhealthy": "yes"},
        {"mark_unhealthy": None},
        {"mark_unhealthy": True, "resource_status_reason": 5},
    ],
)
def test_bad_marks(api: Client, engine: ScriptedEngine, body: Any) -> None:
    assert api("PATCH", f"{URL}/handle", body).status_int == 400
    assert not engine.asked("resource_mark_unhealthy")


AS_GUEST = {"X-Auth-User": "", "X-Auth-Token": GUEST_TOKEN}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", f"{URL}/handle/signal", 200),
        ("GET", f"{URL}/handle/metadata", 200),
        ("GET", "/v1/p1/stacks/web", 302),
        ("POST", f"/v1/p1/stacks/web/{STACK_ID[:-1]}9/resources/handle/signal", 403),
        ("POST", f"/v1/p2/stacks/web/{STACK_ID}/resources/handle/signal", 403),
        ("GET", f"{URL}/handle", 403),
        ("GET", URL, 403),
        ("GET", STACK, 403),
        ("DELETE", STACK, 403),
        ("GET", f"{STACK}/events", 403),
        ("GET", f"{STACK}/outputs", 403),
        ("GET", "/v1/p1/stacks", 403),
        ("POST", "/v1/p1/stacks", 403),
        ("GET", "/v1/p1/build_info", 403),
        ("GET", f"/v1/p1/stacks/arn:openstack:heat::p1:stacks/other/{STACK_ID[:-1]}2", 403),
    ],
)
def test_a_guest_reaches_its_own_stack_and_nothing_else(
    api: Client, engine: ScriptedEngine, method: str, path: str, status: int
) -> None:
    engine.answers["resource_signal"] = None
    engine.answers["describe_stack_resource"] = {**RAW, "metadata": {}}
    assert api(method, path, headers=AS_GUEST).status_int == status


@pytest.mark.parametrize(("method", "what"), [("POST", "signal"), ("GET", "metadata")])
def test_the_engine_says_which_resource_a_guest_reaches(
    api: Client, engine: ScriptedEngine, method: str, what: str
) -> None:
    refusal = errors.Forbidden(action="resource other")
    engine.answers["resource_signal"] = engine.answers["describe_stack_resource"] = refusal
    assert api(method, f"{URL}/other/{what}", headers=AS_GUEST).status_int == 403
    assert engine.contexts[-1].guest_resource == "handle"
