from __future__ import annotations

import pytest

from common import errors
from tests.api.conftest import Client
from tests.api.double import IDENTITY, STACK_ID, ScriptedEngine

CANONICAL = f"http://localhost/v1/p1/stacks/web/{STACK_ID}"


@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_verb_is_redirected_by_name(api: Client, engine: ScriptedEngine, verb: str) -> None:
    answer = api(verb, "/v1/p1/stacks/web")
    assert (answer.status_int, answer.headers["Location"]) == (302, CANONICAL)
    assert engine.asked("identify_stack") == [{"stack_name": "web"}]


@pytest.mark.parametrize(
    ("verb", "path", "location"),
    [
        ("GET", "/resources?nested_depth=2", "/resources?nested_depth=2"),
        ("GET", "/events?sort_dir=asc&marker=a%26b", "/events?sort_dir=asc&marker=a%26b"),
        ("GET", "/template", "/template"),
        ("GET", "/environment", "/environment"),
        ("GET", "/files", "/files"),
        ("POST", "/actions", "/actions"),
    ],
)
def test_parts_of_a_stack_are_redirected_too(
    api: Client, verb: str, path: str, location: str
) -> None:
    answer = api(verb, f"/v1/p1/stacks/web{path}")
    assert (answer.status_int, answer.headers["Location"]) == (302, CANONICAL + location)


def test_outputs_without_an_id_are_a_stack_id_to_us(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["show_stack"] = errors.EntityNotFound(entity="Stack", name="web")
    assert api("GET", "/v1/p1/stacks/web/outputs").status_int == 404
    assert engine.asked("show_stack")[0]["stack_identity"]["stack_id"] == "outputs"


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:openstack:heat::p9:stacks/web/{STACK_ID}",
        f"arn%3Aopenstack%3Aheat%3A%3Ap9%3Astacks%2Fweb%2F{STACK_ID}",
    ],
)
def test_an_arn_is_parsed_here(api: Client, engine: ScriptedEngine, arn: str) -> None:
    answer = api("GET", f"/v1/p1/stacks/{arn}?x=1")
    assert answer.headers["Location"] == f"http://localhost/v1/p9/stacks/web/{STACK_ID}?x=1"
    assert not engine.asked("identify_stack")


@pytest.mark.parametrize("arn", ["arn:aws:s3:::bucket", "arn:openstack:nova::p:stacks/a/b"])
def test_a_foreign_arn_is_refused(api: Client, arn: str) -> None:
    answer = api("GET", f"/v1/p1/stacks/{arn}")
    assert answer.status_int == 400
    assert arn in answer.json["error"]["message"]


def test_the_project_of_the_location_is_the_owners(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["identify_stack"] = {**IDENTITY, "tenant": "p 2", "stack_name": "näme"}
    location = api("GET", "/v1/p1/stacks/x").headers["Location"]
    assert location == f"http://localhost/v1/p%202/stacks/n%C3%A4me/{STACK_ID}"


def test_an_unknown_stack(api: Client, engine: ScriptedEngine) -> None:
    engine.answers["identify_stack"] = errors.EntityNotFound(entity="Stack", name="nope")
    answer = api("GET", "/v1/p1/stacks/nope")
    assert answer.json == {
        "code": 404,
        "title": "Not Found",
        "explanation": "The resource could not be found.",
        "error": {
            "type": "EntityNotFound",
            "traceback": None,
            "message": "The Stack (nope) could not be found.",
        },
    }


@pytest.mark.parametrize("name", ["preview", "detail"])
def test_other_verbs_of_taken_names_are_lookups(api: Client, name: str) -> None:
    assert api("DELETE", f"/v1/p1/stacks/{name}").status_int == 302
