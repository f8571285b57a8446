"""The clients that people have, against a served API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import openstack
import pytest
import requests
from heatclient import exc
from heatclient.v1.client import Client as HeatClient
from keystoneauth1 import http_basic, session
from oslo_config import cfg
from requests.auth import HTTPBasicAuth

from common import errors
from common.server import HttpServer
from tests.api.double import IDENTITY, PASSWORD, STACK_ID, ScriptedEngine
from tests.api.test_events import RAW as EVENT
from tests.api.test_resources import RAW as RESOURCE
from tests.api.test_stacks import FULL, SUMMARY

USER = "demo"


@pytest.fixture
def url(
    load: Callable[[str, str | None], Any], conf: cfg.ConfigOpts, engine: ScriptedEngine
) -> Iterator[str]:
    conf.set_override("bind_host", "127.0.0.1", "heat_api")
    conf.set_override("bind_port", 0, "heat_api")
    server = HttpServer(threads=2)
    port = server.add(load("heat-api", "custombackend"), conf.heat_api)
    server.start()
    yield f"http://127.0.0.1:{port}/v1/p1"
    server.stop(1)


@pytest.fixture
def heat(url: str) -> HeatClient:
    plugin = http_basic.HTTPBasicAuth(endpoint=url, username=USER, password=PASSWORD)
    opened = session.Session(auth=plugin)
    return HeatClient(session=opened, endpoint_override=url, service_type="orchestration")


@pytest.fixture
def sdk(url: str) -> Iterator[Any]:
    connection = openstack.connect(
        auth_type="http_basic",
        auth={"endpoint": url, "username": USER, "password": PASSWORD},
        orchestration_endpoint_override=url,
        region_name="here",
        load_yaml_config=False,
        load_envvars=False,
    )
    yield connection
    connection.close()


def test_heatclient(heat: HeatClient, engine: ScriptedEngine) -> None:
    engine.answers.update(
        create_stack=IDENTITY,
        show_stack=[FULL],
        list_stacks=[SUMMARY],
        list_stack_resources=[RESOURCE],
        list_events=[EVENT],
        update_stack=IDENTITY,
        delete_stack=None,
        stack_suspend=None,
        resource_signal=None,
        list_outputs=[{"output_key": "url", "description": ""}],
    )
    made = heat.stacks.create(
        stack_name="web", template={"heat_template_version": "2021-04-16"}, tags="a,b"
    )
    assert made["stack"]["id"] == STACK_ID
    assert heat.stacks.get("web").stack_status == "CREATE_COMPLETE"
    assert [stack.id for stack in heat.stacks.list()] == [STACK_ID]
    assert [item.resource_name for item in heat.resources.list("web")] == ["my server"]
    assert [event.id for event in heat.events.list("web")] == ["e1"]
    heat.stacks.update("web", existing=True, parameters={"a": "b"})
    heat.actions.suspend("web")
    heat.resources.signal("web", "handle", data={"status": "SUCCESS"})
    assert heat.stacks.output_list("web")["outputs"][0]["output_key"] == "url"
    assert heat.build_info.build_info()["engine"] == {"revision": "r1"}
    heat.stacks.delete("web")
    assert engine.asked("update_stack")[0]["args"] == {"existing": True}
    assert engine.asked("delete_stack") == [{"stack_identity": IDENTITY}]


def test_heatclient_shows_our_messages(heat: HeatClient, engine: ScriptedEngine) -> None:
    engine.answers["create_stack"] = errors.StackExists(stack_name="web")
    with pytest.raises(exc.HTTPConflict, match="already exists"):
        heat.stacks.create(stack_name="web", template={"a": 1})
    engine.answers["identify_stack"] = errors.EntityNotFound(entity="Stack", name="x")
    with pytest.raises(exc.HTTPNotFound, match=r"The Stack \(x\) could not be found"):
        heat.stacks.get("x")


def test_openstacksdk(sdk: Any, engine: ScriptedEngine) -> None:
    engine.answers.update(
        create_stack=IDENTITY,
        show_stack=[FULL],
        list_stacks=lambda marker, **_: [] if marker else [SUMMARY],
        list_events=[EVENT],
        delete_stack=None,
        stack_check=None,
    )
    made = sdk.orchestration.create_stack(
        name="web", template={"heat_template_version": "2021-04-16"}, tags=["a", "b"]
    )
    assert made.id == STACK_ID
    assert engine.asked("create_stack")[0]["args"]["tags"] == ["a", "b"]
    assert [stack.name for stack in sdk.orchestration.stacks(limit=1)] == ["web"]
    found = sdk.orchestration.find_stack("web")
    assert (found.id, found.status) == (STACK_ID, "CREATE_COMPLETE")
    assert [event.id for event in sdk.orchestration.stack_events(found)] == ["e1"]
    sdk.orchestration.check_stack(found)
    sdk.orchestration.delete_stack(found)
    assert engine.asked("stack_check") == [{"stack_identity": IDENTITY}]
    assert engine.asked("delete_stack") == [{"stack_identity": IDENTITY}]


def test_plain_http_follows_the_redirect_with_its_body(url: str, engine: ScriptedEngine) -> None:
    engine.answers["stack_suspend"] = None
    auth = HTTPBasicAuth(USER, PASSWORD.encode())
    first = requests.post(
        f"{url}/stacks/web/actions", json={"suspend": None}, auth=auth, allow_redirects=False
    )
    assert first.status_code == 302
    again = requests.post(first.headers["Location"], json={"suspend": None}, auth=auth)
    assert (again.status_code, again.json()) == (200, None)


def test_passwords_in_headers_are_utf_8(url: str) -> None:
    headers = {"X-Auth-User": USER.encode(), "X-Auth-Key": PASSWORD.encode()}
    answer = requests.get(f"{url}/stacks/web", headers=headers, allow_redirects=False)
    assert answer.status_code == 302


def test_a_chunked_body_is_read(url: str, engine: ScriptedEngine) -> None:
    engine.answers["create_stack"] = IDENTITY
    parts = [b'{"stack_name": "web", ', b'"template": {"a": 1}}']
    answer = requests.post(
        f"{url}/stacks",
        data=iter(parts),
        headers={"Content-Type": "application/json"},
        auth=HTTPBasicAuth(USER, PASSWORD.encode()),
    )
    assert answer.status_code == 201
