"""A secret given to a stack comes back from nowhere: no reply, no log, no database.

It goes in as a hidden parameter and from there into properties, metadata, outputs, nested stacks,
deployments and failures; then everything that can be read is read.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.deployment import Deployment, Person
from tests.scenarios.clients.canary import (
    HIDDEN,
    SECRET,
    Stack,
    databases,
    holds,
    spellings,
    template,
    thing,
)
from tests.scenarios.clients.sse import Watch
from tests.scenarios.world import until

REPORTED = {
    "native": {"value": {"get_attr": ["handle", "token"]}},
    "signed": {"value": {"get_attr": ["handle", "signal"]}},
    "data": {"value": {"get_attr": ["wait", "data"]}},
}


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A heat-all that logs all it can and lets stacks be exported."""
    options = {"DEFAULT": {"debug": True, "enable_stack_abandon": True, "enable_stack_adopt": True}}
    with Deployment(tmp_path_factory.mktemp("canary"), options=options) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def carol(chatty: Deployment) -> Person:
    return Person(chatty.add_user("carol", "garden", "member"), chatty.native_url)


@pytest.fixture(scope="module")
def looker(chatty: Deployment) -> Person:
    """Somebody of the same project who may only look."""
    return Person(chatty.add_user("looker", "garden", "reader"), chatty.native_url)


@pytest.fixture
def stack(carol: Person, request: pytest.FixtureRequest) -> Stack:
    name = re.sub(r"\W|_", "-", request.node.name).removeprefix("test-").strip("-")
    return Stack(carol, name, f"canary{secrets.token_hex(12)}")


def test_a_stack_that_works(stack: Stack) -> None:
    stack.send("POST", "/stacks/preview", stack.body(template(), stack_name="preview-of-it"), 200)
    stack.send("POST", "/validate", stack.body(template()), 200)
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    stack.read()
    stack.send("PUT", f"{stack.url}/preview", stack.body(template(more=thing(value=SECRET))), 200)
    stack.send("PUT", stack.url, stack.body(template(more=thing(value=SECRET))), 202)
    stack.reach("UPDATE_COMPLETE")
    stack.read()
    said = f"with {stack.canary}"
    unwell = {"mark_unhealthy": True, "resource_status_reason": said}
    stack.send("PATCH", f"{stack.url}/resources/thing", unwell, 200)
    for item in stack.person.ask("GET", "/software_deployments").json()["software_deployments"]:
        path = f"/software_deployments/{item['id']}"
        found = {"output_values": {"said": said}, "status": "FAILED", "status_reason": said}
        stack.send("PUT", path, found, 200)
    stack.read()
    assert stack.leaks() == []


def test_a_stack_that_fails_and_goes_back(stack: Stack) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    failing = template(more=thing(value=SECRET, fail=True))
    stack.send("PUT", stack.url, stack.body(failing, disable_rollback=False), 202)
    stack.reach("ROLLBACK_COMPLETE")
    stack.read()
    assert stack.leaks() == []


def test_values_that_are_refused(stack: Stack) -> None:
    wrong = template(
        more={"type": "OS::Heat::RandomString", "properties": {"length": SECRET}},
        other={"type": "OS::Heat::Delay", "properties": {"min_wait": SECRET}},
        server={"type": "OS::Nova::Server", "properties": {"image": SECRET, "flavor": SECRET}},
    )
    stack.send("POST", "/stacks", stack.body(wrong, stack_name=stack.name), 400)
    stack.send("POST", "/stacks/preview", stack.body(wrong, stack_name=stack.name), 400)
    stack.send("POST", "/validate", stack.body(wrong), 400)
    strict = {
        **template(),
        "parameters": {"secret": {**HIDDEN["secret"], "constraints": [{"length": {"max": 3}}]}},
    }
    stack.send("POST", "/stacks", stack.body(strict, stack_name=stack.name), 400)
    assert stack.leaks() == []


def test_a_guest_is_told_what_its_server_works_with(stack: Stack) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    path = f"{stack.url}/resources/server/metadata"
    access = stack.person.ask("GET", path).json()["metadata"]["os-collect-config"]["heat"]
    answer = requests.get(
        stack.person.root + path, headers={"X-Auth-Token": access["token"]}, timeout=30
    )
    (deployment,) = answer.json()["metadata"]["deployments"]
    inputs = {item["name"]: item["value"] for item in deployment["inputs"]}
    assert inputs["password"] == stack.canary
    assert stack.canary in deployment["config"]


def test_who_may_only_look_is_not_told_with_what_to_signal(stack: Stack, looker: Person) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    answer = stack.person.ask("GET", f"{stack.url}/outputs/token").json()
    token = answer["output"]["output_value"]
    seen = Stack(looker, stack.name, token)
    seen.url = stack.url
    seen.read()
    assert seen.leaks() == []
    assert seen.told[f"GET {seen.url}/outputs/token"].count("******") == 1


def test_what_is_kept_and_logged(stack: Stack, chatty: Deployment) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    stack.read()
    account = stack.person.account
    for secret in (stack.canary, account.password, account.secret):
        for spelling in spellings(secret):
            assert spelling not in chatty.log("heat-all")
            found = [path.name for path in databases(chatty.state) if holds(path, spelling)]
            assert found == []


def test_snapshots_and_hand_over(stack: Stack) -> None:
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    taken = stack.send("POST", f"{stack.url}/snapshots", {"name": "s"}, 200).json()
    path = f"{stack.url}/snapshots/{taken['id']}"
    until(lambda: stack.person.ask("GET", path).json()["snapshot"]["status"] == "COMPLETE", path)
    stack.read()
    stack.send("PUT", stack.url, stack.body(template(more=thing(value=SECRET))), 202)
    stack.reach("UPDATE_COMPLETE")
    stack.send("POST", f"{path}/restore", None, 202)
    stack.reach("RESTORE_COMPLETE")
    stack.read()
    given_up = stack.send("DELETE", f"{stack.url}/abandon", None, 200).text
    stack.read()
    adopted = stack.body(template(), stack_name=stack.name, adopt_stack_data=given_up)
    answer = stack.send("POST", "/stacks", adopted, 201)
    stack.url = f"/stacks/{stack.name}/{answer.json()['stack']['id']}"
    stack.reach("ADOPT_COMPLETE")
    stack.read()
    assert stack.leaks() == []


def test_while_it_changes_fails_and_goes(stack: Stack, carol: Person) -> None:
    """With streams open, of the project and of the stack."""
    project = Watch(carol, "/events?nested_depth=5")
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    own = Watch(carol, f"{stack.url}/events")
    waiting = {"type": "OS::Heat::WaitCondition"}
    waiting |= {"properties": {"handle": {"get_resource": "handle"}, "timeout": 600}}
    wanted = stack.body(template(more=thing(value=SECRET), wait=waiting))
    stack.send("PATCH", f"{stack.url}/preview?show_nested=True", wanted, 200)
    stack.send("PATCH", stack.url, wanted, 202)
    own.until("more", "CREATE_COMPLETE")
    stack.read()
    failing = stack.body(template(more=thing(value=SECRET, fail=True)))
    stack.send("PUT", stack.url, failing, 202)
    stack.reach("UPDATE_FAILED")
    stack.read()
    stack.send("POST", f"{stack.url}/actions", {"check": None}, 200)
    stack.reach("CHECK_COMPLETE", "CHECK_FAILED")
    stack.read()
    stack.send("DELETE", stack.url, None, 204)
    stack.reach("DELETE_COMPLETE")
    project.until(stack.name, "DELETE_COMPLETE")
    stack.read()
    for watch in (project, own):
        stack.tell("streams", json.dumps([told.document for told in watch.told]))
        watch.leave()
    assert len(stack.told["streams"]) > 1000
    assert stack.leaks() == []


@pytest.mark.parametrize("way", ["native", "signed"])
def test_what_guests_report(stack: Stack, way: str) -> None:
    """A server that fails may well say with what: nobody else is told."""
    transport = "TOKEN_SIGNAL" if way == "native" else "CFN_SIGNAL"
    resources = {
        "handle": {
            "type": "OS::Heat::WaitConditionHandle",
            "properties": {"signal_transport": transport},
        },
        "wait": {
            "type": "OS::Heat::WaitCondition",
            "properties": {"handle": {"get_resource": "handle"}, "timeout": 600, "count": 2},
        },
    }
    stack.create({**template(), "resources": resources, "outputs": REPORTED})

    def told() -> Any:
        shown = stack.person.ask("GET", f"{stack.url}/outputs/{way}").json()
        value = shown["output"]["output_value"]
        return json.loads(value) if value and way == "signed" else value

    where = until(told, "the handle")
    for number, status in enumerate(("SUCCESS", "FAILURE")):
        body = {"status": status, "reason": f"with {stack.canary}", "data": stack.canary}
        body["id"] = str(number)
        if way == "native":
            url = f"{stack.person.root}{stack.url}/resources/handle/signal"
            headers = {"X-Auth-Token": where}
        else:
            url, headers = where["alarm_url"], {"Content-Type": "application/json"}
        answer = requests.post(url, json=body, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        stack.tell(url, answer.text + str(answer.headers))
        bad = requests.post(url, json={**body, "status": stack.canary}, headers=headers, timeout=30)
        stack.tell(url, bad.text + str(bad.headers))
    stack.reach("CREATE_FAILED")
    stack.read()
    shown = stack.person.ask("GET", stack.url).json()["stack"]
    assert "with ******" in shown["stack_status_reason"]
    assert stack.leaks() == []


def test_a_template_of_cloudformation(stack: Stack) -> None:
    wanted = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"secret": {"Type": "String", "NoEcho": "true"}},
        "Resources": {
            "thing": {
                "Type": "OS::Heat::TestResource",
                "Properties": {"value": {"Fn::Join": ["=", ["password", {"Ref": "secret"}]]}},
                "Metadata": {"password": {"Ref": "secret"}},
            }
        },
        "Outputs": {
            "whole": {"Value": {"Ref": "secret"}},
            "made": {"Value": {"Fn::GetAtt": ["thing", "output"]}},
        },
    }
    stack.send("POST", "/stacks/preview", stack.body(wanted, stack_name="preview-of-it"), 200)
    stack.create(wanted)
    stack.reach("CREATE_COMPLETE")
    stack.read()
    made = stack.person.ask("GET", f"{stack.url}/outputs/made").json()["output"]["output_value"]
    assert made == "password=******"
    assert stack.leaks() == []
