"""With a Keystone: what a stack acts with for its maker, and its guests with, stays where it is."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from keystoneauth1 import session
from keystoneauth1.identity import v3

from tests.deployment import Deployment
from tests.keystone.service import Keystone
from tests.scenarios.clients.canary import (
    SECRET,
    Stack,
    databases,
    holds,
    spellings,
    template,
    thing,
)


@dataclass(frozen=True, slots=True)
class Maker:
    """Somebody of Keystone's with a password that nobody else has."""

    root: str
    user_id: str
    token: str
    password: str
    headers: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, document: Any = None) -> requests.Response:
        return requests.request(
            method,
            path if path.startswith("http") else self.root + path,
            json=document,
            headers={"X-Auth-Token": self.token, **self.headers},
            allow_redirects=False,
            timeout=30,
        )


@pytest.fixture(params=["keystone-trusts", "keystone-password"])
def chatty(
    request: pytest.FixtureRequest, tmp_path: Path, keystone: Keystone
) -> Iterator[Deployment]:
    """A heat-all that logs all it can, with guests in a domain."""
    options = {**keystone.options(), "paste_deploy": {"flavor": "keystone"}}
    options["cloud"] = {"backend": "openstack"}
    options["DEFAULT"] = {
        "debug": True,
        "enable_stack_abandon": True,
        "deferred_auth_method": request.param.removeprefix("keystone-"),
        **keystone.guests_domain(),
    }
    with Deployment(tmp_path, options=options) as deployment:
        yield deployment


@pytest.fixture
def maker(chatty: Deployment, keystone: Keystone) -> Maker:
    project = keystone.settle()
    name, password = f"mona-{project}", f"pass{secrets.token_hex(12)}"
    user = keystone.make("user", name=name, password=password, domain_id="default")
    role, project_id = keystone.id_of("roles", "member"), keystone.project_id(project)
    place = f"projects/{project_id}/users/{user['id']}/roles/{role}"
    keystone.ask("PUT", place).raise_for_status()
    plugin = v3.Password(keystone.v3, user_id=user["id"], password=password, project_id=project_id)
    token = str(session.Session(auth=plugin).get_token())
    root = f"{chatty.native_url}/{project_id}"
    return Maker(root, user["id"], token, password, {"X-Auth-User": name, "X-Auth-Key": password})


def of_guests(keystone: Keystone, stack: Stack) -> list[str]:
    """The secret keys of the guests in the stack's project, which are their passwords too."""
    place = stack.person.ask("GET", stack.url).json()["stack"]["stack_user_project_id"]
    pairs = keystone.list("credentials", type="ec2")
    return [json.loads(item["blob"])["secret"] for item in pairs if item["project_id"] == place]


def test_nothing_tells(
    chatty: Deployment, maker: Maker, keystone: Keystone, request: pytest.FixtureRequest
) -> None:
    stack = Stack(maker, "canary", f"canary{secrets.token_hex(12)}")
    stack.create(template())
    stack.reach("CREATE_COMPLETE")
    stack.read()
    failing = stack.body(template(more=thing(value=SECRET, fail=True)), disable_rollback=False)
    stack.send("PUT", stack.url, failing, 202)
    stack.reach("ROLLBACK_COMPLETE")
    stack.read()
    trusts = keystone.list("OS-TRUST/trusts", trustor_user_id=maker.user_id)
    assert len(trusts) == (request.node.callspec.params["chatty"] == "keystone-trusts")
    held = [maker.token, maker.password, *(item["id"] for item in trusts)]
    guests = of_guests(keystone, stack)
    assert len(guests) == 3  # the server's, its deployment's and the handle's
    for secret in (stack.canary, *held):
        assert [place for place, text in stack.told.items() if secret in text] == []
    for secret in (stack.canary, *held, *guests):
        for spelling in spellings(secret):
            assert spelling not in chatty.log("heat-all")
            assert [path.name for path in databases(chatty.state) if holds(path, spelling)] == []
    stack.send("DELETE", f"{stack.url}/abandon", None, 200)
