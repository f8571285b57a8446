"""Flavor custombackend: the engine knows the users."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.double import GUEST_TOKEN, MEMBER, PASSWORD, ScriptedEngine

LOOKUP = "/v1/p1/stacks/web"


def basic(text: str, scheme: str = "Basic") -> dict[str, str]:
    return {"Authorization": f"{scheme} {base64.b64encode(text.encode()).decode()}"}


@pytest.fixture
def anybody(api: Client) -> Client:
    return Client(api.application, {})


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Auth-User": "demo", "X-Auth-Key": PASSWORD},
        basic(f"demo:{PASSWORD}"),
        basic(f"demo:{PASSWORD}", "basic"),
        {"X-Auth-Token": GUEST_TOKEN},
    ],
)
def test_known_callers(anybody: Client, headers: dict[str, str]) -> None:
    assert anybody("GET", LOOKUP, headers=headers).status_int == 302


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Auth-User": "demo"},
        {"X-Auth-User": "demo", "X-Auth-Key": "wrong"},
        {"X-Auth-User": "nobody", "X-Auth-Key": PASSWORD},
        {"X-Auth-Key": PASSWORD},
        basic("demo:wrong"),
        basic("demo"),
        basic(f":{PASSWORD}"),
        {"Authorization": "Basic not-base64!"},
        {"Authorization": "Basic /////w=="},
        {"Authorization": "Basic"},
        basic(f"demo:{PASSWORD}", "Bearer"),
        {"X-Auth-Token": "wrong"},
        {
            "X-Identity-Status": "Confirmed",
            "X-Project-Id": "p1",
            "X-User-Id": "u1",
            "X-Roles": "admin",
        },
    ],
)
def test_unknown_callers(anybody: Client, engine: ScriptedEngine, headers: dict[str, str]) -> None:
    answer = anybody("GET", LOOKUP, headers=headers)
    assert answer.status_int == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert not engine.asked("identify_stack")


def test_who_asks_reaches_the_engine(api: Client, engine: ScriptedEngine) -> None:
    claims = {"X-Roles": "admin", "X-Project-Id": "p9", "X-User-Id": "root"}
    api("GET", LOOKUP, headers={**claims, "X-Region-Name": "here"})
    wire = engine.contexts[-1].to_wire()
    assert wire["user_id"] == MEMBER["user_id"]
    assert wire["user_name"] == "demo"
    assert wire["project_id"] == "p1"
    assert wire["project_name"] == "demo"
    assert wire["roles"] == ["member", "reader"]
    assert wire["is_admin"] is False
    assert wire["region_name"] == "here"
    assert wire["guest_stack_id"] is None


def test_a_password_is_checked_once_in_a_while(api: Client, engine: ScriptedEngine) -> None:
    for _ in range(3):
        assert api("GET", LOOKUP).status_int == 302
    assert len(engine.asked("authenticated_to_backend")) == 1
    wrong = {"X-Auth-Key": "wrong"}
    for _ in range(2):
        assert api("GET", LOOKUP, headers=wrong).status_int == 401
    assert len(engine.asked("authenticated_to_backend")) == 3


@pytest.mark.parametrize(
    ("user", "method", "path", "body", "status"),
    [
        ("reader", "GET", "/v1/p1/stacks", None, 200),
        ("reader", "POST", "/v1/p1/stacks", {}, 403),
        ("demo", "POST", "/v1/p1/stacks", {}, 400),
        ("demo", "GET", "/v1/p2/stacks", None, 403),
        ("demo", "GET", "/v1/demo/stacks", None, 403),
        ("boss", "GET", "/v1/p2/stacks", None, 200),
        ("boss", "GET", "/v1/p1/services", None, 200),
        ("demo", "GET", "/v1/p1/services", None, 403),
    ],
)
def test_what_roles_may_do(
    anybody: Client,
    engine: ScriptedEngine,
    user: str,
    method: str,
    path: str,
    body: Any,
    status: int,
) -> None:
    engine.answers.update(list_stacks=[], list_services=[])
    headers = {"X-Auth-User": user, "X-Auth-Key": PASSWORD}
    assert anybody(method, path, body, headers=headers).status_int == status
