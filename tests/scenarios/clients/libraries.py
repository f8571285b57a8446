"""The clients' libraries, which note each call that a test makes."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import openstack.connection
from heatclient.client import Client
from openstack.config import OpenStackConfig

from tests.scenarios.clients.site import Site


class Noted:
    """Something of a library; its methods are noted by their names when they are called."""

    def __init__(self, thing: Any, name: str, note: Callable[[str], None]) -> None:
        self._thing, self._name, self._note = thing, name, note

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if not callable(found):
            return found

        def noted(*words: Any, **named: Any) -> Any:
            answer = found(*words, **named)
            self._note(f"{self._name}.{name}")
            return answer

        return noted


class Sdk:
    """A connection of openstacksdk; ``cloud`` are its calls of the cloud layer."""

    def __init__(self, site: Site, person: str) -> None:
        config = OpenStackConfig(config_files=[str(site.clouds_file)], load_envvars=False)
        self.connection = openstack.connection.Connection(config=config.get_one(person))
        note = site.recorder.note
        self.orchestration: Any = Noted(self.connection.orchestration, "sdk.orchestration", note)
        self.cloud: Any = Noted(self.connection, "sdk", note)

    def __enter__(self) -> Sdk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.connection.close()


MANAGERS = (
    "stacks",
    "actions",
    "resources",
    "events",
    "resource_types",
    "template_versions",
    "software_configs",
    "software_deployments",
    "build_info",
    "services",
)


class Heat:
    """python-heatclient with or without a session; the attributes are its managers."""

    def __init__(self, site: Site, person: str, *, with_session: bool = False) -> None:
        arguments = site.heat_arguments(person)
        if with_session:
            endpoint = arguments["endpoint"]
            arguments = {"session": site.session(person), "endpoint_override": endpoint}
        client = Client("1", **arguments)
        note = site.recorder.note
        self._managers = {
            name: Noted(getattr(client, name), f"heatclient.{name}", note) for name in MANAGERS
        }

    def __getattr__(self, name: str) -> Any:
        return self._managers[name]
