"""What the native API promises its clients, word by word, with a whole heat-all behind it.

Section numbers are those of the API's contract: names of keys, forms of values, status codes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.deployment import Deployment, Person

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
LIST_KEYS = {
    "id",
    "links",
    "stack_name",
    "description",
    "stack_status",
    "stack_status_reason",
    "creation_time",
    "updated_time",
    "deletion_time",
    "stack_owner",
    "parent",
    "stack_user_project_id",
    "tags",
}
SHOW_KEYS = LIST_KEYS | {
    "template_description",
    "parameters",
    "outputs",
    "disable_rollback",
    "timeout_mins",
    "notification_topics",
    "capabilities",
}
RESOURCE_KEYS = {
    "resource_name",
    "logical_resource_id",
    "resource_type",
    "physical_resource_id",
    "resource_status",
    "resource_status_reason",
    "creation_time",
    "updated_time",
    "required_by",
    "links",
}
EVENT_KEYS = {
    "id",
    "event_time",
    "resource_name",
    "logical_resource_id",
    "physical_resource_id",
    "resource_status",
    "resource_status_reason",
    "links",
}
TEMPLATE: dict[str, Any] = {
    "heat_template_version": "2021-04-16",
    "description": "a word and what follows it",
    "parameters": {"secret": {"type": "string", "hidden": True, "default": "hunter2"}},
    "resources": {
        "word": {"type": "OS::Heat::RandomString"},
        "after": {"type": "OS::Heat::None", "depends_on": "word"},
    },
    "outputs": {"word": {"description": "the word", "value": {"get_attr": ["word", "value"]}}},
}


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    with Deployment(tmp_path_factory.mktemp("native")) as running:
        yield Person(running.add_user("carol", "meadow", "member"), running.native_url)


def finish(person: Person, path: str, wanted: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        stack = person.ask("GET", f"{path}?resolve_outputs=False").json()["stack"]
        if stack["stack_status"] == wanted:
            return
        assert stack["stack_status"].endswith("_IN_PROGRESS"), stack
        assert time.monotonic() < deadline, stack
        time.sleep(0.01)


def create(person: Person, name: str, **more: Any) -> requests.Response:
    return person.ask("POST", "/stacks", {"stack_name": name, "template": TEMPLATE, **more})


@pytest.fixture(scope="module")
def stack(person: Person) -> str:
    """The path of a stack that is complete."""
    answer = create(person, "web", tags="a,b", timeout_mins=5)
    path = f"/stacks/web/{answer.json()['stack']['id']}"
    finish(person, path, "CREATE_COMPLETE")
    return path


def test_create_8_1(person: Person) -> None:
    answer = create(person, "made")
    made = answer.json()["stack"]
    assert answer.status_code == 201
    assert made.keys() == {"id", "links"}
    assert UUID.match(made["id"])
    url = f"{person.root}/stacks/made/{made['id']}"
    assert made["links"] == [{"href": url, "rel": "self"}]
    assert answer.headers["Location"] == url
    assert re.match(r"^req-[0-9a-f-]{36}$", answer.headers["x-openstack-request-id"])
    finish(person, f"/stacks/made/{made['id']}", "CREATE_COMPLETE")
    assert person.ask("DELETE", url).status_code == 204


def test_list_8_3(person: Person, stack: str) -> None:
    (item,) = person.ask("GET", "/stacks?name=web").json()["stacks"]
    assert item.keys() == LIST_KEYS
    assert item["tags"] == ["a", "b"]
    assert TIME.match(item["creation_time"])
    assert item["updated_time"] is None
    assert item["stack_owner"] == "carol"


def test_pages_8_3(person: Person, stack: str) -> None:
    page = person.ask("GET", "/stacks?limit=1&show_deleted=True").json()
    (link,) = page["links"]
    assert link["rel"] == "next"
    assert f"marker={page['stacks'][0]['id']}" in link["href"]
    assert "links" not in person.ask("GET", "/stacks?limit=400").json()
    assert person.ask("GET", "/stacks?limit=0").json()["stacks"] == []
    counted = person.ask("GET", "/stacks?with_count=True&limit=1").json()
    assert counted["count"] >= 1


@pytest.mark.parametrize("query", ["limit=x", "limit=-1", "show_deleted=yes", "sort_dir=up"])
def test_wrong_queries_3_and_8_3(person: Person, query: str) -> None:
    assert person.ask("GET", f"/stacks?{query}").status_code == 400


def test_show_8_4(person: Person, stack: str) -> None:
    shown = person.ask("GET", stack).json()["stack"]
    assert shown.keys() == SHOW_KEYS
    assert shown["stack_status"] == "CREATE_COMPLETE"
    assert shown["description"] == shown["template_description"] == TEMPLATE["description"]
    assert shown["parameters"] == {
        "OS::stack_id": stack.rpartition("/")[2],
        "OS::stack_name": "web",
        "OS::project_id": person.account.project_id,
        "secret": "******",
    }
    (output,) = shown["outputs"]
    assert output.keys() == {"output_key", "description", "output_value"}
    assert len(output["output_value"]) == 32
    assert (shown["disable_rollback"], shown["timeout_mins"]) == (True, 5)
    assert (shown["notification_topics"], shown["capabilities"]) == ([], [])
    lean = person.ask("GET", f"{stack}?resolve_outputs=False").json()["stack"]
    assert lean.keys() == SHOW_KEYS - {"outputs"}


def test_lookup_7_1(person: Person, stack: str) -> None:
    url = person.root + stack
    identifier = stack.rpartition("/")[2]
    arn = f"arn:openstack:heat::{person.account.project_id}:stacks/web/{identifier}"
    for short in ("web", identifier, arn):
        found = person.ask("GET", f"/stacks/{short}")
        assert (found.status_code, found.headers["Location"]) == (302, url)
    for sub in ("resources", "events", "template", "environment", "files"):
        found = person.ask("GET", f"/stacks/web/{sub}?limit=3")
        assert (found.status_code, found.headers["Location"]) == (302, f"{url}/{sub}?limit=3")
    missing = person.ask("GET", "/stacks/nothing")
    assert missing.json()["error"]["type"] == "EntityNotFound"
    assert missing.status_code == 404


def test_resources_9(person: Person, stack: str) -> None:
    listed = person.ask("GET", f"{stack}/resources").json()["resources"]
    items = {item["resource_name"]: item for item in listed}
    assert items.keys() == {"word", "after"}
    word = items["word"]
    assert word.keys() == RESOURCE_KEYS
    assert word["required_by"] == ["after"]
    assert {link["rel"]: link["href"] for link in word["links"]} == {
        "self": f"{person.root}{stack}/resources/word",
        "stack": f"{person.root}{stack}",
    }
    shown = person.ask("GET", f"{stack}/resources/word").json()["resource"]
    assert shown.keys() == RESOURCE_KEYS | {"description", "attributes"}
    assert person.ask("GET", f"{stack}/resources/word/metadata").json() == {"metadata": {}}
    assert person.ask("GET", f"{stack}/resources/none").status_code == 404
    assert person.ask("GET", f"{stack}/resources?limit=3").status_code == 400
    none = person.ask("GET", f"{stack}/resources?status=FAILED").json()["resources"]
    assert none == []


def test_events_10(person: Person, stack: str) -> None:
    events = person.ask("GET", f"{stack}/events?sort_dir=asc").json()["events"]
    assert [(event["resource_name"], event["resource_status"]) for event in events] == [
        ("web", "CREATE_IN_PROGRESS"),
        ("word", "CREATE_IN_PROGRESS"),
        ("word", "CREATE_COMPLETE"),
        ("after", "CREATE_IN_PROGRESS"),
        ("after", "CREATE_COMPLETE"),
        ("web", "CREATE_COMPLETE"),
    ]
    first, second = events[:2]
    assert first.keys() == EVENT_KEYS
    assert first["resource_status_reason"] == "Stack CREATE started"
    assert first["physical_resource_id"] == stack.rpartition("/")[2]
    assert TIME.match(first["event_time"])
    newest = person.ask("GET", f"{stack}/events?limit=1").json()["events"]
    assert [event["id"] for event in newest] == [events[-1]["id"]]
    after = person.ask("GET", f"{stack}/events?sort_dir=asc&marker={first['id']}").json()["events"]
    assert [event["id"] for event in after] == [event["id"] for event in events[1:]]
    shown = person.ask("GET", f"{stack}/resources/word/events/{second['id']}").json()["event"]
    assert shown.keys() == EVENT_KEYS | {"resource_type", "resource_properties"}
    assert person.ask("GET", f"{stack}/resources/none/events").status_code == 404


def test_documents_8_11(person: Person, stack: str) -> None:
    assert person.ask("GET", f"{stack}/template").json() == TEMPLATE
    assert person.ask("GET", f"{stack}/files").json() == {}
    environment = person.ask("GET", f"{stack}/environment").json()
    assert {"parameters", "parameter_defaults", "resource_registry"} <= environment.keys()
    outputs = person.ask("GET", f"{stack}/outputs").json()["outputs"]
    assert outputs == [{"output_key": "word", "description": "the word"}]
    output = person.ask("GET", f"{stack}/outputs/word").json()["output"]
    assert output.keys() == {"output_key", "description", "output_value"}
    assert person.ask("GET", f"{stack}/outputs/none").status_code == 404


def test_preview_8_2(person: Person) -> None:
    body = {"stack_name": "maybe", "template": TEMPLATE}
    preview = person.ask("POST", "/stacks/preview", body).json()["stack"]
    assert preview.keys() >= SHOW_KEYS - {"stack_status", "stack_status_reason"}
    assert preview["id"] == "None"
    assert {item["resource_name"] for item in preview["resources"]} == {"word", "after"}
    assert person.ask("GET", "/stacks/maybe").status_code == 404


@pytest.mark.parametrize("body", [{}, {"check": "", "suspend": None}, {"explode": None}, None])
def test_wrong_actions_8_9(person: Person, stack: str, body: Any) -> None:
    assert person.ask("POST", f"{stack}/actions", body).status_code == 400


def test_change_and_end_8_5_to_8_9(person: Person) -> None:
    path = f"/stacks/short/{create(person, 'short').json()['stack']['id']}"
    finish(person, path, "CREATE_COMPLETE")
    done = person.ask("POST", f"{path}/actions", {"suspend": None})
    assert (done.status_code, done.json()) == (200, None)
    finish(person, path, "SUSPEND_COMPLETE")
    refused = person.ask("PUT", path, {"template": TEMPLATE})
    assert (refused.status_code, refused.json()["error"]["type"]) == (400, "NotSupported")
    assert person.ask("POST", f"{path}/actions", {"resume": None}).status_code == 200
    finish(person, path, "RESUME_COMPLETE")
    assert person.ask("PUT", path, {"template": TEMPLATE}).status_code == 202
    finish(person, path, "UPDATE_COMPLETE")
    assert person.ask("PATCH", path, {"timeout_mins": 7}).status_code == 202
    finish(person, path, "UPDATE_COMPLETE")
    assert TIME.match(person.ask("GET", path).json()["stack"]["updated_time"])
    cancelled = person.ask("POST", f"{path}/actions", {"cancel_update": None})
    assert (cancelled.status_code, cancelled.json()["error"]["type"]) == (400, "NotSupported")
    gone = person.ask("DELETE", path)
    assert (gone.status_code, gone.content) == (204, b"")
    finish(person, path, "DELETE_COMPLETE")
    assert "outputs" not in person.ask("GET", path).json()["stack"]
    assert person.ask("DELETE", path).status_code == 404
    assert person.ask("GET", "/stacks/short").status_code == 404
    assert person.ask("GET", f"{path}/outputs").status_code == 404


def test_versions_and_verbs_2(person: Person) -> None:
    root = person.url.removesuffix("/v1")
    for path in ("/", "/versions", "/v2"):
        answer = requests.get(root + path, timeout=30)
        assert answer.status_code == 300
        (version,) = answer.json()["versions"]
        assert (version["id"], version["status"]) == ("v1.0", "CURRENT")
    assert requests.get(f"{root}/healthcheck", timeout=30).status_code == 200
    refused = person.ask("DELETE", "/stacks")
    assert refused.status_code == 405
    options = person.ask("OPTIONS", "/stacks")
    assert options.status_code == 204
    assert set(options.headers["Allow"].split(",")) == {"GET", "POST"}
    assert person.ask("GET", "/stacks/").status_code == 404


def test_errors_14_1(person: Person) -> None:
    document = create(person, "9").json()
    assert document.keys() == {"code", "title", "explanation", "error"}
    # `errors` is ours: each problem of a template by itself, with its place.
    assert document["error"].keys() == {"message", "traceback", "type", "errors"}
    assert (document["code"], document["title"]) == (400, "Bad Request")


def test_build_info_and_validate_13(person: Person) -> None:
    info = person.ask("GET", "/build_info").json()
    assert info.keys() == {"api", "engine"}
    assert info["engine"].keys() == {"revision"}
    described = person.ask("POST", "/validate", {"template": TEMPLATE}).json()
    assert described["Description"] == TEMPLATE["description"]
    assert described["Parameters"]["secret"]["NoEcho"] == "true"
