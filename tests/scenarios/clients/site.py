"""One installation for the clients' tests: real processes, people, and their clients' files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml
from keystoneauth1 import http_basic, session

from tests.deployment import Deployment
from tests.keystone.cast import PASSWORD
from tests.keystone.service import Keystone
from tests.scenarios.clients.recorder import Recorder

ROOT = Path(__file__).parents[3]
OPTIONS = {
    "DEFAULT": {
        "hidden_stack_tags": "behind-the-curtain",
        "enable_stack_abandon": True,
        "enable_stack_adopt": True,
    }
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who uses the API with plain HTTP. ``root``: its URL with the person's project."""

    root: str
    headers: Mapping[str, str] = field(repr=False)

    def ask(self, method: str, path: str, document: Any = None) -> requests.Response:
        """An answer, redirects not followed; ``path`` begins after the project, or is a URL."""
        return requests.request(
            method,
            path if path.startswith("http") else self.root + path,
            json=document,
            headers=self.headers,
            allow_redirects=False,
            timeout=30,
        )


class Site:
    """What every way to authenticate has in common.

    Alice is a member of the project garden, ada its administrator, bob a member of harbour.
    ``clouds_file`` has a cloud for each of them, by name.
    """

    PEOPLE = {"alice": "garden", "ada": "garden", "bob": "harbour"}

    def __init__(self, directory: Path, options: Mapping[str, Mapping[str, Any]]) -> None:
        self.recorder = Recorder(directory)
        self.clouds_file = directory / "clouds.yaml"
        self._exits = ExitStack()
        paste = {**options["paste_deploy"], "api_paste_config": self.recorder.paste_file}
        self.deployment = self._exits.enter_context(
            Deployment(
                directory / "heat",
                options={**OPTIONS, **options, "paste_deploy": paste},
                environment={"PYTHONPATH": str(ROOT)},
            )
        )

    def close(self) -> None:
        self._exits.close()

    def write_clouds(self) -> None:
        clouds = {name: self.cloud(name) for name in self.PEOPLE}
        self.clouds_file.write_text(yaml.safe_dump({"clouds": clouds}))

    def cloud(self, name: str) -> dict[str, Any]:
        """Somebody's entry in clouds.yaml."""
        raise NotImplementedError

    def visitor(self, name: str) -> Visitor:
        raise NotImplementedError

    def heat_arguments(self, name: str) -> dict[str, Any]:
        """For heatclient.client.Client without a session."""
        raise NotImplementedError

    def session(self, name: str) -> session.Session:
        raise NotImplementedError


class Embedded(Site):
    """heat-all with users of its own."""

    ROLES = {"alice": ("member",), "ada": ("admin", "member", "reader"), "bob": ("member",)}

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, {"paste_deploy": {"flavor": "custombackend"}})
        self._accounts = {
            name: self.deployment.add_user(name, project, *self.ROLES[name])
            for name, project in self.PEOPLE.items()
        }
        self.write_clouds()

    def cloud(self, name: str) -> dict[str, Any]:
        account = self._accounts[name]
        auth = {"username": name, "password": account.password, "endpoint": self._root(name)}
        return {"auth_type": "http_basic", "auth": auth, "region_name": "local"}

    def visitor(self, name: str) -> Visitor:
        key = self._accounts[name].password
        return Visitor(self._root(name), {"X-Auth-User": name, "X-Auth-Key": key})

    def heat_arguments(self, name: str) -> dict[str, Any]:
        key = self._accounts[name].password
        return {"endpoint": self._root(name), "username": name, "password": key}

    def session(self, name: str) -> session.Session:
        key = self._accounts[name].password
        plugin = http_basic.HTTPBasicAuth(self._root(name), name, key)
        return session.Session(auth=plugin, timeout=30)

    def _root(self, name: str) -> str:
        return f"{self.deployment.native_url}/{self._accounts[name].project_id}"


class WithKeystone(Site):
    """heat-all whose users are Keystone's, with an endpoint in a region of its own."""

    def __init__(self, directory: Path, keystone: Keystone) -> None:
        super().__init__(directory, {**keystone.options(), "paste_deploy": {"flavor": "keystone"}})
        self._keystone = keystone
        self._region = f"clients-{self.deployment.ports['heat-api']}"
        keystone.make("region", id=self._region)
        found = keystone.list("services", type="orchestration")
        service = found[0] if found else keystone.make("service", type="orchestration", name="heat")
        keystone.make(
            "endpoint",
            service_id=service["id"],
            region_id=self._region,
            interface="public",
            url=f"{self.deployment.native_url}/%(project_id)s",
        )
        self.write_clouds()

    def cloud(self, name: str) -> dict[str, Any]:
        auth = {
            "auth_url": self._keystone.v3,
            "username": name,
            "password": PASSWORD,
            "project_name": self.PEOPLE[name],
            "user_domain_id": "default",
            "project_domain_id": "default",
        }
        return {"auth": auth, "region_name": self._region, "identity_api_version": "3"}

    def visitor(self, name: str) -> Visitor:
        token = self._keystone.token(name, self.PEOPLE[name])
        return Visitor(self._root(name), {"X-Auth-Token": token})

    def heat_arguments(self, name: str) -> dict[str, Any]:
        token = self._keystone.token(name, self.PEOPLE[name])
        return {"endpoint": self._root(name), "token": token, "username": name, "password": None}

    def session(self, name: str) -> session.Session:
        return self._keystone.session(name, self.PEOPLE[name])

    def _root(self, name: str) -> str:
        return f"{self.deployment.native_url}/{self._keystone.project_id(self.PEOPLE[name])}"
