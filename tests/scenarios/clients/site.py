"""One installation for the clients' tests: real processes, people, and their clients' files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from tests.deployment import Deployment, Person
from tests.scenarios.clients.recorder import Recorder

ROOT = Path(__file__).parents[3]
OPTIONS = {
    "DEFAULT": {
        "hidden_stack_tags": "behind-the-curtain",
        "enable_stack_abandon": True,
        "enable_stack_adopt": True,
    }
}


class Embedded:
    """heat-all with users of its own.

    ``alice`` is a member of project garden, ``gardener`` its administrator, ``bob`` a member of
    another project. ``clouds_file`` has a cloud for each of them, by name.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.recorder = Recorder(directory)
        self._exits = ExitStack()
        self.deployment = self._exits.enter_context(
            Deployment(
                directory / "heat",
                options={**OPTIONS, "paste_deploy": self._paste()},
                environment={"PYTHONPATH": str(ROOT)},
            )
        )
        self.people = {
            "alice": self._person("alice", "garden", "member", "reader"),
            "gardener": self._person("gardener", "garden", "admin", "member", "reader"),
            "bob": self._person("bob", "harbour", "member", "reader"),
        }
        self.clouds_file = directory / "clouds.yaml"
        clouds = {name: self.cloud(name) for name in self.people}
        self.clouds_file.write_text(yaml.safe_dump({"clouds": clouds}))

    def close(self) -> None:
        self._exits.close()

    @property
    def alice(self) -> Person:
        return self.people["alice"]

    def cloud(self, name: str) -> dict[str, Any]:
        """An entry of clouds.yaml, as `make run` writes it."""
        person = self.people[name]
        return {
            "auth_type": "http_basic",
            "auth": {
                "username": person.account.name,
                "password": person.account.password,
                "endpoint": person.root,
            },
            "region_name": "local",
        }

    def heat_arguments(self, name: str) -> Mapping[str, Any]:
        """For heatclient.client.Client without a session: X-Auth-User and X-Auth-Key."""
        person = self.people[name]
        return {
            "endpoint": person.root,
            "username": person.account.name,
            "password": person.account.password,
        }

    def _paste(self) -> dict[str, Any]:
        return {"flavor": "custombackend", "api_paste_config": self.recorder.paste_file}

    def _person(self, name: str, project: str, *roles: str) -> Person:
        return Person(self.deployment.add_user(name, project, *roles), self.deployment.native_url)


WAYS = {"embedded": Embedded}
