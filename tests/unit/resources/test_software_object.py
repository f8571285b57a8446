"""The object that a server's agents poll, against doubles of the engine's service and the store."""

from __future__ import annotations

import json
from typing import Any

import pytest

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.resources import software_object
from heat_engine.resources.heat.deployed_server import DeployedServer
from heat_engine.resources.protocol import Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import request

URL = "http://127.0.0.1:1/v1/AUTH_p/box/agents?temp_url_sig=s"
POLLED = {"os-collect-config": {"collectors": ["request"], "request": {"metadata_url": URL}}}
ASKED = {"os-collect-config": {"collectors": ["heat"], "heat": {}}}


class Store(CloudDouble):
    """Knows servers as the engine's service does, and objects by their container's name.

    meanwhile: what becomes of the deployments while an object is written, write by write.
    """

    meanwhile: tuple[list[str], ...] = ()

    def serve(self, deployments: list[str], metadata: Any = POLLED) -> None:
        self.add("servers", id="s", metadata=metadata, deployments=deployments)

    def _make_objects(self, made: Document) -> None:
        if self.meanwhile:
            now, *rest = self.meanwhile
            self.meanwhile = tuple(rest)
            self.serve(now)

    def written(self) -> list[Any]:
        return [json.loads(item["content"]) for item in self.list("object-store", "objects")]


def server(cloud: CloudDouble, **given: Any) -> Request:
    chosen = {"software_config_transport": software_object.TRANSPORT, **given}
    return request(DeployedServer(), chosen, cloud)


def test_what_is_deployed_is_written_beside_the_metadata_and_only_once() -> None:
    cloud = Store()
    cloud.serve(["one"])
    software_object.publish(cloud, "s")
    cloud.serve(["one", "two"])
    software_object.publish(cloud, "s")
    assert cloud.written() == [{**POLLED, "deployments": ["one", "two"]}]
    (made,) = cloud.list("object-store", "objects")
    assert (made["container"], made["name"]) == ("box", "agents")


def test_whoever_looks_last_has_seen_what_others_did_meanwhile() -> None:
    cloud = Store()
    cloud.serve(["one"])
    cloud.meanwhile = (["one", "two"], ["two"])
    software_object.publish(cloud, "s")
    assert cloud.written() == [{**POLLED, "deployments": ["two"]}]


@pytest.mark.parametrize("server_id", [None, "unknown"])
def test_a_server_that_has_no_row_yet_is_told_its_metadata(server_id: str | None) -> None:
    cloud = Store()
    software_object.publish(cloud, server_id, POLLED)
    assert cloud.written() == [{**POLLED, "deployments": []}]


def test_nothing_is_written_for_servers_that_ask_or_that_nobody_knows() -> None:
    cloud = Store()
    cloud.serve(["one"], ASKED)
    for server_id in ("s", "unknown"):
        assert not software_object.serves(cloud, server_id)
        software_object.publish(cloud, server_id)
    assert cloud.done("create", "objects") == []
    cloud.serve(["one"])
    assert software_object.serves(cloud, "s")


def test_a_service_that_fails_is_not_taken_for_a_server_that_is_unknown() -> None:
    cloud = Store()
    cloud.serve(["one"])
    cloud.fail("get", "servers", "unavailable", times=2)
    for ask in (software_object.serves, software_object.publish):
        with pytest.raises(CloudError, match="unavailable"):
            ask(cloud, "s")


@pytest.mark.parametrize("given", [{}, {"container": "mine", "object": "agents"}])
def test_the_object_goes_with_the_server_and_the_container_when_it_is_empty(
    given: dict[str, str],
) -> None:
    cloud = Store()
    call = server(cloud, deployment_swift_data=given)
    container = given.get("container", call.physical_name)
    cloud.add("containers", id=container, name=container)
    mine = {"container": container, "name": given.get("object", call.physical_name)}
    cloud.add("objects", id="mine", **mine)
    cloud.add("objects", id="other", container=container, name="other")
    software_object.withdraw(call)
    assert [*cloud.things["objects"]] == ["other"]
    assert [*cloud.things["containers"]] == [container]
    del cloud.things["objects"]["other"]
    software_object.withdraw(call)
    assert cloud.things["containers"] == {}
    software_object.withdraw(call)
