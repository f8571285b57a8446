from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.api.conftest import Client
from tests.api.double import GUEST_TOKEN, PASSWORD, ScriptedEngine

CONFIGS, DEPLOYMENTS = "/v1/p1/software_configs", "/v1/p1/software_deployments"
READER = {"X-Auth-User": "reader", "X-Auth-Key": PASSWORD}
GUEST = {"X-Auth-User": "", "X-Auth-Key": "", "X-Auth-Token": GUEST_TOKEN}


def test_lists(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["list_software_configs"] = [{"id": "c"}]
    engine.answers["list_software_deployments"] = [{"id": "d"}]
    assert api("GET", f"{CONFIGS}?limit=2&marker=x").json == {"software_configs": [{"id": "c"}]}
    assert engine.asked("list_software_configs") == [{"limit": 2, "marker": "x"}]
    answer = api("GET", f"{DEPLOYMENTS}?server_id=s").json
    assert answer == {"software_deployments": [{"id": "d"}]}
    assert engine.asked("list_software_deployments") == [{"server_id": "s"}]


def test_global_list_is_refused(api: Client) -> None:
    answer = api("GET", f"{CONFIGS}?global_tenant=true")
    assert answer.status_int == 403
    assert "software_configs:global_index" in answer.json["error"]["message"]


def test_create_takes_what_is_known(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["create_software_config"] = {"id": "c"}
    answer = api("POST", CONFIGS, {"name": "n", "inputs": None, "other": 1})
    assert (answer.status_int, answer.json) == (200, {"software_config": {"id": "c"}})
    nothing: dict[str, Any] = {"group": None, "config": None, "inputs": [], "outputs": []}
    assert engine.asked("create_software_config") == [{"name": "n", **nothing, "options": {}}]
    engine.answers["create_software_deployment"] = {"id": "d"}
    given = {"config_id": "c", "server_id": "s", "action": None, "other": 1}
    assert api("POST", DEPLOYMENTS, given).json == {"software_deployment": {"id": "d"}}
    asked = engine.asked("create_software_deployment")
    assert asked == [{"config_id": "c", "server_id": "s"}]


def test_change_leaves_what_is_empty(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["update_software_deployment"] = {"id": "d"}
    given = {"status": "FAILED", "action": "", "output_values": None, "server_id": "s"}
    assert api("PUT", f"{DEPLOYMENTS}/d", given).json == {"software_deployment": {"id": "d"}}
    asked = engine.asked("update_software_deployment")
    assert asked == [{"deployment_id": "d", "status": "FAILED"}]


@pytest.mark.parametrize(
    ("path", "method", "key"),
    [
        (f"{CONFIGS}/x", "show_software_config", "software_config"),
        (f"{DEPLOYMENTS}/x", "show_software_deployment", "software_deployment"),
        (f"{DEPLOYMENTS}/metadata/x", "metadata_software_deployments", "metadata"),
    ],
)
def test_show(api: Client, engine: ScriptedEngine, path: str, method: str, key: str) -> None:
    engine.answers[method] = [{"id": "x"}]
    assert api("GET", path).json == {key: [{"id": "x"}]}
    (asked,) = engine.asked(method)
    assert list(asked.values()) == ["x"]
    engine.answers[method] = errors.NotFound("x not found")
    answer = api("GET", path)
    assert (answer.status_int, answer.json["error"]["type"]) == (404, "NotFound")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        (f"{CONFIGS}/x", "delete_software_config"),
        (f"{DEPLOYMENTS}/x", "delete_software_deployment"),
    ],
)
def test_delete(api: Client, engine: ScriptedEngine, path: str, method: str) -> None:
    engine.answers[method] = None
    assert api("DELETE", path).status_int == 204
    assert len(engine.asked(method)) == 1


@pytest.mark.parametrize(
    ("method", "path", "reader", "guest"),
    [
        ("GET", CONFIGS, 200, 403),
        ("POST", CONFIGS, 403, 403),
        ("GET", f"{CONFIGS}/x", 200, 403),
        ("DELETE", f"{CONFIGS}/x", 403, 403),
        ("GET", DEPLOYMENTS, 200, 403),
        ("POST", DEPLOYMENTS, 403, 403),
        ("GET", f"{DEPLOYMENTS}/x", 200, 403),
        ("PUT", f"{DEPLOYMENTS}/x", 403, 403),
        ("DELETE", f"{DEPLOYMENTS}/x", 403, 403),
        ("GET", f"{DEPLOYMENTS}/metadata/x", 200, 200),
    ],
)
def test_who_may(
    api: Client, engine: ScriptedEngine, method: str, path: str, reader: int, guest: int
) -> None:
    for name in ("list_software_configs", "list_software_deployments", "show_software_config"):
        engine.answers[name] = []
    for name in ("show_software_deployment", "metadata_software_deployments"):
        engine.answers[name] = []
    body = {} if method in ("POST", "PUT") else None
    assert api(method, path, body, headers=READER).status_int == reader
    assert api(method, path, body, headers=GUEST).status_int == guest


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CONFIGS, {"inputs": "a"}),
        (CONFIGS, {"outputs": ["a"]}),
        (DEPLOYMENTS, {"stack_user_project_id": "p" * 65}),
    ],
)
def test_what_is_wrong_with_a_body(
    api: Client, engine: ScriptedEngine, path: str, body: dict[str, Any]
) -> None:
    assert api("POST", path, body).status_int == 400
    assert engine.asked("create_software_config") == []
    assert engine.asked("create_software_deployment") == []
