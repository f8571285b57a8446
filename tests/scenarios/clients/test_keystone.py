"""heat-all in a Keystone's catalog: clients with passwords and tokens, and guests of its domain."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openstack
import pytest
import requests
import yaml
from keystoneauth1 import session
from keystoneauth1.identity import v3

from tests.deployment import Deployment
from tests.keystone.cast import HEAT_DOMAIN, PASSWORD
from tests.keystone.service import Keystone
from tests.scenarios.clients.openstack_shell import OpenStack
from tests.scenarios.world import until

CALM = """\
heat_template_version: "2021-04-16"
resources:
  word: {type: OS::Heat::RandomString, properties: {length: 8}}
outputs:
  word: {value: {get_attr: [word, value]}}
"""
CALLED_BACK = """\
heat_template_version: "2021-04-16"
resources:
  handle: {type: AWS::CloudFormation::WaitConditionHandle}
  other: {type: OS::Heat::WaitConditionHandle}
  wait:
    type: AWS::CloudFormation::WaitCondition
    properties: {Handle: {get_resource: handle}, Timeout: "600", Count: 2}
outputs:
  url: {value: {get_resource: handle}}
"""
ADMINISTRATIVE = """\
heat_template_version: "2021-04-16"
resources:
  wait: {type: OS::Heat::WaitConditionHandle}
"""


class Registered:
    """heat-all whose endpoints are in the catalog, in a region of its own."""

    def __init__(self, directory: Path, keystone: Keystone) -> None:
        self.keystone = keystone
        self.directory = directory
        self.project = keystone.settle(alice="member heat_stack_owner", rita="reader", ada="admin")
        self.region = f"hearth-{uuid.uuid4().hex[:8]}"
        options: dict[str, dict[str, Any]] = {
            **keystone.options(domain=True),
            "paste_deploy": {"flavor": "keystone"},
            "cloud": {"backend": "openstack"},
        }
        options["DEFAULT"]["enable_stack_abandon"] = True
        self.policy = directory / "policy.yaml"
        self.policy.write_text("{}")
        options["oslo_policy"] = {"policy_file": str(self.policy)}
        self.deployment = Deployment(directory / "heat", options=options)

    def register(self) -> None:
        """Put the native and the CloudFormation API into the catalog."""
        keystone = self.keystone
        keystone.make("region", id=self.region)
        urls = {
            "orchestration": f"{self.deployment.native_url}/%(project_id)s",
            "cloudformation": self.deployment.cfn_url,
        }
        for kind, url in urls.items():
            service = keystone.make("service", type=kind, name=f"{kind}-{self.region}")
            for interface in ("public", "internal"):
                keystone.make(
                    "endpoint",
                    service_id=service["id"],
                    interface=interface,
                    region_id=self.region,
                    url=url,
                )

    def auth(self, user: str, project: str | None = None) -> dict[str, str]:
        """How somebody of the project, or of another one, authenticates."""
        return {
            "auth_url": self.keystone.v3,
            "username": user if project else f"{user}-{self.project}",
            "password": PASSWORD,
            "user_domain_id": "default",
            "project_name": project or self.project,
            "project_domain_id": "default",
        }

    def token(self, user: str) -> str:
        return self.keystone.token(f"{user}-{self.project}", self.project)

    def guests(self) -> list[str]:
        """The guests of the domain that an engine has made: it names them by their ids there."""
        domain = self.keystone.id_of("domains", HEAT_DOMAIN)
        users = self.keystone.list("users", domain_id=domain)
        return [item["name"] for item in users if item["name"].count("-") == 4]

    def kept(self) -> tuple[int, int, int]:
        """How many trusts, guests and projects of guests there are."""
        keystone = self.keystone
        project_id = keystone.project_id(self.project)
        trusts = [
            item for item in keystone.list("OS-TRUST/trusts") if item["project_id"] == project_id
        ]
        domain = keystone.id_of("domains", HEAT_DOMAIN)
        places = keystone.list("projects", domain_id=domain)
        places = [item for item in places if item["name"].count("-") == 4]
        return len(trusts), len(self.guests()), len(places)

    def command(self, cloud: str, **entry: Any) -> OpenStack:
        """The command with a clouds.yaml that has one cloud."""
        path = self.directory / f"{cloud}.yaml"
        whole = {"region_name": self.region, **entry}
        path.write_text(yaml.safe_dump({"clouds": {cloud: whole}}))
        return OpenStack(path, cloud, self.directory)


@pytest.fixture(scope="module")
def registered(
    keystone: Keystone, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Registered]:
    made = Registered(tmp_path_factory.mktemp("registered"), keystone)
    with made.deployment:
        made.register()
        yield made


@pytest.fixture
def alice(registered: Registered) -> OpenStack:
    return registered.command("alice", auth=registered.auth("alice"))


@pytest.fixture(autouse=True)
def nothing_left(registered: Registered) -> Iterator[None]:
    """Trusts, guests and their projects go with the stacks."""
    yield
    until(lambda: registered.kept() == (0, 0, 0), "all to be given back", 30)


def write(registered: Registered, text: str) -> str:
    path = registered.directory / "template.yaml"
    path.write_text(text)
    return str(path)


def live_through(command: OpenStack, registered: Registered, name: str) -> None:
    """Create, show and delete a stack."""
    template = write(registered, CALM)
    command.run("stack", "create", "--wait", "-t", template, name)
    shown = json.loads(command.run("stack", "show", "-f", "json", name))
    assert shown["stack_status"] == "CREATE_COMPLETE"
    output = json.loads(command.run("stack", "output", "show", "-f", "json", name, "word"))
    assert len(output["output_value"]) == 8
    command.run("stack", "delete", "--yes", "--wait", name)
    assert json.loads(command.run("stack", "list", "-f", "json")) == []


def test_the_command_with_a_password(alice: OpenStack, registered: Registered) -> None:
    live_through(alice, registered, "by-password")


def test_the_command_with_a_token(registered: Registered) -> None:
    auth = {
        "auth_url": registered.keystone.v3,
        "token": registered.token("alice"),
        "project_name": registered.project,
        "project_domain_id": "default",
    }
    live_through(registered.command("token", auth_type="token", auth=auth), registered, "by-token")


@pytest.mark.parametrize("kind", ["password", "token"])
def test_openstacksdk(registered: Registered, kind: str) -> None:
    auth: dict[str, Any] = registered.auth("alice")
    if kind == "token":
        token = registered.token("alice")
        auth = {
            key: value for key, value in auth.items() if key not in ("username", "password")
        } | {"token": token}
        del auth["user_domain_id"]
    connection = openstack.connect(
        auth_type=kind,
        auth=auth,
        region_name=registered.region,
        load_yaml_config=False,
        load_envvars=False,
    )
    with connection:
        made = connection.orchestration.create_stack(
            name=f"sdk-{kind}", template=yaml.safe_load(CALM)
        )
        until(
            lambda: connection.orchestration.get_stack(made.id).status == "CREATE_COMPLETE",
            "the stack",
        )
        connection.orchestration.delete_stack(made)
        until(lambda: connection.orchestration.find_stack(made.name) is None, "its end")


def test_another_project_does_not_see_it(alice: OpenStack, registered: Registered) -> None:
    alice.run("stack", "create", "--wait", "-t", write(registered, CALM), "mine")
    bob = registered.command("bob", auth=registered.auth("bob", "harbour"))
    assert json.loads(bob.run("stack", "list", "-f", "json")) == []
    assert "not found" in bob.run("stack", "show", "mine", status=1).lower()
    rita = registered.command("rita", auth=registered.auth("rita"))
    assert len(json.loads(rita.run("stack", "list", "-f", "json"))) == 1
    assert "Forbidden" in rita.run("stack", "delete", "--yes", "mine", status=1)
    alice.run("stack", "delete", "--yes", "--wait", "mine")


def test_guests_are_users_of_the_domain(alice: OpenStack, registered: Registered) -> None:
    """By signed URL through Keystone, and with a token of the guest's own."""
    keystone = registered.keystone
    alice.run("stack", "create", "-t", write(registered, CALLED_BACK), "called")
    shown = ("stack", "output", "show", "-f", "json", "called", "url")

    def signed() -> str | None:
        value = json.loads(alice.run(*shown))["output_value"]
        return value if value and value.startswith("http") else None

    url = str(until(signed, "the handle", 30))
    told = {"Status": "SUCCESS", "Reason": "", "Data": "", "UniqueId": "1"}
    answer = requests.put(url, json=told, timeout=30)
    assert answer.status_code == 200, answer.text
    assert len(registered.guests()) == 2
    access = url.partition("AWSAccessKeyId=")[2].partition("&")[0]
    pairs = [json.loads(item["blob"]) | item for item in keystone.list("credentials", type="ec2")]
    [pair] = [item for item in pairs if item["access"] == access]
    opened = session.Session(
        auth=v3.Password(
            keystone.v3,
            user_id=pair["user_id"],
            password=pair["secret"],
            project_id=pair["project_id"],
        )
    )
    root = f"{registered.deployment.native_url}/{pair['project_id']}/stacks"
    token = {"X-Auth-Token": str(opened.get_token())}
    known = json.loads(alice.run("stack", "show", "-f", "json", "called"))
    assert known["stack_user_project_id"] == pair["project_id"]
    stack_id = known["id"]
    place = f"{root}/called/{stack_id}/resources"

    def status(method: str, path: str) -> int:
        answer = requests.request(
            method,
            path,
            headers=token,
            json={**told, "UniqueId": "2"},
            timeout=30,
            allow_redirects=False,
        )
        return answer.status_code

    assert status("GET", f"{place}/handle/metadata") == 200
    assert status("GET", f"{place}/other/metadata") == 403
    assert status("POST", f"{place}/other/signal") == 403
    assert status("GET", root) == 403
    assert status("GET", place) == 403
    assert status("POST", f"{place}/handle/signal") == 200
    until(
        lambda: (
            json.loads(alice.run("stack", "show", "-f", "json", "called"))["stack_status"]
            == "CREATE_COMPLETE"
        ),
        "the second signal",
    )
    alice.run("stack", "delete", "--yes", "--wait", "called")
    until(lambda: registered.guests() == [], "the guests to be gone", 30)
    assert requests.put(url, json=told, timeout=30).status_code == 403


def test_an_abandoned_stack_leaves_nothing(alice: OpenStack, registered: Registered) -> None:
    """Neither a trust nor guests and their project, see ``nothing_left``."""
    alice.run("stack", "create", "--wait", "-t", write(registered, CALM), "calm")
    known = json.loads(alice.run("stack", "show", "-f", "json", "calm"))
    assert known["stack_user_project_id"] is None
    alice.run("stack", "create", "--wait", "-t", write(registered, ADMINISTRATIVE), "given-up")
    assert registered.kept() == (2, 1, 1)
    for name in ("given-up", "calm"):
        alice.run("stack", "abandon", name)


def test_a_rule_for_a_resource_type(alice: OpenStack, registered: Registered) -> None:
    """A rule counts as soon as it stands in the operator's file."""
    template = write(registered, ADMINISTRATIVE)
    alice.run("stack", "create", "--wait", "-t", template, "ruled")
    registered.policy.write_text('"resource_types:OS::Heat::*": "rule:project_admin"\n')

    def refused() -> bool:
        listed = alice.run("orchestration", "resource", "type", "list", "-f", "value")
        return "OS::Heat::Value" not in listed

    until(refused, "the rule to be read")
    told = alice.run("stack", "create", "-t", template, "forbidden", status=1)
    assert "OS::Heat::WaitConditionHandle" in told
    assert "Forbidden: ruled" in alice.run("stack", "delete", "--yes", "ruled", status=1)
    ada = registered.command("ada", auth=registered.auth("ada"))
    ada.run("stack", "delete", "--yes", "--wait", "ruled")
    registered.policy.write_text("{}")
    until(lambda: not refused(), "the rule to be taken back")
