"""Two installations where everybody might ask: one with users of its own, one with a Keystone's."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from keystoneauth1 import session
from keystoneauth1.identity import v3

from common.aws import signature
from tests.api.keystone_conf import FORGED
from tests.deployment import Deployment
from tests.keystone.service import Keystone
from tests.scenarios.clients.access import GUARDED, TEMPLATE, Callback, Who
from tests.scenarios.world import until

OPTIONS = {"max_stacks_per_tenant": -1, "enable_stack_abandon": True}
LONG_AGO = "2026-01-02T03:04:05Z"
SERVER = "s"
_numbers = itertools.count()


@dataclass(slots=True)
class Asker:
    """Somebody with credentials. root: the native API with the project that is asked for.

    pair: access and secret key. timestamp: of what is signed with them.
    """

    root: str
    headers: Mapping[str, str] = field(default_factory=dict)
    pair: tuple[str, str] | None = None
    timestamp: str | None = None
    http: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """An answer, redirects not followed; ``path`` begins after the project."""
        return self.http.request(
            method,
            self.root + path,
            json=body,
            headers={**self.headers, **headers},
            allow_redirects=False,
            stream="Accept" in headers,  # an answer without an end
            timeout=30,
        )

    def call(self, url: str, callback: Callback, arn: str) -> requests.Response:
        """An answer of an AWS API, to a request with a signature if there is a key pair."""
        path, query = callback.path.replace("{arn}", quote(arn)), ""
        if self.pair is not None and "?" not in path:
            params = {"AWSAccessKeyId": self.pair[0], "SignatureMethod": "HmacSHA256"}
            params |= {"SignatureVersion": "2"}
            params |= {"Timestamp": self.timestamp} if self.timestamp else {}
            signed = callback.path.replace("{arn}", arn)
            host = url.partition("//")[2]
            mark = signature.sign_v2(self.pair[1], callback.method, host, signed, params)
            query = f"?{signature.canonical_query({**params, 'Signature': mark})}"
        headers = {"Content-Type": "application/json", **self.headers}
        return self.http.request(
            callback.method, f"{url}{path}{query}", data=b"{}", headers=headers, timeout=30
        )


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack, and the names that paths need."""

    names: dict[str, str]
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/stacks/{self.names['stack_name']}/{self.names['stack_id']}"


def made(owner: Asker, template: Mapping[str, Any] = TEMPLATE) -> Stack:
    """A new stack of the owner's, complete."""
    name = f"s{next(_numbers)}"
    answer = owner.ask("POST", "/stacks", {"stack_name": name, "template": template})
    assert answer.status_code == 201, answer.text
    stack_id = answer.json()["stack"]["id"]
    path = f"/stacks/{name}/{stack_id}"

    def complete() -> Any:
        shown = owner.ask("GET", path).json()["stack"]
        return shown if shown["stack_status"] == "CREATE_COMPLETE" else None

    shown = until(complete, f"{name} to be complete", 60)
    project = owner.root.rpartition("/")[2]
    names = {
        "stack_name": name,
        "stack_id": stack_id,
        "arn": f"arn:openstack:heat::{project}:stacks/{name}/{stack_id}",
        "resource_name": "handle",
        "output_key": "handle",
        "server_id": SERVER,
        "type_name": "OS::Heat::None",
        "template_version": "heat_template_version.2021-04-16",
    }
    outputs = {item["output_key"]: item["output_value"] for item in shown["outputs"]}
    return Stack(names, outputs)


def completed(owner: Asker, stack: Stack, text: str) -> dict[str, str]:
    """The names that this text asks for: the stack's, and those of things made now."""
    names = {**stack.names, "fresh": f"f{next(_numbers)}", "unused": f"u{next(_numbers)}"}
    if "{event_id}" in text:
        events = owner.ask("GET", f"{stack.path}/resources/handle/events").json()["events"]
        names["event_id"] = events[0]["id"]
    if "{snapshot_id}" in text:
        names["snapshot_id"] = _snapshot(owner, stack)
    if "{config_id}" in text or "{deployment_id}" in text:
        body: dict[str, Any] = {"name": "c", "group": "script", "config": "true"}
        config = owner.ask("POST", "/software_configs", body).json()["software_config"]
        names["config_id"] = config["id"]
    if "{deployment_id}" in text:
        body = {"server_id": SERVER, "config_id": names["config_id"]}
        deployment = owner.ask("POST", "/software_deployments", body).json()
        names["deployment_id"] = deployment["software_deployment"]["id"]
    return names


def _snapshot(owner: Asker, stack: Stack) -> str:
    snapshot_id = owner.ask("POST", f"{stack.path}/snapshots", {}).json()["id"]
    path = f"{stack.path}/snapshots/{snapshot_id}"

    def complete() -> bool:
        return bool(owner.ask("GET", path).json()["snapshot"]["status"] == "COMPLETE")

    until(complete, "the snapshot", 30)
    return str(snapshot_id)


class Guarded:
    """An installation with a stack in it, and everybody who might ask.

    ``askers``: some for each of ``Who``. ``owner``: who made the stack.
    """

    owner: Asker
    people: Mapping[Who, Asker]

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment

    def fill(self) -> None:
        """Make the stacks, and one that is gone again."""
        owner = self.owner
        self.stack = made(owner, GUARDED)
        elsewhere, gone = made(owner, GUARDED), made(owner, GUARDED)
        expired = [*self.expired(), *self.leavers(gone)]
        assert owner.ask("DELETE", gone.path).status_code == 204
        name = gone.names["stack_name"]
        until(lambda: owner.ask("GET", f"/stacks/{name}").status_code == 404, "its end", 30)
        stranger, key = self.people[Who.STRANGER], ("0" * 32, "guess")
        self.askers: dict[Who, Sequence[Asker]] = {
            Who.NOBODY: [Asker(owner.root)],
            Who.LIAR: [Asker(owner.root, FORGED)],
            Who.GUESSER: [Asker(owner.root, {"X-Auth-Token": "guest.guess"}, key)],
            Who.EXPIRED: expired,
            Who.INTRUDER: [Asker(owner.root, stranger.headers, stranger.pair)],
            Who.GUEST: [self.guest(self.stack, "handle")],
            Who.NEIGHBOUR: [self.guest(self.stack, "other"), self.bearer(self.stack)],
            Who.VISITOR: [self.guest(elsewhere, "handle")],
            **{who: [asker] for who, asker in self.people.items()},
        }

    def leavers(self, gone: Stack) -> list[Asker]:
        """Guests of a stack that is about to be deleted."""
        told = json.loads(gone.outputs["handle"])
        pair = (told["username"], told["password"])
        return [Asker(self.owner.root, self.bearer(gone).headers, pair)]

    def bearer(self, stack: Stack) -> Asker:
        """The guest with a token of the engine's."""
        return Asker(self.owner.root, {"X-Auth-Token": stack.outputs["third"]})

    def guest(self, stack: Stack, name: str) -> Asker:
        told = json.loads(stack.outputs[name])
        headers = self.introduced(told)
        return Asker(self.owner.root, headers, (told["username"], told["password"]))

    def introduced(self, told: Mapping[str, str]) -> Mapping[str, str]:
        """What a guest authenticates with, from what its server is told."""
        raise NotImplementedError

    def expired(self) -> list[Asker]:
        """People whose credentials are good no more."""
        raise NotImplementedError


class Embedded(Guarded):
    """heat-all with users of its own."""

    ROLES = {Who.READER: "reader", Who.MEMBER: "member", Who.ADMIN: "admin"}

    def __init__(self, directory: Path) -> None:
        super().__init__(Deployment(directory, options={"DEFAULT": OPTIONS}))

    def settle(self) -> None:
        self.people = {
            **{who: self._person(role, "garden", role) for who, role in self.ROLES.items()},
            Who.STRANGER: self._person("stranger", "harbour", "member"),
        }
        self.owner = self.people[Who.MEMBER]

    def _person(self, name: str, project: str, role: str) -> Asker:
        account = self.deployment.add_user(name, project, role)
        headers = {"X-Auth-User": name, "X-Auth-Key": account.password}
        root = f"{self.deployment.native_url}/{account.project_id}"
        return Asker(root, headers, (account.access, account.secret))

    def introduced(self, told: Mapping[str, str]) -> Mapping[str, str]:
        return {"X-Auth-User": told["user_id"], "X-Auth-Key": told["password"]}

    def expired(self) -> list[Asker]:
        return []


class WithKeystone(Guarded):
    """heat-all whose users and guests are Keystone's, the guests in a domain of its own."""

    def __init__(self, directory: Path, keystone: Keystone) -> None:
        options = {**keystone.options(), "paste_deploy": {"flavor": "keystone"}}
        options["DEFAULT"] = {**OPTIONS, **keystone.guests_domain()}
        super().__init__(Deployment(directory, options=options))
        self._keystone = keystone

    def settle(self) -> None:
        keystone = self._keystone
        self._garden = keystone.settle(reader="reader", member="member", admin="admin")
        harbour = keystone.settle(stranger="member")
        self.people = {
            **{who: self._person(str(who), self._garden) for who in Embedded.ROLES},
            Who.STRANGER: self._person("stranger", harbour),
        }
        self.owner = self.people[Who.MEMBER]

    def _person(self, name: str, project: str) -> Asker:
        user = f"{name}-{project}"
        opened = self._keystone.session(user, project)
        root = f"{self.deployment.native_url}/{opened.get_project_id()}"
        return Asker(root, {"X-Auth-Token": str(opened.get_token())}, self._pair(opened))

    def _pair(self, opened: session.Session) -> tuple[str, str]:
        """A key pair that an administrator makes: who may only look may make none."""
        access, secret = uuid.uuid4().hex, uuid.uuid4().hex
        self._keystone.make(
            "credential",
            type="ec2",
            blob=json.dumps({"access": access, "secret": secret}),
            user_id=opened.get_user_id(),
            project_id=opened.get_project_id(),
        )
        return access, secret

    def introduced(self, told: Mapping[str, str]) -> Mapping[str, str]:
        plugin = v3.Password(
            self._keystone.v3,
            user_id=told["user_id"],
            password=told["password"],
            project_id=told["project_id"],
        )
        return {"X-Auth-Token": str(session.Session(auth=plugin).get_token())}

    def leavers(self, gone: Stack) -> list[Asker]:
        return [*super().leavers(gone), self.guest(gone, "handle")]

    def expired(self) -> list[Asker]:
        """A token that has run out with a pair that was deleted, a revoked token, an old signature.

        The token of a trust lives no longer than the trust.
        """
        keystone, root = self._keystone, self.owner.root
        user = f"member-{self._garden}"
        member, hearth = keystone.session(user, self._garden), keystone.session("hearth", "service")
        end = datetime.now(UTC) + timedelta(seconds=2)
        trust = {
            "trustor_user_id": member.get_user_id(),
            "trustee_user_id": hearth.get_user_id(),
            "project_id": member.get_project_id(),
            "impersonation": True,
            "roles": [{"name": "member"}],
            "expires_at": end.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        made = member.post(f"{keystone.v3}/OS-TRUST/trusts", json={"trust": trust})
        short = keystone.token("hearth", trust_id=made.json()["trust"]["id"])
        revoked = keystone.token(user, self._garden)
        keystone.revoke(revoked)
        pair = self._pair(member)
        named = hashlib.sha256(pair[0].encode()).hexdigest()
        keystone.ask("DELETE", f"credentials/{named}").raise_for_status()
        until(lambda: datetime.now(UTC) > end, "the trust to expire")
        return [
            Asker(root, {"X-Auth-Token": short}, pair),
            Asker(root, {"X-Auth-Token": revoked}, self.owner.pair, LONG_AGO),
            # The AWS APIs take a token from who names a user and signs nothing.
            Asker(root, {"X-Auth-Token": short, "X-Auth-User": user}),
        ]
