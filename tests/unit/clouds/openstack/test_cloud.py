"""The verbs over REST, against services that answer as the real ones do."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from keystoneauth1 import noauth, session
from requests import Response
from requests.adapters import BaseAdapter

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.openstack.cloud import OpenStackCloud

URL = "http://service.example"
Thing = dict[str, Any]


class Service(BaseAdapter):
    """A collection of one service; ``calls``: method and path of what was asked."""

    def __init__(self, collection: str, singular: str, *, page: int = 100) -> None:
        super().__init__()
        self.collection, self.singular, self.page = collection, singular, page
        self.things: dict[str, Thing] = {}
        self.calls: list[tuple[str, str]] = []
        self.status: dict[str, int] = {}

    def send(self, request: Any, **_options: Any) -> Response:
        parts = urlsplit(request.url)
        path = parts.path.strip("/").split("/")
        self.calls.append((request.method, parts.path))
        answer = Response()
        answer.request, answer.url, answer.status_code = request, request.url, 200
        body = json.loads(request.body or b"null")
        failing = self.status.pop(request.method, None)
        if failing:
            answer.status_code = failing
            document: Any = {"error": {"message": "no"}}
        else:
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            document = self.answer(request.method, path[1:], query, body)
            if document is None:
                answer.status_code, document = 404, {"error": {"message": "gone"}}
        answer.headers["Content-Type"] = "application/json"
        answer._content = json.dumps(document).encode()
        return answer

    def close(self) -> None:
        pass

    def answer(self, method: str, path: list[str], query: Any, body: Any) -> Any:
        if method == "POST" and not path:
            made = {"id": f"id-{len(self.things)}", **body[self.singular]}
            self.things[made["id"]] = made
            return {self.singular: made}
        if method == "GET" and path in ([], ["detail"]):
            return self._list(query)
        thing = self.things.get(path[0])
        if thing is None:
            return None
        if len(path) > 1:
            if path[1] == "tags":
                thing.setdefault("tags", []).append(path[2])
            return {"done": body}
        if method == "DELETE":
            del self.things[path[0]]
            return {}
        if method in ("PUT", "PATCH"):
            thing.update(body[self.singular])
        return {self.singular: thing}

    def _list(self, query: Any) -> Any:
        ids = sorted(self.things)
        start = ids.index(query["marker"]) + 1 if "marker" in query else 0
        shown = ids[start : start + self.page]
        document: Thing = {self.collection: [self.things[key] for key in shown]}
        if start + self.page < len(ids):
            document[f"{self.collection}_links"] = [{"rel": "next", "href": "x"}]
        return document


def cloud_of(service: Service) -> OpenStackCloud:
    opened = session.Session(auth=noauth.NoAuth(endpoint=URL))
    opened.session.mount(URL, service)
    return OpenStackCloud(lambda: opened, None, "public")


@pytest.fixture
def networks() -> Service:
    return Service("networks", "network")


@pytest.fixture
def servers() -> Service:
    return Service("servers", "server", page=1)


def test_a_network_is_made_once_and_gets_its_name_last(networks: Service) -> None:
    cloud = cloud_of(networks)
    made = cloud.create("network", "networks", {"name": "lan"}, token="t-1")
    assert (made["name"], made["tags"]) == ("lan", ["t-1"])
    assert cloud.create("network", "networks", {"name": "lan"}, token="t-1")["id"] == made["id"]
    assert len(networks.things) == 1


def test_a_network_whose_maker_died_gets_its_name(networks: Service) -> None:
    networks.things["id-9"] = {"id": "id-9", "name": "t-1"}
    made = cloud_of(networks).create("network", "networks", {"name": "lan"}, token="t-1")
    assert made == {"id": "id-9", "name": "lan", "tags": ["t-1"]}


def test_a_server_is_found_by_its_metadata_on_any_page(servers: Service) -> None:
    cloud = cloud_of(servers)
    for number in range(3):
        body = {"name": "web", "metadata": {"mine": "1"}}
        cloud.create("compute", "servers", body, token=f"t-{number}")
    found = cloud.find("compute", "servers", "t-2")
    assert found is not None
    assert found["metadata"] == {"mine": "1", "hearth_token": "t-2"}
    assert cloud.find("compute", "servers", "t-3") is None


def test_what_is_forgotten_is_deleted(servers: Service) -> None:
    cloud = cloud_of(servers)
    cloud.create("compute", "servers", {"name": "web"}, token="t-1")
    cloud.forget("compute", "servers", "t-1")
    cloud.forget("compute", "servers", "t-1")
    assert servers.things == {}


def test_the_other_verbs(servers: Service) -> None:
    cloud = cloud_of(servers)
    made = cloud.create("compute", "servers", {"name": "web"}, token="t-1")
    assert cloud.update("compute", "servers", made["id"], {"name": "db"})["name"] == "db"
    assert cloud.list("compute", "servers", name="db")[0]["id"] == made["id"]
    assert cloud.list("compute", "servers", name="web") == []
    answer = cloud.act("compute", "servers", made["id"], "os-stop", {})
    assert answer == {"done": {"os-stop": None}}
    cloud.delete("compute", "servers", made["id"])
    with pytest.raises(CloudError) as gone:
        cloud.get("compute", "servers", made["id"])
    assert gone.value.kind == "not_found"


def test_only_what_may_be_repeated_is(servers: Service) -> None:
    cloud = cloud_of(servers)
    servers.status = {"POST": 503}
    with pytest.raises(CloudError) as error:
        cloud.create("compute", "servers", {"name": "web"}, token="t-1")
    assert error.value.retryable
    assert [method for method, _ in servers.calls].count("POST") == 1


def test_who_may_not_look_has_made_nothing(servers: Service) -> None:
    servers.status = {"GET": 403}
    assert cloud_of(servers).find("compute", "servers", "t-1") is None


def test_a_service_that_is_not_known() -> None:
    with pytest.raises(CloudError, match="teapots"):
        cloud_of(Service("pots", "pot")).get("teapots", "pots", "1")
