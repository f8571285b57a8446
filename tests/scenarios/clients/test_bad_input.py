"""Mistakes and malice over HTTP: a clear answer that names path and cause, and nothing left."""

from __future__ import annotations

import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.deployment import Person
from tests.scenarios.clients.conftest import Traces

SECONDS = 30.0
BOMB = "heat_template_version: 2021-04-16\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


def template(resources: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {"heat_template_version": "2021-04-16", **sections, "resources": resources}


WORD = {"type": "OS::Heat::RandomString"}
GOOD = template({"word": WORD})
REFERS = {"type": "OS::Heat::Value", "properties": {"value": {"get_resource": "a"}}}
WRONG_TYPES = {
    "word": {"type": "OS::Heat::RandomString", "properties": {"length": "many", "sequence": 7}},
    "other": {"type": "OS::Heat::RandomString", "properties": {"lenght": 8}},
    "wait": {"type": "OS::Heat::WaitCondition", "properties": {"timeout": "soon"}},
}
COUNTED = {"count": {"type": "number", "constraints": [{"range": {"min": 1, "max": 5}}]}}

# What is sent, and what the answer must be: status, type of the error, words of its message.
REFUSED: dict[str, tuple[dict[str, Any], int, str, tuple[str, ...]]] = {
    "alias bomb": ({"template": BOMB}, 400, "RequestLimitExceeded", ("expands",)),
    "600 KiB of template": (
        {"template": template({"word": {**WORD, "metadata": {"text": "x" * 600 * 1024}}})},
        400,
        "RequestLimitExceeded",
        ("524288",),
    ),
    "600 KiB of template as text": (
        {"template": "heat_template_version: 2021-04-16\n#" + "x" * 600 * 1024},
        400,
        "RequestLimitExceeded",
        ("524288",),
    ),
    "a body beyond all limits": (
        {"template": "x" * 2**20},
        400,
        "RequestLimitExceeded",
        ("1048576",),
    ),
    "no YAML": ({"template": "a: [1, 2"}, 400, "", ("line",)),
    "not a template": ({"template": {"resources": {}}}, 400, "", ("version",)),
    "unknown type": (
        {"template": template({"house": {"type": "OS::Heat::House"}})},
        400,
        "StackValidationFailed",
        ("resources.house.type", "OS::Heat::House"),
    ),
    "circular dependency": (
        {"template": template({"a": {**REFERS, "depends_on": "b"}, "b": REFERS})},
        400,
        "",
        ("ircular", "a"),
    ),
    "unknown reference": (
        {"template": template({"b": REFERS})},
        400,
        "InvalidTemplateReference",
        ("a", "b"),
    ),
    "missing parameter": (
        {"template": template({"word": WORD}, parameters={"size": {"type": "string"}})},
        400,
        "UserParameterMissing",
        ("size",),
    ),
    "unknown parameter": (
        {"template": GOOD, "parameters": {"colour": "red"}},
        400,
        "UnknownUserParameter",
        ("colour",),
    ),
    "parameter beyond its constraint": (
        {"template": template({"word": WORD}, parameters=COUNTED), "parameters": {"count": 9}},
        400,
        "StackValidationFailed",
        ("count", "9", "1", "5"),
    ),
    "a constraint that makes no sense": (
        {
            "template": template(
                {"word": WORD},
                parameters={"n": {"type": "number", "constraints": [{"range": {"min": "x"}}]}},
            )
        },
        400,
        "",
        ("parameters.n", "'x'"),
    ),
    "wrong properties, all at once": (
        {"template": template(WRONG_TYPES)},
        400,
        "StackValidationFailed",
        (
            "resources.word.properties.length",
            "resources.word.properties.sequence",
            "resources.other.properties: Unknown Property lenght",
            "resources.wait.properties.timeout",
            "resources.wait.properties: Property handle not assigned",
        ),
    ),
    "a name that is none": ({"template": GOOD, "stack_name": "9 lives"}, 400, "", ("9 lives",)),
    "a section that is none": (
        {"template": GOOD, "environment": {"params": {}}},
        400,
        "",
        ("params",),
    ),
    "no template": ({}, 400, "HTTPBadRequest", ("template",)),
}


def error_of(answer: requests.Response) -> dict[str, Any]:
    """The error of a fault document, which never tells more than the user may know."""
    document = answer.json()
    assert document["code"] == answer.status_code
    assert document["error"]["traceback"] is None
    assert "Traceback" not in answer.text
    return dict(document["error"])


def until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not look():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def settle(person: Person, path: str, wanted: str) -> None:
    """Until a stack is ``wanted``."""

    def reached() -> bool:
        stack = person.ask("GET", f"{path}?resolve_outputs=False").json()["stack"]
        status = stack["stack_status"]
        told = f"{status}: {stack['stack_status_reason']}"
        assert status == wanted or status.endswith("_IN_PROGRESS"), told
        return bool(status == wanted)

    until(reached, wanted)


def make(person: Person, name: str, document: dict[str, Any], wanted: str | None) -> str:
    """The path of a new stack."""
    answer = person.ask("POST", "/stacks", {"stack_name": name, "template": document})
    assert answer.status_code == 201, answer.text
    path = f"/stacks/{name}/{answer.json()['stack']['id']}"
    if wanted:
        settle(person, path, wanted)
    return path


@pytest.fixture
def mine(alice: Person, request: pytest.FixtureRequest) -> Iterator[str]:
    """A stack of Alice's with handles that others may signal, while it waits for one."""
    document = template(
        {
            "handle": {"type": "AWS::CloudFormation::WaitConditionHandle"},
            "wait": {
                "type": "AWS::CloudFormation::WaitCondition",
                "properties": {"Handle": {"get_resource": "handle"}, "Timeout": 600, "Count": 2},
            },
            "native": {"type": "OS::Heat::WaitConditionHandle"},
        },
        outputs={
            "url": {"value": {"get_resource": "handle"}},
            "endpoint": {"value": {"get_attr": ["native", "endpoint"]}},
            "token": {"value": {"get_attr": ["native", "token"]}},
        },
    )
    path = make(alice, "mine", document, None)
    until(
        lambda: (
            "wait" in alice.ask("GET", f"{path}/events?resource_status=IN_PROGRESS").text
            and bool(outputs(alice, path)["url"])
        ),
        "the wait condition",
    )
    yield path
    if alice.ask("GET", path).json()["stack"]["stack_status"] != "DELETE_COMPLETE":
        assert alice.ask("DELETE", path).status_code == 204
        settle(alice, path, "DELETE_COMPLETE")


def outputs(person: Person, path: str) -> dict[str, Any]:
    stack = person.ask("GET", path).json()["stack"]
    return {item["output_key"]: item["output_value"] for item in stack["outputs"]}


@pytest.mark.parametrize("name", list(REFUSED))
def test_refused(alice: Person, traces: Traces, name: str) -> None:
    sent, status, kind, words = REFUSED[name]
    before = traces.count()
    answer = alice.ask("POST", "/stacks", {"stack_name": "refused", **sent})
    assert answer.status_code == status, answer.text
    error = error_of(answer)
    if kind:
        assert error["type"] == kind
    for word in words:
        assert word in error["message"], error["message"]
    assert traces.count() == before
    assert alice.ask("GET", "/stacks/refused").status_code == 404


def test_a_refused_update_changes_nothing(alice: Person, traces: Traces) -> None:
    path = make(alice, "kept", GOOD, "CREATE_COMPLETE")
    shown, before = alice.ask("GET", path).json(), traces.count()
    for sent, status, _kind, _words in list(REFUSED.values())[:14]:
        refused = alice.ask("PUT", path, sent)
        assert refused.status_code == status, refused.text
    assert traces.count() == before
    assert alice.ask("GET", path).json() == shown
    assert alice.ask("DELETE", path).status_code == 204
    settle(alice, path, "DELETE_COMPLETE")


def test_twenty_at_once_with_one_name(alice: Person) -> None:
    answers: list[requests.Response] = []
    gate = threading.Barrier(20)

    def create() -> None:
        gate.wait(SECONDS)
        answers.append(alice.ask("POST", "/stacks", {"stack_name": "only", "template": GOOD}))

    threads = [threading.Thread(target=create) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {error_of(answer)["type"] for answer in refused} == {"StackExists"}
    listed = alice.ask("GET", "/stacks?name=only").json()["stacks"]
    assert len(listed) == 1
    path = f"/stacks/only/{listed[0]['id']}"
    settle(alice, path, "CREATE_COMPLETE")
    assert alice.ask("DELETE", path).status_code == 204
    settle(alice, path, "DELETE_COMPLETE")


def test_a_taken_name(alice: Person, mine: str, traces: Traces) -> None:
    before = traces.count()
    answer = alice.ask("POST", "/stacks", {"stack_name": "mine", "template": GOOD})
    assert (answer.status_code, error_of(answer)["type"]) == (409, "StackExists")
    assert "mine" in error_of(answer)["message"]
    assert traces.count() == before


def test_somebody_elses_stack(alice: Person, bob: Person, mine: str, traces: Traces) -> None:
    before = traces.count()
    identifier = mine.rpartition("/")[2]
    for method, path, body in (
        ("GET", mine, None),
        ("GET", "/stacks/mine", None),
        ("GET", f"/stacks/{identifier}", None),
        ("GET", f"{mine}/resources", None),
        ("GET", f"{mine}/events", None),
        ("GET", f"{mine}/template", None),
        ("GET", f"{mine}/outputs", None),
        ("PUT", mine, {"template": GOOD}),
        ("PATCH", mine, {"template": GOOD}),
        ("POST", f"{mine}/actions", {"suspend": None}),
        ("POST", f"{mine}/resources/native/signal", {}),
        ("DELETE", mine, None),
    ):
        answer = bob.ask(method, path, body)
        assert answer.status_code == 404, f"{method} {path}: {answer.text}"
    # With the project of the stack in the path it is the project that is refused.
    assert bob.ask("GET", f"{alice.root}{mine}").status_code == 403
    assert traces.count() == before
    assert alice.ask("GET", mine).json()["stack"]["stack_status"] == "CREATE_IN_PROGRESS"


def test_signals_with_a_changed_url(alice: Person, mine: str, traces: Traces) -> None:
    url = outputs(alice, mine)["url"]
    place, _, query = url.partition("?")
    fields = dict(urllib.parse.parse_qsl(query))
    signature = ("B" if fields["Signature"][0] == "A" else "A") + fields["Signature"][1:]
    changed = [
        f"{place}?{urllib.parse.urlencode({**fields, 'Signature': signature})}",
        f"{place.replace('/handle', '/native')}?{query}",
        f"{place}?{query}&Extra=1",
        f"{place}?{urllib.parse.urlencode({**fields, 'AWSAccessKeyId': 'f' * 32})}",
        place,
    ]
    before = traces.count()
    body = {"Status": "SUCCESS", "UniqueId": "a", "Reason": "", "Data": ""}
    for wrong in changed:
        answer = requests.put(wrong, json=body, timeout=30)
        assert answer.status_code in ((400, 403) if wrong == place else (403,)), answer.text
        assert "<Code>" in answer.text
    assert traces.count() == before
    assert requests.put(url, json=body, timeout=30).status_code == 200
    assert alice.ask("GET", mine).json()["stack"]["stack_status"] == "CREATE_IN_PROGRESS"


def test_guests_reach_their_own_resource_only(alice: Person, mine: str) -> None:
    found = outputs(alice, mine)
    headers = {"X-Auth-Token": found["token"]}
    elsewhere = found["endpoint"].replace("/native/", "/handle/")
    assert requests.post(elsewhere, json={}, headers=headers, timeout=30).status_code == 403
    for path in ("/stacks", mine, f"{mine}/resources", f"{mine}/events", f"{mine}/template"):
        answer = requests.get(f"{alice.root}{path}", headers=headers, timeout=30)
        assert answer.status_code == 403, f"{path}: {answer.text}"
    assert requests.post(found["endpoint"], json={}, headers=headers, timeout=30).ok


def test_signals_after_delete(alice: Person, mine: str, traces: Traces) -> None:
    found = outputs(alice, mine)
    assert alice.ask("DELETE", mine).status_code == 204
    settle(alice, mine, "DELETE_COMPLETE")
    before = traces.count()
    body = {"Status": "SUCCESS", "UniqueId": "a", "Reason": "", "Data": ""}
    assert requests.put(found["url"], json=body, timeout=30).status_code == 403
    headers = {"X-Auth-Token": found["token"]}
    late = requests.post(found["endpoint"], json={}, headers=headers, timeout=30)
    # An API may remember for some seconds who the guest was; the engine does not.
    assert late.status_code in (401, 404)
    assert alice.ask("POST", f"{mine}/resources/native/signal", {}).status_code == 404
    assert traces.count() == before


def test_nothing_but_rows_that_are_kept_remains(alice: Person, mine: str, traces: Traces) -> None:
    """After a stack's end neither guests, signals nor steps are left of it."""
    assert alice.ask("DELETE", mine).status_code == 204
    settle(alice, mine, "DELETE_COMPLETE")
    left = {name.rpartition(" ")[2]: rows for name, rows in traces.count().items()}
    assert (left["guest"], left["signal"]) == (0, 0)


def test_a_server_whose_own_program_fails(alice: Person, traces: Traces) -> None:
    """The reason is what the console said last; after delete the cloud is as it was."""
    before = traces.of_cloud()
    assert before
    document = template(
        {
            "net": {"type": "OS::Neutron::Net"},
            "subnet": {
                "type": "OS::Neutron::Subnet",
                "properties": {"network": {"get_resource": "net"}, "cidr": "10.77.0.0/24"},
            },
            "server": {
                "type": "OS::Nova::Server",
                "depends_on": "subnet",
                "properties": {
                    "image": "local",
                    "flavor": "m1.tiny",
                    "networks": [{"network": {"get_resource": "net"}}],
                    "user_data_format": "RAW",
                    "user_data": "#!/bin/sh\necho the disk of dreams is full\nexit 1\n",
                },
            },
            "handle": {"type": "OS::Heat::WaitConditionHandle"},
            "wait": {
                "type": "OS::Heat::WaitCondition",
                "depends_on": "server",
                "properties": {"handle": {"get_resource": "handle"}, "timeout": 120},
            },
        }
    )
    path = make(alice, "broken", document, None)
    settle(alice, path, "CREATE_FAILED")
    reason = alice.ask("GET", path).json()["stack"]["stack_status_reason"]
    assert "server" in reason
    assert "the disk of dreams is full" in reason
    assert alice.ask("DELETE", path).status_code == 204
    settle(alice, path, "DELETE_COMPLETE")
    assert traces.of_cloud() == before


def test_without_or_with_wrong_credentials(alice: Person) -> None:
    for headers in (
        {},
        {"X-Auth-User": "alice", "X-Auth-Key": "wrong"},
        {"X-Auth-User": "nobody", "X-Auth-Key": "x"},
        {"X-Auth-Token": "0" * 32},
        {"Authorization": "Basic !!"},
    ):
        answer = requests.get(f"{alice.root}/stacks", headers=headers, timeout=30)
        assert answer.status_code == 401
        assert "www-authenticate" in answer.headers
