"""The two AWS interfaces: a real Keystone checks EC2 signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from common.aws import signature
from tests.api.conftest import Client
from tests.api.double import GUEST, STACK_ID, ScriptedEngine
from tests.api.keystone_conf import FORGED, conf, garden
from tests.keystone.cast import PASSWORD
from tests.keystone.service import Keystone

__all__ = ["conf", "garden"]

Load = Callable[[str, str | None], Any]


@pytest.fixture
def key_pair(keystone: Keystone) -> Iterator[tuple[str, str]]:
    pair = keystone.key_pair("alice", "garden")
    yield pair
    keystone.ask("DELETE", f"credentials/{hashlib.sha256(pair[0].encode()).hexdigest()}")


def arn(project: str, resource: str = "handle") -> str:
    return f"arn:openstack:heat::{project}:stacks/web/{STACK_ID}/resources/{resource}"


def signed_path(project: str, access: str, secret: str, resource: str = "handle") -> str:
    name = arn(project, resource)
    url = signature.presign("POST", "http://localhost:80/v1/signal", name, access, secret)
    return url.removeprefix("http://localhost:80")


@pytest.mark.parametrize("flavor", [None, "standalone"])
def test_signed_urls_are_checked_by_keystone(
    load: Load,
    engine: ScriptedEngine,
    garden: str,
    flavor: str | None,
    key_pair: tuple[str, str],
) -> None:
    engine.answers["resource_signal"] = {}
    client = Client(load("heat-api-cfn", flavor), {})
    path = signed_path(garden, *key_pair, resource="my händle")
    assert client("POST", path, body=b"{}", headers=FORGED).status_int == 200
    context = engine.contexts[-1]
    assert (context.project_id, context.user_name) == (garden, "alice")
    assert "admin" not in context.roles
    other = signed_path("elsewhere", *key_pair)
    assert client("POST", other, body=b"{}", headers=FORGED).status_int == 403


@pytest.mark.parametrize("flavor", [None, "standalone"])
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("access", 403, "InvalidClientTokenId"),
        ("secret", 403, "AccessDenied"),
        ("unsigned", 400, "IncompleteSignature"),
        ("anonymous", 403, "MissingAuthenticationToken"),
    ],
)
def test_wrong_signatures(
    load: Load,
    engine: ScriptedEngine,
    garden: str,
    key_pair: tuple[str, str],
    flavor: str | None,
    fault: str,
    status: int,
    code: str,
) -> None:
    access, secret = key_pair
    path = signed_path(
        garden,
        "AK" if fault == "access" else access,
        "wrong" if fault == "secret" else secret,
    )
    if fault == "unsigned":
        path = path.partition("?")[0]
    elif fault == "anonymous":
        path = f"{path.partition('?')[0]}?Signature=x"
    answer = Client(load("heat-api-cfn", flavor), {})("POST", path, body=b"{}", headers=FORGED)
    assert answer.status_int == status
    assert f"<Code>{code}</Code>" in answer.text
    assert not engine.calls


def test_only_signatures_count_in_the_standalone_flavor(
    load: Load, engine: ScriptedEngine, garden: str
) -> None:
    headers = {**FORGED, "X-Auth-User": "alice", "X-Auth-Key": PASSWORD}
    path = f"/v1/signal/{quote(arn(garden))}"
    answer = Client(load("heat-api-cfn", "standalone"), {})(
        "POST", path, body=b"{}", headers=headers
    )
    assert answer.status_int in (401, 403)
    assert not engine.calls


@pytest.mark.parametrize("flavor", [None, "standalone"])
def test_keys_of_the_engines_guests(load: Load, engine: ScriptedEngine, flavor: str | None) -> None:
    engine.answers["resource_signal"] = {}
    engine.answers["authenticated_to_backend"] = lambda credentials: (
        GUEST if credentials["ec2"]["access"] == "GUEST1" else None
    )
    client = Client(load("heat-api-cfn", flavor), {})
    assert client("POST", signed_path("p1", "GUEST1", "s"), body=b"{}").status_int == 200
    assert engine.contexts[-1].guest_resource == "handle"
    answer = client("POST", signed_path("p1", "GUEST2", "s"), body=b"{}")
    assert answer.status_int == 403
    assert "<Code>InvalidClientTokenId</Code>" in answer.text


@pytest.mark.parametrize("name", ["heat-api-cfn", "heat-api-cloudwatch"])
@pytest.mark.parametrize("flavor", [None, "standalone"])
def test_signature_version_4(
    load: Load, key_pair: tuple[str, str], name: str, flavor: str | None
) -> None:
    """As boto3 signs; there is nothing at that path for those who get through."""
    client = Client(load(name, flavor), {})

    def status(secret: str) -> int:
        wanted = AWSRequest("POST", "http://localhost/v1/nothing", data=b"{}")
        SigV4Auth(Credentials(key_pair[0], secret), "cloudformation", "r").add_auth(wanted)
        headers = {**dict(wanted.headers.items()), "Host": "localhost"}
        return client("POST", "/v1/nothing", body=b"{}", headers=headers).status_int

    assert (status(key_pair[1]), status("wrong")) == (404, 403)
