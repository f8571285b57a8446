from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common import errors
from tests.api.conftest import Client
from tests.api.double import ScriptedEngine

APIS = ["heat-api", "heat-api-cfn", "heat-api-cloudwatch"]


@pytest.mark.parametrize("name", APIS)
@pytest.mark.parametrize("flavor", [None, "standalone", "custombackend", "noauth"])
def test_probes_need_no_credentials(
    load: Callable[[str, str | None], Any], name: str, flavor: str | None
) -> None:
    client = Client(load(name, flavor), {})
    for path in ("/healthcheck", "/healthcheck/live", "/healthcheck/ready"):
        answer = client("GET", path)
        assert (answer.status_int, answer.content_type, answer.body) == (200, "text/plain", b"")
        assert "x-openstack-request-id" not in answer.headers
    assert client("GET", "/healthcheck/else").status_int == 404
    assert client("POST", "/healthcheck").status_int == 405
    assert client("GET", "/healthchecks").status_int != 200


@pytest.mark.parametrize("name", APIS)
def test_not_ready_without_an_engine(
    load: Callable[[str, str | None], Any], engine: ScriptedEngine, name: str
) -> None:
    engine.answers["list_services"] = errors.ServiceUnavailable()
    client = Client(load(name, "noauth"), {})
    answer = client("GET", "/healthcheck/ready")
    assert answer.status_int == 503
    assert "engine" in answer.text
    assert client("GET", "/healthcheck/live").status_int == 200
    engine.answers["list_services"] = RuntimeError("secret")
    answer = client("GET", "/healthcheck/ready")
    assert answer.status_int == 503
    assert "secret" not in answer.text
    engine.answers["list_services"] = []
    assert client("GET", "/healthcheck/ready").status_int == 200
