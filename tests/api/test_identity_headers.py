"""Whoever asks, no header from outside says who that is: in all flavors of all three APIs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import webob
from keystonemiddleware.auth_token import _request
from oslo_config import cfg

from common import pipeline, wsgi
from common.auth import identity
from common.aws import signature
from tests.api.conftest import PASTE_FILE, Client
from tests.api.double import GUEST, MEMBER, PASSWORD, PROJECT, ScriptedEngine
from tests.api.keystone_conf import conf, garden
from tests.keystone import cast
from tests.keystone.service import Keystone

__all__ = ["conf", "garden"]

FORGED = "forged"
APIS = {"heat-api": "heat_api", "heat-api-cfn": "heat_api_cfn"}
APIS["heat-api-cloudwatch"] = "heat_api_cloudwatch"


def of_keystonemiddleware() -> set[str]:
    """Every header by which it tells who somebody is."""
    told = _request._AuthTokenRequest
    templates = [*told._HEADER_TEMPLATE, told._ROLES_TEMPLATE]
    return {
        *(template % side for template in templates for side in ("", "-Service")),
        *(told._USER_STATUS_HEADER, told._SERVICE_STATUS_HEADER, told._ADMIN_PROJECT_HEADER),
        *(told._SYSTEM_SCOPE_HEADER, told._SERVICE_CATALOG_HEADER, *told._DEPRECATED_HEADER_MAP),
    }


def application(environ: dict[str, Any], start_response: wsgi.StartResponse) -> wsgi.AnswerBody:
    """What is behind the filters: tells what has reached it."""
    found = [key for key, value in environ.items() if value == FORGED]
    context = environ[wsgi.CONTEXT]
    claims = {**context.to_wire(), **context.to_policy_values()}
    found += [key for key, value in claims.items() if FORGED in str(value)]
    answer = webob.Response(json={"found": found, "project": context.project_id})
    return answer(environ, start_response)


def app_factory(_global_conf: dict[str, str], **_local: str) -> wsgi.Application:
    return application


@pytest.fixture
def recording(
    tmp_path: Path, conf: cfg.ConfigOpts, engine: ScriptedEngine
) -> Callable[[str, str | None], Client]:
    """The filters of an API in a flavor, around ``application``."""
    text = PASTE_FILE.read_text()
    for module in APIS.values():
        text = text.replace(f"= {module}.app:app_factory", f"= {__name__}:app_factory")
    paste = tmp_path / "api-paste.ini"
    paste.write_text(text)

    def made(name: str, flavor: str | None) -> Client:
        loaded = pipeline.load(str(paste), name, flavor=flavor, conf=conf, engine=engine)
        return Client(loaded, {})

    return made


@pytest.fixture(scope="module")
def token(keystone: Keystone) -> str:
    return keystone.token("alice", "garden")


@pytest.fixture(scope="module")
def key_pair(keystone: Keystone) -> tuple[str, str]:
    return keystone.key_pair("alice", "garden")


@pytest.fixture
def claims() -> dict[str, str]:
    """All that might be believed."""
    return dict.fromkeys(identity.IDENTITY_HEADERS, FORGED)


def signed(access: str, secret: str) -> str:
    """A path that is answered behind the filters of the AWS APIs, with a signature."""
    url = signature.presign("POST", "http://localhost:80/v1/signal", "arn", access, secret)
    split = urlsplit(url)
    return f"{split.path}?{split.query}"


def test_all_that_keystonemiddleware_sets_is_known() -> None:
    assert of_keystonemiddleware() <= set(identity.IDENTITY_HEADERS)


@pytest.mark.parametrize("flavor", [None, "standalone", "custombackend", "noauth"])
def test_native(
    recording: Callable[..., Client],
    claims: dict[str, str],
    token: str,
    garden: str,
    flavor: str | None,
) -> None:
    credentials = {"X-Auth-User": "alice", "X-Auth-Key": cast.PASSWORD}
    project = garden
    match flavor:
        case None:
            credentials = {"X-Auth-Token": token}
        case "standalone":
            del claims["X-User-Domain-Id"]  # there it says where to look for the user
        case "custombackend":
            credentials, project = {"X-Auth-User": "demo", "X-Auth-Key": PASSWORD}, PROJECT
        case "noauth":
            credentials, project = {"X-Auth-User": "demo", "X-Auth-Project": PROJECT}, PROJECT
    answer = recording("heat-api", flavor)(
        "GET", f"/v1/{project}/stacks", headers={**claims, **credentials}
    )
    assert answer.json == {"found": [], "project": project}


@pytest.mark.parametrize("flavor", [None, "standalone", "custombackend"])
def test_native_guests(
    recording: Callable[..., Client],
    claims: dict[str, str],
    engine: ScriptedEngine,
    flavor: str | None,
) -> None:
    engine.answers["authenticated_to_backend"] = GUEST
    client = recording("heat-api", flavor)
    for _ in ("asked", "remembered"):
        answer = client("GET", "/v1/p1/stacks", headers={**claims, "X-Auth-Token": "guest.1"})
        assert answer.json == {"found": [], "project": PROJECT}


@pytest.mark.parametrize("name", ["heat-api-cfn", "heat-api-cloudwatch"])
@pytest.mark.parametrize("flavor", [None, "standalone", "custombackend", "noauth"])
@pytest.mark.parametrize("who", ["user", "guest"])
def test_aws(
    recording: Callable[..., Client],
    claims: dict[str, str],
    engine: ScriptedEngine,
    key_pair: tuple[str, str],
    garden: str,
    name: str,
    flavor: str | None,
    who: str,
) -> None:
    engine.answers["authenticated_to_backend"] = GUEST if who == "guest" else MEMBER
    pair = key_pair if who == "user" else ("GUEST1", "secret")
    project = garden if who == "user" and flavor in (None, "standalone") else PROJECT
    claims |= {"X-Auth-Project": PROJECT} if flavor == "noauth" else {}
    answer = recording(name, flavor)("POST", signed(*pair), headers=claims)
    assert answer.json == {"found": [], "project": project}
