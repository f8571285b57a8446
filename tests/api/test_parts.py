"""Documents, outputs and actions of a stack, and the catalogue."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.api.conftest import Client
from tests.api.double import IDENTITY, PASSWORD, STACK_ID, ScriptedEngine

STACK = f"/v1/p1/stacks/web/{STACK_ID}"
TEMPLATE = {"heat_template_version": "2021-04-16"}
OF_STACK = {"stack_identity": IDENTITY}


@pytest.mark.parametrize(
    ("path", "method", "raw", "shown", "arguments"),
    [
        (f"{STACK}/template", "get_template", TEMPLATE, TEMPLATE, OF_STACK),
        (f"{STACK}/environment", "get_environment", {"a": 1}, {"a": 1}, OF_STACK),
        (f"{STACK}/files", "get_files", {"f": "t"}, {"f": "t"}, OF_STACK),
        (f"{STACK}/outputs", "list_outputs", [{"a": 1}], {"outputs": [{"a": 1}]}, OF_STACK),
        (
            f"{STACK}/outputs/my%20key",
            "show_output",
            {"output_value": 1},
            {"output": {"output_value": 1}},
            {**OF_STACK, "output_key": "my key"},
        ),
        (
            "/v1/p1/resource_types?name=OS&version=1&support_status=supported&with_description=True",
            "list_resource_types",
            ["A"],
            {"resource_types": ["A"]},
            {
                "support_status": "SUPPORTED",
                "type_name": "OS",
                "heat_version": "1",
                "with_description": True,
            },
        ),
        (
            "/v1/p1/resource_types/OS::Heat::None?with_description=true",
            "resource_schema",
            {"a": 1},
            {"a": 1},
            {"type_name": "OS::Heat::None", "with_description": True},
        ),
        (
            "/v1/p1/resource_types/OS::Heat::None/template?template_type=HOT",
            "generate_template",
            {"a": 1},
            {"a": 1},
            {"type_name": "OS::Heat::None", "template_type": "hot"},
        ),
        (
            "/v1/p1/template_versions",
            "list_template_versions",
            [{"version": "v"}],
            {"template_versions": [{"version": "v"}]},
            {},
        ),
        (
            "/v1/p1/template_versions/heat_template_version.rocky/functions?with_condition_func=True",
            "list_template_functions",
            [{"functions": "f"}],
            {"template_functions": [{"functions": "f"}]},
            {"template_version": "heat_template_version.rocky", "with_condition": True},
        ),
        (
            "/v1/p1/build_info",
            "get_revision",
            "r1",
            {"api": {"revision": "unknown"}, "engine": {"revision": "r1"}},
            {},
        ),
    ],
)
def test_reading(
    api: Client,
    engine: ScriptedEngine,
    path: str,
    method: str,
    raw: Any,
    shown: Any,
    arguments: dict[str, Any],
) -> None:
    engine.answers[method] = raw
    answer = api("GET", path)
    assert (answer.status_int, answer.json) == (200, shown)
    assert engine.asked(method) == [arguments]


def test_services(api: Client, engine: ScriptedEngine) -> None:
    as_admin = {"X-Auth-User": "boss", "X-Auth-Key": PASSWORD}
    engine.answers["list_services"] = [{"id": "s1", "status": "up"}]
    answer = api("GET", "/v1/p1/services", headers=as_admin)
    assert answer.json == {"services": [{"id": "s1", "status": "up"}]}
    engine.answers["list_services"] = errors.ServiceUnavailable()
    assert api("GET", "/v1/p1/services", headers=as_admin).status_int == 503
    assert api("GET", "/v1/p1/services").status_int == 403


@pytest.mark.parametrize(
    "path",
    [
        "/v1/p1/resource_types?support_status=best",
        "/v1/p1/resource_types?with_description=1",
        "/v1/p1/resource_types/T/template?template_type=xml",
        "/v1/p1/template_versions/v/functions?with_condition_func=1",
    ],
)
def test_bad_queries(api: Client, path: str) -> None:
    assert api("GET", path).status_int == 400


@pytest.mark.parametrize(
    ("action", "method", "arguments"),
    [
        ("suspend", "stack_suspend", {}),
        ("resume", "stack_resume", {}),
        ("check", "stack_check", {}),
        ("cancel_update", "stack_cancel_update", {"cancel_with_rollback": True}),
        ("cancel_without_rollback", "stack_cancel_update", {"cancel_with_rollback": False}),
    ],
)
@pytest.mark.parametrize("value", [None, ""])
def test_actions(
    api: Client,
    engine: ScriptedEngine,
    action: str,
    method: str,
    arguments: dict[str, Any],
    value: Any,
) -> None:
    engine.answers[method] = None
    answer = api("POST", f"{STACK}/actions", {action: value})
    assert (answer.status_int, answer.body) == (200, b"null")
    assert engine.asked(method) == [{**OF_STACK, **arguments}]


@pytest.mark.parametrize("body", [None, {}, {"fly": None}, {"suspend": None, "resume": None}])
def test_bad_actions(api: Client, body: Any) -> None:
    assert api("POST", f"{STACK}/actions", body).status_int == 400


def test_every_action_has_a_rule_of_its_own(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["stack_check"] = None
    as_reader = {"X-Auth-User": "reader", "X-Auth-Key": PASSWORD}
    assert api("POST", f"{STACK}/actions", {"check": ""}, headers=as_reader).status_int == 200
    refused = api("POST", f"{STACK}/actions", {"suspend": None}, headers=as_reader)
    assert refused.status_int == 403
    assert "actions:suspend" in refused.json["error"]["message"]


def test_validate(api: Client, engine: ScriptedEngine) -> None:
    result = {"Description": "", "Parameters": {}, "Environment": {}}
    engine.answers["validate_template"] = result
    body = {"template": TEMPLATE, "parameters": {"a": 1}}
    path = "/v1/p1/validate?show_nested=True&ignore_errors=99001"
    answer = api("POST", path, body)
    assert (answer.status_int, answer.json) == (200, result)
    (asked,) = engine.asked("validate_template")
    assert asked["template"] == TEMPLATE
    assert asked["params"]["parameters"] == {"a": 1}
    assert asked["show_nested"] is True
    assert asked["ignorable_errors"] == ["99001"]
    assert "args" not in asked


def test_an_invalid_template_is_a_bad_request_that_tells_every_place(
    api: Client, engine: ScriptedEngine
) -> None:
    found = [errors.Problem("bad", ("resources", "a"), line=3, column=5), errors.Problem("worse")]
    engine.answers["validate_template"] = errors.StackValidationFailed(problems=found)
    answer = api("POST", "/v1/p1/validate", {"template": TEMPLATE})
    assert answer.status_int == 400
    assert answer.json["error"]["type"] == "HTTPBadRequest"
    assert answer.json["error"]["message"] == "resources.a: bad\nworse"
    assert [item["line"] for item in answer.json["error"]["errors"]] == [3, None]


def test_a_single_fault_of_a_class_of_its_own_has_its_place_too(
    api: Client, engine: ScriptedEngine
) -> None:
    found = errors.Problem("Invalid type (x)", ("parameters", "p"), line=2, column=3)
    engine.answers["validate_template"] = errors.InvalidSchemaError(str(found), problems=[found])
    told = api("POST", "/v1/p1/validate", {"template": TEMPLATE}).json["error"]
    assert told["type"] == "InvalidSchemaError"
    assert told["message"] == "parameters.p: Invalid type (x)"
    assert [(item["path"], item["line"]) for item in told["errors"]] == [("parameters.p", 2)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/p1/validate?ignore_errors=99002", {"template": TEMPLATE}),
        ("/v1/p1/validate?ignore_errors=x", {"template": TEMPLATE}),
        ("/v1/p1/validate", {"template": None}),
        ("/v1/p1/validate", None),
    ],
)
def test_bad_validations(api: Client, engine: ScriptedEngine, path: str, body: Any) -> None:
    assert api("POST", path, body).status_int == 400
    assert not engine.asked("validate_template")
