from __future__ import annotations

import pytest

from tests.api.conftest import Client
from tests.api.double import IDENTITY, STACK_ID, ScriptedEngine

STACK = f"/v1/p1/stacks/web/{STACK_ID}"
HREF = f"http://localhost{STACK}"
RAW = {
    "event_identity": {**IDENTITY, "path": "/resources/server/events/e1"},
    "stack_identity": IDENTITY,
    "stack_name": "web",
    "event_time": "2026-01-02T03:04:05Z",
    "resource_name": "server",
    "resource_type": "OS::Nova::Server",
    "physical_resource_id": None,
    "resource_action": "CREATE",
    "resource_status": "IN_PROGRESS",
    "resource_status_reason": "state changed",
}
ITEM = {
    "id": "e1",
    "event_time": "2026-01-02T03:04:05Z",
    "resource_name": "server",
    "logical_resource_id": "server",
    "physical_resource_id": None,
    "resource_status": "CREATE_IN_PROGRESS",
    "resource_status_reason": "state changed",
    "links": [
        {"href": f"{HREF}/resources/server/events/e1", "rel": "self"},
        {"href": f"{HREF}/resources/server", "rel": "resource"},
        {"href": HREF, "rel": "stack"},
    ],
}


def test_events_of_a_stack(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_events"] = [RAW]
    query = (
        "limit=5&marker=e0&sort_dir=asc&sort_keys=event_time&sort_keys=stack_name"
        "&nested_depth=3&resource_status=COMPLETE&resource_status=FAILED&resource_type=T"
    )
    assert api("GET", f"{STACK}/events?{query}").json == {"events": [ITEM]}
    assert engine.asked("list_events") == [
        {
            "stack_identity": IDENTITY,
            "filters": {"resource_status": ["COMPLETE", "FAILED"], "resource_type": "T"},
            "limit": 5,
            "marker": "e0",
            "sort_keys": ["event_time"],
            "sort_dir": "asc",
            "nested_depth": 3,
        }
    ]


def test_the_root_of_a_tree_is_linked(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_events"] = [{**RAW, "root_stack_id": IDENTITY}]
    (event,) = api("GET", f"{STACK}/events?nested_depth=1").json["events"]
    assert event["links"][-1] == {"href": HREF, "rel": "root_stack"}


def test_a_stack_without_events_has_an_empty_list(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_events"] = []
    assert api("GET", f"{STACK}/events").json == {"events": []}


def test_events_of_a_resource(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_events"] = [RAW]
    assert api("GET", f"{STACK}/resources/server/events").json == {"events": [ITEM]}
    assert engine.asked("list_events")[0]["filters"] == {"resource_name": "server"}
    engine.answers["list_events"] = []
    assert api("GET", f"{STACK}/resources/none/events").status_int == 404


def test_one_event(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_events"] = [{**RAW, "resource_properties": {"image": "x"}}]
    shown = api("GET", f"{STACK}/resources/server/events/e1").json
    extra = {"resource_type": "OS::Nova::Server", "resource_properties": {"image": "x"}}
    assert shown == {"event": {**ITEM, **extra}}
    assert engine.asked("list_events")[0]["filters"] == {"resource_name": "server", "uuid": "e1"}
    engine.answers["list_events"] = []
    assert api("GET", f"{STACK}/resources/server/events/e2").status_int == 404


@pytest.mark.parametrize("query", ["limit=a", "nested_depth=-1", "sort_dir=x"])
def test_bad_queries(api: Client, engine: ScriptedEngine, query: str) -> None:
    engine.answers["list_events"] = []
    assert api("GET", f"{STACK}/events?{query}").status_int == 400
