from __future__ import annotations

import pytest

from tests.api.conftest import Client
from tests.api.double import PASSWORD, STACK_ID, ScriptedEngine
from tests.api.test_stacks import HREF, SUMMARY


def test_list(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_stacks"] = [SUMMARY]
    answer = api("GET", "/v1/p1/stacks")
    expected = {
        key: value
        for key, value in SUMMARY.items()
        if key not in ("stack_identity", "stack_action", "stack_status")
    }
    links = [{"href": HREF, "rel": "self"}]
    item = {**expected, "id": STACK_ID, "links": links, "stack_status": "CREATE_COMPLETE"}
    assert answer.json == {"stacks": [item]}
    assert engine.asked("list_stacks") == [
        {
            "limit": None,
            "marker": None,
            "sort_keys": None,
            "sort_dir": None,
            "filters": None,
            "show_deleted": False,
            "show_nested": False,
            "show_hidden": False,
            "tags": None,
            "tags_any": None,
            "not_tags": None,
            "not_tags_any": None,
        }
    ]


def test_list_filters_sorts_and_pages(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_stacks"] = [SUMMARY]
    engine.answers["count_stacks"] = 7
    query = (
        "limit=1&marker=m1&sort_keys=stack_name&sort_keys=nonsense&sort_dir=desc"
        "&stack_name=a&name=b&status=CREATE_FAILED&action=&tags=x,y&not_tags_any=z"
        "&show_deleted=TRUE&show_nested=true&with_count=True&unknown=1&stack_owner=me"
    )
    answer = api("GET", f"/v1/p1/stacks?{query}")
    (asked,) = engine.asked("list_stacks")
    assert asked["filters"] == {"name": ["b", "a"], "status": "CREATE_FAILED", "username": "me"}
    assert (asked["limit"], asked["marker"]) == (1, "m1")
    assert (asked["sort_keys"], asked["sort_dir"]) == (["stack_name"], "desc")
    assert (asked["tags"], asked["not_tags_any"]) == (["x", "y"], ["z"])
    assert asked["show_deleted"] is asked["show_nested"] is True
    assert answer.json["count"] == 7
    (counted,) = engine.asked("count_stacks")
    assert counted == {
        key: value
        for key, value in asked.items()
        if key not in ("limit", "marker", "sort_keys", "sort_dir")
    }
    (more,) = answer.json["links"]
    assert more["rel"] == "next"
    assert more["href"].startswith("http://localhost/v1/p1/stacks?limit=1&sort_keys=")
    assert more["href"].endswith(f"&marker={STACK_ID}")
    assert "m1" not in more["href"]


@pytest.mark.parametrize("limit", ["0", "2", ""])
def test_no_next_link_without_a_full_page(api: Client, engine: ScriptedEngine, limit: str) -> None:
    engine.answers["list_stacks"] = [] if limit == "0" else [SUMMARY]
    assert "links" not in api("GET", f"/v1/p1/stacks?limit={limit}").json


@pytest.mark.parametrize(
    "query",
    [
        "limit=x",
        "limit=-1",
        "limit=99999999999999999999",
        "show_deleted=1",
        "show_nested=yes",
        "with_count=",
        "sort_dir=up",
        "name=%ff",
        "name=%00",
    ],
)
def test_bad_queries(api: Client, engine: ScriptedEngine, query: str) -> None:
    engine.answers["list_stacks"] = []
    assert api("GET", f"/v1/p1/stacks?{query}").status_int == 400


def test_a_strict_boolean_names_parameter_and_value(api: Client) -> None:
    message = api("GET", "/v1/p1/stacks?show_deleted=1").json["error"]["message"]
    assert "show_deleted" in message
    assert '"1"' in message


def test_all_projects_are_for_nobody_by_default(api: Client) -> None:
    answer = api("GET", "/v1/p1/stacks?global_tenant=True")
    assert answer.status_int == 403
    assert answer.json["error"]["type"] == "Forbidden"
    assert "stacks:global_index" in answer.json["error"]["message"]


def test_an_administrator_sees_the_project(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_stacks"] = [SUMMARY]
    as_admin = {"X-Auth-User": "boss", "X-Auth-Key": PASSWORD}
    assert api("GET", "/v1/any/stacks", headers=as_admin).json["stacks"][0]["project"] == "p1"
    detail = api("GET", "/v1/any/stacks/detail?limit=1", headers=as_admin).json
    assert "project" not in detail["stacks"][0]
