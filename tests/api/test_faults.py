"""What a user's mistake, and a fault of ours, look like from outside."""

from __future__ import annotations

import pytest
from oslo_config import cfg

from common import errors
from tests.api.conftest import Client
from tests.api.double import STACK_ID, ScriptedEngine

CREATE = "/v1/p1/stacks"
STACK = f"/v1/p1/stacks/web/{STACK_ID}"


@pytest.mark.parametrize(
    "body",
    [
        b'{"stack_name": ',
        b'{"a": NaN}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"a": 1e',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 100000 + b"]" * 100000 + b"}",
        b'{"a": "\xff"}',
        b"[]",
        b"",
        b"nothing",
    ],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_bodies_that_are_no_json_object(api: Client, body: bytes) -> None:
    answer = api("POST", CREATE, body=body, headers={"Content-Type": "application/json"})
    assert answer.status_int == 400
    assert answer.json["error"]["type"] == "HTTPBadRequest"
    assert answer.json["error"]["message"]


def test_surrogate_pairs_are_fine(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["resource_signal"] = None
    answer = api("POST", f"{STACK}/resources/r/signal", body=b'{"a": "\\ud83d\\ude00"}')
    assert answer.status_int == 200
    assert engine.asked("resource_signal")[0]["details"] == {"a": "\N{GRINNING FACE}"}


def test_a_large_body_is_refused_with_both_sizes(api: Client, conf: cfg.ConfigOpts) -> None:
    conf.set_override("max_json_body_size", 100)
    answer = api("POST", CREATE, {"stack_name": "x" * 100})
    assert answer.status_int == 400
    assert answer.json["error"]["type"] == "RequestLimitExceeded"
    assert "(117 bytes)" in answer.json["error"]["message"]
    assert "(100 bytes)" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Invalid(reason="x"), 400),
        (errors.UserParameterMissing(key="k"), 400),
        (errors.ActionInProgress(stack_name="web", action="UPDATE"), 409),
        (errors.StackExists(stack_name="web"), 409),
        (errors.Forbidden(action="x"), 403),
        (errors.NotFound(), 404),
        (errors.ServiceUnavailable(), 503),
        (errors.InternalError(), 500),
    ],
)
def test_errors_of_the_engine(
    api: Client, engine: ScriptedEngine, error: errors.HearthError, status: int
) -> None:
    engine.answers["show_stack"] = error
    answer = api("GET", STACK)
    assert (answer.status_int, answer.json["code"]) == (status, status)
    assert answer.json["error"] == {
        "type": type(error).__name__,
        "traceback": None,
        "message": error.message,
    }


def test_a_fault_of_ours_says_nothing_about_us(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["show_stack"] = RuntimeError("the password is x")
    answer = api("GET", STACK)
    assert answer.status_int == 500
    assert answer.json["error"] == {"type": "RuntimeError", "traceback": None}
    assert "password" not in answer.text


def test_a_traceback_is_shown_only_when_debugging(
    conf: cfg.ConfigOpts, engine: ScriptedEngine, request: pytest.FixtureRequest
) -> None:
    conf.set_override("debug", True)
    api: Client = request.getfixturevalue("api")
    engine.answers["show_stack"] = errors.NotFound()
    assert "NotFound" in api("GET", STACK).json["error"]["traceback"]


def test_a_stack_of_another_project(api: Client) -> None:
    answer = api("GET", f"/v1/p2/stacks/web/{STACK_ID}")
    assert (answer.status_int, answer.json["error"]["type"]) == (403, "HTTPForbidden")


def test_an_engine_that_knows_the_caller_but_does_not_answer(
    api: Client, engine: ScriptedEngine
) -> None:
    engine.answers["authenticated_to_backend"] = errors.ServiceUnavailable()
    answer = api("GET", STACK)
    assert (answer.status_int, answer.json["error"]["type"]) == (503, "ServiceUnavailable")
