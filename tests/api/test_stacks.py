from __future__ import annotations

import json
from typing import Any

import pytest
from oslo_config import cfg

from common import errors
from tests.api.conftest import Client
from tests.api.double import IDENTITY, PASSWORD, STACK_ID, ScriptedEngine

URL = f"/v1/p1/stacks/web/{STACK_ID}"
HREF = f"http://localhost{URL}"
TEMPLATE = {"heat_template_version": "2021-04-16", "resources": {}}
SUMMARY = {
    "stack_identity": IDENTITY,
    "stack_name": "web",
    "description": "",
    "stack_action": "CREATE",
    "stack_status": "COMPLETE",
    "stack_status_reason": "Stack CREATE completed successfully",
    "creation_time": "2026-01-02T03:04:05Z",
    "updated_time": None,
    "deletion_time": None,
    "stack_owner": "demo",
    "parent": None,
    "stack_user_project_id": "p1",
    "tags": None,
}
FULL = {
    **SUMMARY,
    "description": "two servers",
    "template_description": "two servers",
    "parameters": {"OS::stack_name": "web"},
    "outputs": [{"output_key": "url", "description": "", "output_value": "http://127.0.0.2"}],
    "notification_topics": [],
    "capabilities": [],
    "disable_rollback": True,
    "timeout_mins": None,
}
EMPTY_ENVIRONMENT: dict[str, Any] = {
    "parameters": {},
    "parameter_defaults": {},
    "resource_registry": {},
    "encrypted_param_names": [],
    "event_sinks": [],
}


def test_create(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["create_stack"] = IDENTITY
    body = {
        "stack_name": "web",
        "template": TEMPLATE,
        "parameters": {"a": "1"},
        "environment": "parameters: {a: 0, b: 2026-01-02}\n",
        "files": {"f": "text"},
        "disable_rollback": True,
        "timeout_mins": "60",
        "tags": "x,y",
    }
    answer = api("POST", "/v1/p1/stacks", body)
    assert answer.status_int == 201
    assert answer.content_type == "application/json"
    assert answer.headers["Location"] == HREF
    assert answer.json == {"stack": {"id": STACK_ID, "links": [{"href": HREF, "rel": "self"}]}}
    (asked,) = engine.asked("create_stack")
    assert asked == {
        "stack_name": "web",
        "template": TEMPLATE,
        "params": {**EMPTY_ENVIRONMENT, "parameters": {"a": "1", "b": "2026-01-02"}},
        "files": {"f": "text"},
        "environment_files": None,
        "files_container": None,
        "args": {"disable_rollback": True, "timeout_mins": 60, "tags": ["x", "y"]},
        "owner_id": None,
        "nested_depth": 0,
        "user_creds_id": None,
        "stack_user_project_id": None,
        "parent_resource_name": None,
        "template_id": None,
    }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stack_name": ...}, "No stack name"),
        ({"stack_name": None}, "stack name must be text"),
        ({"template": ...}, "No template"),
        ({"template": None, "template_url": "http://127.0.0.1/"}, "No template"),
        ({"template": []}, "template is not"),
        ({"template": ..., "template_url": "file:///etc/passwd"}, "Invalid URL scheme"),
        ({"template": ..., "template_url": 7}, "template_url must be text"),
        ({"parameters": None}, "parameters must be a mapping"),
        ({"parameters": []}, "parameters must be a mapping"),
        ({"environment": {"parametres": {}}}, 'wrong section "parametres"'),
        ({"environment": {"parameters": None}}, "parameters"),
        ({"environment": "- a"}, "not a valid YAML mapping"),
        ({"environment": "a: [b"}, "Error parsing environment"),
        ({"files": []}, "files must be a mapping"),
        ({"files": {"a": {}}}, "files must be a mapping"),
        ({"environment_files": ["gone"]}, "gone"),
        ({"environment_files": "gone"}, "environment_files"),
        ({"timeout_mins": "soon"}, "timeout_mins"),
        ({"timeout_mins": -1}, "timeout_mins"),
        ({"timeout_mins": True}, "timeout_mins"),
        ({"timeout_mins": 10**12}, "timeout_mins"),
        ({"tags": "x" * 81}, "longer than 80"),
        ({"tags": 5}, "tags"),
        ({"tags": [5]}, "tags"),
        ({"converge": True}, "converge"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/p1/stacks", "/v1/p1/stacks/preview"])
def test_bad_bodies_are_refused_in_words(
    api: Client, engine: ScriptedEngine, path: str, change: dict[str, Any], words: str
) -> None:
    body = {"stack_name": "web", "template": TEMPLATE, **change}
    answer = api("POST", path, {key: value for key, value in body.items() if value is not ...})
    assert answer.status_int == 400
    assert answer.json["error"]["type"] == "HTTPBadRequest"
    assert words in answer.json["error"]["message"]
    assert not engine.asked("create_stack")
    assert not engine.asked("preview_stack")


@pytest.mark.parametrize(
    ("tags", "sent"),
    [("a,b", ["a", "b"]), (["a", "b"], ["a", "b"]), ("", [""]), (None, None), ([], [])],
)
def test_tags_are_text_or_a_list(
    api: Client, engine: ScriptedEngine, tags: Any, sent: list[str] | None
) -> None:
    engine.answers["create_stack"] = IDENTITY
    body = {"stack_name": "web", "template": TEMPLATE, "tags": tags}
    assert api("POST", "/v1/p1/stacks", body).status_int == 201
    assert engine.asked("create_stack")[0]["args"].get("tags") == sent


def test_files_named_as_environments_replace_the_merged_one(
    api: Client, engine: ScriptedEngine
) -> None:
    engine.answers["create_stack"] = IDENTITY
    body = {
        "stack_name": "web",
        "template": "heat_template_version: 2021-04-16",
        "environment": {"parameters": {"a": "merged"}},
        "environment_files": ["e.yaml"],
        "files": {"e.yaml": "parameters: {a: b}"},
        "parameters": {"c": "d"},
    }
    assert api("POST", "/v1/p1/stacks", body).status_int == 201
    (asked,) = engine.asked("create_stack")
    assert asked["environment_files"] == ["e.yaml"]
    assert asked["params"]["parameters"] == {"c": "d"}
    assert asked["template"] == "heat_template_version: 2021-04-16"


def test_adopt_takes_the_template_of_the_document(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["create_stack"] = IDENTITY
    text = json.dumps({"template": TEMPLATE, "resources": {}})
    body = {"stack_name": "web", "template": {"ignored": 1}, "adopt_stack_data": text}
    assert api("POST", "/v1/p1/stacks", body).status_int == 201
    (asked,) = engine.asked("create_stack")
    assert asked["template"] == TEMPLATE
    assert asked["args"] == {"adopt_stack_data": text}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "must be text"),
        (None, "must be text"),
        ("", "has no template"),
        ("[]", "has no template"),
        ("{}", "has no template"),
        ("a: [b", "Error parsing adopt_stack_data"),
        ("template: []", "has no template"),
        ("template: [1]", "template is not"),
    ],
)
def test_what_cannot_be_adopted(api: Client, data: Any, words: str) -> None:
    answer = api("POST", "/v1/p1/stacks", {"stack_name": "web", "adopt_stack_data": data})
    assert answer.status_int == 400
    assert words in str(answer.json)


def test_adopted_templates_have_the_same_limit(api: Client, conf: cfg.ConfigOpts) -> None:
    conf.set_override("max_template_size", 10)
    text = json.dumps({"template": TEMPLATE})
    answer = api("POST", "/v1/p1/stacks", {"stack_name": "web", "adopt_stack_data": text})
    assert answer.json["error"]["type"] == "RequestLimitExceeded"


def test_preview(api: Client, engine: ScriptedEngine) -> None:
    identity = {**IDENTITY, "stack_id": None}
    engine.answers["preview_stack"] = {**FULL, "stack_identity": identity, "resources": [{"a": 1}]}
    answer = api("POST", "/v1/p1/stacks/preview", {"stack_name": "web", "template": TEMPLATE})
    stack = answer.json["stack"]
    assert answer.status_int == 200
    assert stack["id"] == "None"
    assert stack["links"][0]["href"].endswith("/stacks/web/None")
    assert stack["resources"] == [{"a": 1}]
    assert {"stack_status", "stack_status_reason", "stack_identity"}.isdisjoint(stack)


def test_show(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["show_stack"] = [FULL]
    shown = api("GET", URL).json["stack"]
    expected = {
        key: value
        for key, value in FULL.items()
        if key not in ("stack_identity", "stack_action", "stack_status")
    }
    links = [{"href": HREF, "rel": "self"}]
    assert shown == {
        **expected,
        "id": STACK_ID,
        "links": links,
        "stack_status": "CREATE_COMPLETE",
    }
    api("GET", f"{URL}?resolve_outputs=False")
    assert engine.asked("show_stack") == [
        {"stack_identity": IDENTITY, "resolve_outputs": True},
        {"stack_identity": IDENTITY, "resolve_outputs": False},
    ]


def test_update(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["update_stack"] = IDENTITY
    answer = api("PUT", URL, {"template": TEMPLATE}, headers={"Accept": "application/json"})
    assert answer.status_int == 202
    assert answer.json["code"] == "202 Accepted"
    assert engine.asked("update_stack") == [
        {
            "stack_identity": IDENTITY,
            "template": TEMPLATE,
            "params": EMPTY_ENVIRONMENT,
            "files": {},
            "environment_files": None,
            "files_container": None,
            "args": {},
            "template_id": None,
        }
    ]


def test_update_needs_a_template_and_patch_does_not(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["update_stack"] = IDENTITY
    assert api("PUT", URL, {"parameters": {}}).status_int == 400
    body: dict[str, Any] = {"template": None, "files": {}, "clear_parameters": ["a"]}
    assert api("PATCH", URL, body).status_int == 202
    (asked,) = engine.asked("update_stack")
    assert asked["template"] is None
    assert asked["args"] == {"existing": True, "clear_parameters": ["a"]}


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"template": None, "files": {}, "environment": {}}, "stacks:update_no_change"),
        ({}, "stacks:update_no_change"),
        ({"parameters": {"a": "b"}}, "stacks:update_patch"),
        ({"tags": "a"}, "stacks:update_patch"),
        ({"template": TEMPLATE}, "stacks:update_patch"),
    ],
)
def test_the_rule_of_a_patch_depends_on_what_it_changes(
    api: Client, body: dict[str, Any], rule: str
) -> None:
    as_reader = {"X-Auth-User": "reader", "X-Auth-Key": PASSWORD}
    answer = api("PATCH", URL, body, headers=as_reader)
    assert answer.status_int == 403
    assert rule in answer.json["error"]["message"]


def test_update_preview(api: Client, engine: ScriptedEngine) -> None:
    changes: dict[str, list[Any]] = {
        "unchanged": [],
        "updated": [],
        "replaced": [],
        "added": [],
        "deleted": [],
    }
    engine.answers["preview_update_stack"] = changes
    full = api("PUT", f"{URL}/preview?show_nested=True", {"template": TEMPLATE})
    assert full.json == {"resource_changes": changes}
    assert api("PATCH", f"{URL}/preview", {}).json == {"resource_changes": changes}
    first, second = engine.asked("preview_update_stack")
    assert first["args"] == {"show_nested": True}
    assert second["args"] == {"existing": True}
    assert api("PUT", f"{URL}/preview?show_nested=1", {"template": TEMPLATE}).status_int == 400


def test_delete(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["delete_stack"] = None
    answer = api("DELETE", URL)
    assert (answer.status_int, answer.body, answer.content_type) == (204, b"", None)
    assert engine.asked("delete_stack") == [{"stack_identity": IDENTITY}]


def test_problems_of_a_template_come_all_at_once(api: Client, engine: ScriptedEngine) -> None:
    problems = [
        errors.Problem("is no number", ("resources", "a", "properties", "n"), "Property error", 3),
        errors.Problem("unknown", ("resources", 1)),
    ]
    engine.answers["create_stack"] = errors.StackValidationFailed(problems=problems)
    answer = api("POST", "/v1/p1/stacks", {"stack_name": "web", "template": TEMPLATE})
    assert answer.status_int == 400
    error = answer.json["error"]
    assert error["type"] == "StackValidationFailed"
    assert error["message"].splitlines() == [
        "Property error: resources.a.properties.n: is no number",
        "resources[1]: unknown",
    ]
    assert error["errors"][0] == {
        "error": "Property error",
        "path": "resources.a.properties.n",
        "message": "is no number",
        "line": 3,
        "column": None,
    }


@pytest.mark.parametrize("shape", ["text", "object", "patch"])
def test_a_large_template_is_refused_with_both_sizes(
    api: Client, conf: cfg.ConfigOpts, shape: str
) -> None:
    conf.set_override("max_template_size", 100)
    template: Any = {**TEMPLATE, "description": "x" * 100}
    if shape == "text":
        template = json.dumps(template)
    body = {"stack_name": "web", "template": template}
    answer = api("PATCH", URL, body) if shape == "patch" else api("POST", "/v1/p1/stacks", body)
    assert answer.status_int == 400
    assert answer.json["error"]["type"] == "RequestLimitExceeded"
    assert "(100 bytes)" in answer.json["error"]["message"]
