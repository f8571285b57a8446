"""Flavors default and standalone: Keystone knows the users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from keystoneauth1 import loading
from keystonemiddleware import auth_token
from oslo_config import cfg

from common import options
from tests.api.conftest import Client
from tests.api.double import ScriptedEngine
from tests.api.keystone import ACCESS, PASSWORD, SIGNATURE, TOKEN, Keystone

LOOKUP = "/v1/p1/stacks/web"
ARN = "arn:openstack:heat::p1:stacks/web/i1/resources/handle"
Load = Callable[[str, str | None], Any]


@pytest.fixture
def keystone() -> Iterator[Keystone]:
    server = Keystone()
    yield server
    server.close()


@pytest.fixture
def configured(conf: cfg.ConfigOpts, keystone: Keystone) -> cfg.ConfigOpts:
    options.register(conf)
    for _group, offered in auth_token.list_opts():
        conf.register_opts(offered, "keystone_authtoken")
    loading.register_auth_conf_options(conf, "keystone_authtoken")
    plugin = loading.get_plugin_loader("password").get_options()
    conf.register_opts([option._to_oslo_opt() for option in plugin], group="keystone_authtoken")
    settings = {
        "auth_type": "password",
        "auth_url": keystone.url,
        "username": "hearth",
        "password": PASSWORD,
        "user_domain_id": "default",
        "project_id": "service",
        "www_authenticate_uri": keystone.url,
    }
    for name, value in settings.items():
        conf.set_override(name, value, "keystone_authtoken")
    return conf


@pytest.fixture
def tokens(configured: cfg.ConfigOpts, load: Load) -> Client:
    return Client(load("heat-api", None), {})


@pytest.fixture
def passwords(configured: cfg.ConfigOpts, load: Load) -> Client:
    return Client(load("heat-api", "standalone"), {})


def test_a_token_is_checked(tokens: Client, engine: ScriptedEngine) -> None:
    answer = tokens("GET", LOOKUP, headers={"X-Auth-Token": TOKEN, "X-Roles": "admin"})
    assert answer.status_int == 302
    wire = engine.contexts[-1].to_wire()
    assert (wire["user_id"], wire["project_id"]) == ("u1", "p1")
    assert wire["roles"] == ["member", "reader"]
    assert wire["auth_token"] == TOKEN
    assert tokens("GET", "/v1/p2/stacks/web", headers={"X-Auth-Token": TOKEN}).status_int == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Auth-Token": "wrong"},
        {"X-Identity-Status": "Confirmed", "X-Project-Id": "p1", "X-Roles": "member"},
    ],
)
def test_without_a_token_nobody_gets_in(
    tokens: Client, keystone: Keystone, engine: ScriptedEngine, headers: dict[str, str]
) -> None:
    answer = tokens("GET", LOOKUP, headers=headers)
    assert answer.status_int == 401
    assert answer.headers["WWW-Authenticate"] == f'Keystone uri="{keystone.url}"'
    assert not engine.calls


def test_faults_have_their_shape_behind_the_token_filter(tokens: Client) -> None:
    answer = tokens("POST", "/v1/p1/stacks", {}, headers={"X-Auth-Token": TOKEN})
    assert (answer.status_int, answer.json["error"]["type"]) == (400, "HTTPBadRequest")


def test_user_and_password(passwords: Client, engine: ScriptedEngine, keystone: Keystone) -> None:
    headers = {
        "X-Auth-User": "demo",
        "X-Auth-Key": PASSWORD,
        "X-Auth-Url": "http://127.0.0.1:1/evil",
        "X-User-Domain-Id": "dom",
    }
    assert passwords("GET", LOOKUP, headers=headers).status_int == 302
    wire = engine.contexts[-1].to_wire()
    assert (wire["user_name"], wire["project_id"], wire["auth_token"]) == ("demo", "p1", TOKEN)
    body = next(body for method, path, body in keystone.requests if path == "/v3/auth/tokens")
    assert body["auth"]["identity"]["password"]["user"]["domain"] == {"id": "dom"}


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (LOOKUP, {}),
        (LOOKUP, {"X-Auth-Token": TOKEN}),
        (LOOKUP, {"X-Auth-User": "demo"}),
        (LOOKUP, {"X-Auth-User": "demo", "X-Auth-Key": "wrong"}),
        ("/v1/p2/stacks/web", {"X-Auth-User": "demo", "X-Auth-Key": PASSWORD}),
        ("/v1//stacks/web", {"X-Auth-User": "demo", "X-Auth-Key": PASSWORD}),
        (LOOKUP, {"X-Identity-Status": "Confirmed", "X-Project-Id": "p1", "X-Roles": "member"}),
    ],
)
def test_wrong_or_missing_passwords(
    passwords: Client,
    keystone: Keystone,
    engine: ScriptedEngine,
    path: str,
    headers: dict[str, str],
) -> None:
    answer = passwords("GET", path, headers=headers)
    assert answer.status_int == 401
    assert answer.headers["WWW-Authenticate"] == f"Keystone uri='{keystone.url}'"
    assert not engine.calls


@pytest.mark.parametrize(
    ("url", "status"), [("", 400), ("http://127.0.0.1:1", 401), ("right", 302)]
)
def test_several_clouds(
    configured: cfg.ConfigOpts, load: Load, keystone: Keystone, url: str, status: int
) -> None:
    configured.set_override("multi_cloud", True, "auth_password")
    configured.set_override("allowed_auth_uris", [keystone.url], "auth_password")
    client = Client(load("heat-api", "standalone"), {})
    headers = {"X-Auth-User": "demo", "X-Auth-Key": PASSWORD}
    if url:
        headers["X-Auth-Url"] = keystone.url if url == "right" else url
    assert client("GET", LOOKUP, headers=headers).status_int == status


def test_a_keystone_that_is_gone(
    configured: cfg.ConfigOpts, load: Load, keystone: Keystone
) -> None:
    configured.set_override("auth_uri", "http://127.0.0.1:1", "clients_keystone")
    client = Client(load("heat-api", "standalone"), {})
    headers = {"X-Auth-User": "demo", "X-Auth-Key": PASSWORD}
    assert client("GET", LOOKUP, headers=headers).status_int == 503


@pytest.mark.parametrize("flavor", [None, "standalone"])
@pytest.mark.parametrize(
    ("access", "signature", "status", "code"),
    [
        (ACCESS, SIGNATURE, 200, None),
        ("other", SIGNATURE, 403, "InvalidClientTokenId"),
        (ACCESS, "wrong", 403, "AccessDenied"),
        (ACCESS, "", 400, "IncompleteSignature"),
        ("", SIGNATURE, 403, "MissingAuthenticationToken"),
    ],
)
def test_signed_urls_are_checked_by_keystone(
    configured: cfg.ConfigOpts,
    load: Load,
    engine: ScriptedEngine,
    keystone: Keystone,
    flavor: str | None,
    access: str,
    signature: str,
    status: int,
    code: str | None,
) -> None:
    engine.answers["resource_signal"] = {}
    client = Client(load("heat-api-cfn", flavor), {})
    path = f"/v1/signal/{ARN}?AWSAccessKeyId={access}&Signature={signature}"
    answer = client("POST", path, body=b"{}")
    assert answer.status_int == status
    if code is None:
        assert engine.contexts[-1].project_id == "p1"
        sent = next(body for _, where, body in keystone.requests if where == "/v3/ec2tokens")
        assert sent["ec2Credentials"]["path"] == f"/v1/signal/{ARN}"
        assert sent["ec2Credentials"]["params"] == {"AWSAccessKeyId": access}
    else:
        assert f"<Code>{code}</Code>" in answer.text
        assert not engine.calls
