"""Every action of the APIs, asked by everybody who might ask: the status is the right one."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.deployment import Deployment, Person
from tests.scenarios.clients import access
from tests.scenarios.clients.access import CHANGE, GUEST, OPENS, TEMPLATE, Place

SECONDS = 30.0
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Stack:
    """A complete stack with two handles, and the names that paths need."""

    owner: Person
    names: dict[str, str]
    tokens: dict[str, str]

    @property
    def path(self) -> str:
        return f"/stacks/{self.names['stack_name']}/{self.names['stack_id']}"


def made(owner: Person) -> Stack:
    """A new stack of the owner's."""
    name = f"s{next(_numbers)}"
    body = {"stack_name": name, "template": TEMPLATE}
    answer = owner.ask("POST", "/stacks", body)
    assert answer.status_code == 201, answer.text
    stack_id = answer.json()["stack"]["id"]
    path = f"/stacks/{name}/{stack_id}"
    deadline = time.monotonic() + SECONDS
    while True:
        shown = owner.ask("GET", path).json()["stack"]
        if shown["stack_status"] == "CREATE_COMPLETE":
            break
        assert time.monotonic() < deadline, shown
        time.sleep(0.01)
    tokens = {item["output_key"]: item["output_value"] for item in shown["outputs"]}
    events = owner.ask("GET", f"{path}/resources/handle/events").json()["events"]
    wanted = {"server_id": "s", "config_id": config(owner)}
    deployment = owner.ask("POST", "/software_deployments", wanted).json()
    project = owner.account.project_id
    names = {
        "stack_name": name,
        "stack_id": stack_id,
        "arn": f"arn:openstack:heat::{project}:stacks/{name}/{stack_id}",
        "resource_name": "handle",
        "event_id": events[0]["id"],
        "output_key": "handle",
        "snapshot_id": snapshot(owner, path),
        "config_id": config(owner),
        "deployment_id": deployment["software_deployment"]["id"],
        "server_id": "s",
        "type_name": "OS::Heat::None",
        "template_version": "heat_template_version.2021-04-16",
        "fresh": f"f{next(_numbers)}",
        "unused": f"u{next(_numbers)}",
    }
    return Stack(owner, names, tokens)


def config(owner: Person) -> str:
    """A software config that nothing uses yet."""
    body = {"name": "c", "group": "script", "config": "true"}
    return str(owner.ask("POST", "/software_configs", body).json()["software_config"]["id"])


def snapshot(owner: Person, path: str) -> str:
    """A snapshot that is complete."""
    wanted = owner.ask("POST", f"{path}/snapshots", {}).json()["id"]
    deadline = time.monotonic() + SECONDS
    while True:
        shown = owner.ask("GET", f"{path}/snapshots/{wanted}").json()["snapshot"]
        if shown["status"] == "COMPLETE":
            return str(wanted)
        assert time.monotonic() < deadline, shown
        time.sleep(0.01)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    limits = {"DEFAULT": {"max_stacks_per_tenant": -1, "enable_stack_abandon": True}}
    with Deployment(tmp_path_factory.mktemp("access"), options=limits) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def owner(guarded: Deployment) -> Person:
    return Person(guarded.add_user("owner", "garden", "member"), guarded.native_url)


@pytest.fixture(scope="module")
def stranger(guarded: Deployment) -> Person:
    return Person(guarded.add_user("stranger", "harbour", "member"), guarded.native_url)


@pytest.fixture(scope="module")
def stack(owner: Person) -> Stack:
    return made(owner)


class Guest(Person):
    """Who comes with the token of a resource instead of a password."""

    token: str

    def ask(self, method: str, path: str, document: object = None) -> requests.Response:
        return requests.request(
            method,
            self.root + path,
            json=document,
            headers={"X-Auth-Token": self.token},
            allow_redirects=False,
            timeout=30,
        )


def guest(owner: Person, token: str) -> Guest:
    made_guest = Guest(owner.account, owner.url)
    object.__setattr__(made_guest, "token", token)
    return made_guest


def wrong(who: Person, place: Place, expected: set[int]) -> list[str]:
    """What is wrong with the answer to one request."""
    answer = who.ask(place.route.method, place.path, place.body)
    if answer.status_code in expected:
        return []
    said = f"{place.route.method} {place.path} ({place.rule}): {answer.status_code}"
    return [f"{said} instead of {sorted(expected)}: {answer.text[:200]}"]


@pytest.mark.parametrize("role", sorted(OPENS))
def test_roles_of_the_project(guarded: Deployment, owner: Person, stack: Stack, role: str) -> None:
    who = Person(guarded.add_user(f"a-{role}", "garden", role), guarded.native_url)
    found: list[str] = []
    stack = Stack(owner, {**stack.names, "fresh": f"f-{role}"}, stack.tokens)
    for number, place in enumerate(access.places(stack.names)):
        allowed = place.needs in OPENS[role]
        # A change must not meet the one before it still under way.
        used = made(owner) if allowed and place.needs == CHANGE and place.named else stack
        mine = access.places(used.names)[number]
        found.extend(wrong(who, mine, mine.answers if allowed else {403}))
    assert found == []


def test_nobody(guarded: Deployment, stack: Stack) -> None:
    for name, headers in {
        "no credentials": {},
        "a wrong token": {"X-Auth-Token": uuid.uuid4().hex},
        "claims": {"X-User-Id": "u", "X-Project-Id": "garden", "X-Roles": "admin"},
    }.items():
        for place in access.places(stack.names):
            answer = requests.request(
                place.route.method,
                stack.owner.root + place.path,
                json=place.body,
                headers=headers,
                allow_redirects=False,
                timeout=30,
            )
            assert answer.status_code == 401, (name, place, answer.text)
            assert "WWW-Authenticate" in answer.headers


def test_a_wrong_password(stack: Stack) -> None:
    """In one place: a password's hash takes long, on purpose, and the filter knows no routes."""
    headers = {"X-Auth-User": "owner", "X-Auth-Key": "guess"}
    answer = requests.get(f"{stack.owner.root}/stacks", headers=headers, timeout=30)
    assert answer.status_code == 401


def test_another_project_finds_nothing(stack: Stack, stranger: Person) -> None:
    """Stacks, configs and deployments of others do not exist."""
    found: list[str] = []
    for place in access.places(stack.names):
        if place.needs not in OPENS["member"]:
            expected = {403}
        elif "arn" in place.route.path:
            expected = {302}
        elif (
            place.of_stack
            or place.named
            or (place.route.path == "/software_deployments" and place.body)
        ):
            expected = {404}
        else:
            expected = place.answers
        found.extend(wrong(stranger, place, expected))
    assert found == []


def test_another_project_in_the_path(stack: Stack, stranger: Person) -> None:
    found: list[str] = []
    for place in access.places(stack.names):
        url = f"{stack.owner.root}{place.path}"
        answer = stranger.ask(place.route.method, url, place.body)
        if answer.status_code != 403:
            found.append(f"{place}: {answer.status_code}")
    assert found == []


def test_guests(stack: Stack, owner: Person) -> None:
    """Their own resource's metadata and signal, the way to their own stack, and nothing else."""
    elsewhere = made(owner)
    guests = {
        "own": guest(owner, stack.tokens["handle"]),
        "other resource": guest(owner, stack.tokens["other"]),
        "other stack": guest(owner, elsewhere.tokens["handle"]),
    }
    found: list[str] = []
    for (name, who), place in itertools.product(guests.items(), access.places(stack.names)):
        expected = {403}
        if place.rule == "stacks:lookup" and name != "other stack":
            expected = {302}
        elif place.rule == "stacks:lookup":
            expected = {403, 404}
        elif place.needs == GUEST and name == "own" and place.of_stack:
            expected = {200}
        elif place.needs == GUEST and place.of_stack:
            expected = {403, 404}
        found.extend(f"{name}: {text}" for text in wrong(who, place, expected))
    assert found == []


def test_a_guest_goes_with_its_stack(owner: Person) -> None:
    gone = made(owner)
    who = guest(owner, gone.tokens["handle"])
    path = f"{gone.path}/resources/handle/metadata"
    assert who.ask("GET", path).status_code == 200
    assert owner.ask("DELETE", gone.path).status_code == 204
    deadline = time.monotonic() + SECONDS
    while owner.ask("GET", f"/stacks/{gone.names['stack_name']}").status_code != 404:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert who.ask("GET", path).status_code in (401, 403, 404)
