"""Flavors default and standalone of the native API: a real Keystone knows the users."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from oslo_config import cfg

from tests.api.conftest import Client
from tests.api.double import GUEST, IDENTITY, STACK_ID, ScriptedEngine
from tests.api.keystone_conf import FORGED, conf, garden
from tests.keystone.cast import PASSWORD
from tests.keystone.service import Keystone
from tests.scenarios.world import until

__all__ = ["conf", "garden"]

Load = Callable[[str, str | None], Any]


@pytest.fixture
def lookup(garden: str) -> str:
    return f"/v1/{garden}/stacks/web"


@pytest.fixture
def tokens(load: Load) -> Client:
    return Client(load("heat-api", None), {})


@pytest.fixture
def passwords(load: Load) -> Client:
    return Client(load("heat-api", "standalone"), {})


@dataclass(slots=True)
class OperatorsCache:
    """What a filter of the operator's own may put before ours."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def set(self, key: str, value: bytes, time: int) -> None:
        self.kept[key] = value


def with_token(token: str, **headers: str) -> dict[str, str]:
    return {"X-Auth-Token": token, **headers}


def test_a_token_is_checked(
    tokens: Client, engine: ScriptedEngine, keystone: Keystone, garden: str, lookup: str
) -> None:
    token = keystone.token("alice", "garden")
    answer = tokens("GET", lookup, headers={**FORGED, "X-Auth-Token": token})
    assert answer.status_int == 302
    wire = engine.contexts[-1].to_wire()
    assert (wire["user_name"], wire["project_id"]) == ("alice", garden)
    assert wire["user_domain_id"] == "default"
    assert sorted(wire["roles"]) == ["heat_stack_owner", "member", "reader"]
    assert (wire["auth_token"], wire["password"], wire["is_admin"]) == (token, None, False)
    harbour = keystone.project_id("harbour")
    answer = tokens("GET", f"/v1/{harbour}/stacks/web", headers=with_token(token))
    assert (answer.status_int, answer.json["error"]["type"]) == (403, "HTTPForbidden")


def test_a_token_may_come_with_a_password_for_later(
    tokens: Client, engine: ScriptedEngine, keystone: Keystone, lookup: str
) -> None:
    token = keystone.token("alice", "garden")
    tokens("GET", lookup, headers=with_token(token, **{"X-Auth-User": "alice", "X-Auth-Key": "k"}))
    wire = engine.contexts[-1].to_wire()
    assert (wire["username"], wire["password"]) == ("alice", "k")


@pytest.mark.parametrize("headers", [{}, {"X-Auth-Token": "wrong"}, FORGED])
def test_without_a_token_nobody_gets_in(
    tokens: Client, keystone: Keystone, engine: ScriptedEngine, lookup: str, headers: dict[str, str]
) -> None:
    answer = tokens("GET", lookup, headers=headers)
    assert answer.status_int == 401
    assert answer.headers["WWW-Authenticate"] == f'Keystone uri="{keystone.url}"'
    assert not engine.calls


def test_a_revoked_token(
    tokens: Client, keystone: Keystone, engine: ScriptedEngine, lookup: str
) -> None:
    token = keystone.token("alice", "garden")
    keystone.revoke(token)
    assert tokens("GET", lookup, headers=with_token(token)).status_int == 401
    assert not engine.calls


def test_an_expired_token(
    tokens: Client, keystone: Keystone, engine: ScriptedEngine, lookup: str
) -> None:
    """A token of a trust lives no longer than the trust."""
    alice, hearth = keystone.session("alice", "garden"), keystone.session("hearth", "service")
    end = datetime.now(UTC) + timedelta(seconds=2)
    trust = {
        "trustor_user_id": alice.get_user_id(),
        "trustee_user_id": hearth.get_user_id(),
        "project_id": alice.get_project_id(),
        "impersonation": True,
        "roles": [{"name": "member"}],
        "expires_at": end.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    }
    made = alice.post(f"{keystone.v3}/OS-TRUST/trusts", json={"trust": trust}).json()["trust"]
    token = keystone.token("hearth", trust_id=made["id"])
    until(lambda: datetime.now(UTC) > end, "the trust to expire")
    assert tokens("GET", lookup, headers=with_token(token)).status_int == 401
    assert not engine.calls


@pytest.mark.parametrize(
    ("user", "scope"),
    [
        ("alice", {"unscoped": True}),
        ("admin", {"domain_id": "default"}),
        ("admin", {"system_scope": "all"}),
    ],
)
def test_tokens_without_a_project(
    tokens: Client,
    keystone: Keystone,
    engine: ScriptedEngine,
    lookup: str,
    user: str,
    scope: dict[str, Any],
) -> None:
    if "domain_id" in scope:
        ids = [keystone.id_of(kind, "admin") for kind in ("users", "roles")]
        granted = keystone.ask("PUT", "domains/default/users/{}/roles/{}".format(*ids))
        granted.raise_for_status()
    answer = tokens("GET", lookup, headers=with_token(keystone.token(user, **scope)))
    assert answer.status_int == 403
    assert not engine.calls


def test_an_administrator_may_name_any_project(
    tokens: Client, engine: ScriptedEngine, keystone: Keystone, lookup: str
) -> None:
    token = keystone.token("admin", "admin")
    assert tokens("GET", lookup, headers=with_token(token)).status_int == 302
    assert engine.contexts[-1].is_admin
    assert engine.contexts[-1].project_id == keystone.project_id("admin")


@pytest.mark.parametrize(
    ("user", "reads", "writes"),
    [
        ("alice", True, True),
        ("rita", True, False),
        ("ada", True, True),
        ("gus", False, False),
    ],
)
def test_roles(
    tokens: Client,
    engine: ScriptedEngine,
    keystone: Keystone,
    garden: str,
    user: str,
    reads: bool,
    writes: bool,
) -> None:
    engine.answers.update(list_stacks=[], create_stack=IDENTITY, identify_guest=None)
    headers = with_token(keystone.token(user, "garden"))
    stacks = f"/v1/{garden}/stacks"
    body = {"stack_name": "web", "template": {"heat_template_version": "2021-04-16"}}
    assert tokens("GET", stacks, headers=headers).status_int == (200 if reads else 403)
    answer = tokens("POST", stacks, body, headers=headers)
    assert answer.status_int == (201 if writes else 403)
    if not writes:
        assert answer.json["error"]["type"] == "Forbidden"


def test_a_service_may_come_with_a_user_whose_token_has_run_out(
    tokens: Client, engine: ScriptedEngine, keystone: Keystone, lookup: str
) -> None:
    """The service's own token is checked beside the user's, and a bad one lets nobody in."""
    token = keystone.token("alice", "garden")
    service = keystone.token("hearth", "service")
    headers = with_token(token, **{"X-Service-Token": service})
    assert tokens("GET", lookup, headers=headers).status_int == 302
    headers["X-Service-Token"] = "wrong"
    assert tokens("GET", lookup, headers=headers).status_int == 401


def test_a_token_is_remembered_for_a_while(
    conf: cfg.ConfigOpts, load: Load, keystone: Keystone, lookup: str
) -> None:
    client = Client(load("heat-api", None), {})
    token = keystone.token("alice", "garden")
    assert client("GET", lookup, headers=with_token(token)).status_int == 302
    keystone.revoke(token)
    assert client("GET", lookup, headers=with_token(token)).status_int == 302
    fresh = Client(load("heat-api", None), {})
    assert fresh("GET", lookup, headers=with_token(token)).status_int == 401


def test_a_revoked_token_is_refused_once_the_time_has_passed(
    conf: cfg.ConfigOpts, load: Load, keystone: Keystone, lookup: str
) -> None:
    load("heat-api", None)  # makes the option known
    conf.set_override("token_cache_time", 1, "keystone_authtoken")
    client = Client(load("heat-api", None), {})
    token = keystone.token("alice", "garden")
    assert client("GET", lookup, headers=with_token(token)).status_int == 302
    keystone.revoke(token)
    begun = time.monotonic()
    until(lambda: client("GET", lookup, headers=with_token(token)).status_int == 401, "a refusal")
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("own", [None, "operators.cache"])
def test_a_place_for_tokens_that_the_operator_names_is_left_alone(
    conf: cfg.ConfigOpts, load: Load, keystone: Keystone, lookup: str, own: str | None
) -> None:
    load("heat-api", None)
    conf.set_override("cache", own, "keystone_authtoken")
    client = Client(load("heat-api", None), {})
    named = OperatorsCache()
    headers = with_token(keystone.token("alice", "garden"))
    answer = client("GET", lookup, headers=headers, environ={"operators.cache": named})
    assert answer.status_int == 302
    assert bool(named.kept) == bool(own)


def test_faults_have_their_shape_behind_the_token_filter(
    tokens: Client, keystone: Keystone, garden: str
) -> None:
    headers = with_token(keystone.token("alice", "garden"))
    answer = tokens("POST", f"/v1/{garden}/stacks", {}, headers=headers)
    assert (answer.status_int, answer.json["error"]["type"]) == (400, "HTTPBadRequest")


@pytest.mark.parametrize("flavor", [None, "standalone"])
def test_guests_of_the_engine(
    load: Load, engine: ScriptedEngine, flavor: str | None, lookup: str
) -> None:
    engine.answers["authenticated_to_backend"] = lambda credentials: (
        GUEST if credentials == {"token": "guest.right"} else None
    )
    engine.answers["resource_signal"] = None
    client = Client(load("heat-api", flavor), {})
    signal = f"/v1/p1/stacks/web/{STACK_ID}/resources/handle/signal"
    for _ in range(2):
        answer = client("POST", signal, {}, headers={**FORGED, "X-Auth-Token": "guest.right"})
        assert answer.status_int == 200
    assert len(engine.asked("authenticated_to_backend")) == 1
    wire = engine.contexts[-1].to_wire()
    assert (wire["guest_resource"], wire["roles"]) == ("handle", ["heat_stack_user"])
    assert client("POST", signal, {}, headers=with_token("guest.wrong")).status_int == 401
    stacks = client("GET", "/v1/p1/stacks", headers=with_token("guest.right"))
    assert stacks.status_int == 403


def test_guests_that_are_users_of_keystone(
    tokens: Client, engine: ScriptedEngine, keystone: Keystone, garden: str
) -> None:
    """What is theirs only the engine knows; they may name its project or the one they are in."""
    place = {**GUEST, "project_id": "p1"}
    engine.answers.update(resource_signal=None, identify_guest=place)
    headers = with_token(keystone.token("gus", "garden"))
    for project in ("p1", garden):
        signal = f"/v1/{project}/stacks/web/{STACK_ID}/resources/handle/signal"
        assert tokens("POST", signal, {}, headers=headers).status_int == 200
    asked = engine.asked("identify_guest")[-1]
    assert asked == {"user_name": "gus", "user_domain_id": "default"}
    assert engine.contexts[-1].project_id == "p1"
    engine.answers["identify_guest"] = None
    signal = f"/v1/p1/stacks/web/{STACK_ID}/resources/handle/signal"
    assert tokens("POST", signal, {}, headers=headers).status_int == 403


def test_user_and_password(
    passwords: Client, engine: ScriptedEngine, garden: str, lookup: str
) -> None:
    headers = {
        **FORGED,
        "X-Auth-User": "alice",
        "X-Auth-Key": PASSWORD,
        "X-Auth-Url": "http://127.0.0.1:1/evil",
    }
    assert passwords("GET", lookup, headers=headers).status_int == 302
    wire = engine.contexts[-1].to_wire()
    assert (wire["user_name"], wire["project_id"]) == ("alice", garden)
    assert sorted(wire["roles"]) == ["heat_stack_owner", "member", "reader"]
    assert wire["auth_token"]
    assert (wire["username"], wire["password"]) == ("alice", PASSWORD)


@pytest.mark.parametrize(
    ("project", "headers"),
    [
        ("garden", {}),
        ("garden", {"X-Auth-Token": "alice"}),
        ("garden", {"X-Auth-User": "alice"}),
        ("garden", {"X-Auth-User": "alice", "X-Auth-Key": "wrong"}),
        ("garden", {"X-Auth-User": "nobody", "X-Auth-Key": PASSWORD}),
        (
            "garden",
            {"X-Auth-User": "alice", "X-Auth-Key": PASSWORD, "X-User-Domain-Id": "elsewhere"},
        ),
        ("service", {"X-Auth-User": "alice", "X-Auth-Key": PASSWORD}),
        ("", {"X-Auth-User": "alice", "X-Auth-Key": PASSWORD}),
        ("garden", FORGED),
    ],
)
def test_wrong_or_missing_passwords(
    passwords: Client,
    keystone: Keystone,
    engine: ScriptedEngine,
    project: str,
    headers: dict[str, str],
) -> None:
    """A token does not replace the password (quirk Q-3), which upstream answers with a 500."""
    path = f"/v1/{project and keystone.project_id(project)}/stacks/web"
    answer = passwords("GET", path, headers=headers)
    assert answer.status_int == 401
    assert answer.headers["WWW-Authenticate"] == f"Keystone uri='{keystone.url}'"
    assert not engine.calls


def test_a_user_of_another_domain(
    passwords: Client, engine: ScriptedEngine, keystone: Keystone, garden: str, lookup: str
) -> None:
    domain = keystone.make("domain", name="abroad")
    user = keystone.make("user", name="dora", password=PASSWORD, domain_id=domain["id"])
    role = keystone.id_of("roles", "member")
    keystone.ask("PUT", f"projects/{garden}/users/{user['id']}/roles/{role}").raise_for_status()
    headers = {
        "X-Auth-User": "dora",
        "X-Auth-Key": PASSWORD,
        "X-User-Domain-Id": domain["id"],
    }
    assert passwords("GET", lookup, headers=headers).status_int == 302
    assert engine.contexts[-1].user_domain_id == domain["id"]


@pytest.mark.parametrize(
    ("url", "status"), [("", 400), ("http://127.0.0.1:1", 401), ("right", 302)]
)
def test_several_clouds(
    conf: cfg.ConfigOpts, load: Load, keystone: Keystone, lookup: str, url: str, status: int
) -> None:
    load("heat-api", "standalone")  # makes the options known
    conf.set_override("multi_cloud", True, "auth_password")
    conf.set_override("allowed_auth_uris", [keystone.url], "auth_password")
    client = Client(load("heat-api", "standalone"), {})
    headers = {"X-Auth-User": "alice", "X-Auth-Key": PASSWORD}
    if url:
        headers["X-Auth-Url"] = keystone.url if url == "right" else url
    assert client("GET", lookup, headers=headers).status_int == status


def test_a_keystone_that_is_gone(conf: cfg.ConfigOpts, load: Load, lookup: str) -> None:
    load("heat-api", "standalone")  # makes the options known
    conf.set_override("auth_uri", "http://127.0.0.1:1", "clients_keystone")
    client = Client(load("heat-api", "standalone"), {})
    headers = {"X-Auth-User": "alice", "X-Auth-Key": PASSWORD}
    assert client("GET", lookup, headers=headers).status_int == 503
