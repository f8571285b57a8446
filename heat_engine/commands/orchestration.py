"""The engine's own service ``orchestration``, reached by resource types as they reach a cloud.

Its collections are ``software_configs`` and ``software_deployments``, shaped as the native API
shapes them, and ``servers``: by physical id, what the agents of one are told. A deployment's body
may carry ``config``, the document of a config made for it alone, with ``config_token``: the two
are made, changed and deleted together.
"""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

from common import errors
from heat_engine.clouds.interface import Cloud, CloudError, Document
from heat_engine.commands import software_config, software_deployment, software_signal
from heat_engine.commands.core import Core
from heat_engine.resources.heat.software_service import CONFIGS, SERVERS, SERVICE
from heat_engine.store import resources, software_configs, software_deployments
from heat_engine.store.records import SoftwareConfigRecord, SoftwareDeploymentRecord
from heat_engine.store.session import Session

P = ParamSpec("P")
T = TypeVar("T")

_AGENTS = "os-collect-config"
_IDS = uuid.UUID("7bd20b5e-57c4-4a0e-9c13-3a3d5fd29c4b")


class EngineCloud:
    """A cloud session with the engine's own service added; see ``clouds.interface.Cloud``."""

    def __init__(
        self,
        core: Core,
        project_id: str,
        outside: Cloud,
        session: Session | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        """session: the transaction to take part in; None: each call is one of its own. hidden: what
        readers of that which is made are not told, even when the stack is gone that it is for.
        """
        self._core = core
        self._outside = outside
        self._session = session
        self._own = _Software(core, project_id, hidden)

    def create(
        self, service: str, collection: str, body: Mapping[str, Any], *, token: str
    ) -> Document:
        if service != SERVICE:
            return self._outside.create(service, collection, body, token=token)
        return self._write(self._own.create, collection, body, token)

    def find(self, service: str, collection: str, token: str) -> Document | None:
        if service != SERVICE:
            return self._outside.find(service, collection, token)
        try:
            return self._read(self._own.get, collection, identifier(collection, token))
        except CloudError:
            return None

    def get(self, service: str, collection: str, id: str) -> Document:
        if service != SERVICE:
            return self._outside.get(service, collection, id)
        return self._read(self._own.get, collection, id)

    def list(self, service: str, collection: str, **query: str) -> list[Document]:
        if service != SERVICE:
            return self._outside.list(service, collection, **query)
        return self._read(self._own.list, collection, query)

    def update(self, service: str, collection: str, id: str, body: Mapping[str, Any]) -> Document:
        if service != SERVICE:
            return self._outside.update(service, collection, id, body)
        return self._write(self._own.update, id, body)

    def delete(self, service: str, collection: str, id: str) -> None:
        if service != SERVICE:
            self._outside.delete(service, collection, id)
        else:
            self._write(self._own.delete, collection, id)

    def forget(self, service: str, collection: str, token: str) -> None:
        if service != SERVICE:
            self._outside.forget(service, collection, token)
        else:
            self._write(self._own.forget, collection, token)

    def act(
        self, service: str, collection: str, id: str, action: str, body: Mapping[str, Any]
    ) -> Document | None:
        """Of our own: ``signal`` of a deployment; ``{"said": text or null}``."""
        if service != SERVICE:
            return self._outside.act(service, collection, id, action, body)
        return self._write(self._own.signal, id, body)

    def _write(
        self,
        function: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if self._session is not None:
            return function(self._session, *args, **kwargs)
        return self._core.database.transact(function, *args, **kwargs)

    def _read(
        self,
        function: Callable[Concatenate[Session, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        if self._session is not None:
            return function(self._session, *args, **kwargs)
        return self._core.database.query(function, *args, **kwargs)


def identifier(collection: str, token: str) -> str:
    """The id of what a token makes."""
    return str(uuid.uuid5(_IDS, f"{collection}/{token}"))


@dataclass(frozen=True, slots=True)
class _Software:
    """The calls, each within a transaction, for one project."""

    core: Core
    project_id: str
    hidden: Iterable[str]

    def create(
        self, session: Session, collection: str, body: Mapping[str, Any], token: str
    ) -> Document:
        made_id = identifier(collection, token)
        if collection == CONFIGS:
            return software_config.document(self._config(session, made_id, body))
        found = software_deployments.get(session, made_id)
        if found is None:
            fields = {**software_deployment.checked(body), **self._own_config(session, body)}
            limit = self.core.settings.max_software_deployments_per_tenant
            found = software_deployment.add(session, limit, made_id, self.project_id, fields)
        if found is None:
            raise _withdrawn()
        return software_deployment.document(found)

    def get(self, session: Session, collection: str, id: str) -> Document:
        if collection == SERVERS:
            return self._server(session, id)
        if collection == CONFIGS:
            config = software_configs.get(session, id)
            if config is None or config.project_id != self.project_id:
                raise _gone("Software config", id)
            return software_config.document(config)
        return software_deployment.document(self._deployment(session, id))

    def list(
        self, session: Session, collection: str, query: Mapping[str, str]
    ) -> builtins.list[Document]:
        if collection == CONFIGS:
            configs = software_configs.list(session, project_id=self.project_id)
            shown = [self.get(session, collection, config.id) for config in configs]
        else:
            deployments = software_deployments.list(session, project_id=self.project_id)
            shown = [software_deployment.document(item) for item in deployments]
        return [item for item in shown if all(item.get(key) == query[key] for key in query)]

    def update(self, session: Session, id: str, body: Mapping[str, Any]) -> Document:
        """A deployment takes what is given, unless it has it from an earlier call already."""
        record = self._deployment(session, id, lock=True)
        token = body.get("config_token")
        if token and record.config_id == identifier(CONFIGS, token):
            return software_deployment.document(record)
        fields = {**software_deployment.checked(body), **self._own_config(session, body)}
        changed = software_deployments.update(session, record, **fields)
        if changed.config_id != record.config_id:
            self._drop(session, record.config_id)
        return software_deployment.document(changed)

    def delete(self, session: Session, collection: str, id: str) -> None:
        self.get(session, collection, id)
        if collection == CONFIGS:
            try:
                software_config.refuse_used(session, id)
            except errors.Invalid as error:
                raise CloudError("conflict", error.message) from error
            software_configs.delete(session, id)
            return
        record = self._deployment(session, id, lock=True)
        software_deployments.delete(session, id)
        self._drop(session, record.config_id)

    def forget(self, session: Session, collection: str, token: str) -> None:
        made_id = identifier(collection, token)
        if collection == CONFIGS:
            software_configs.withdraw(session, made_id, self.project_id)
            return
        record = software_deployments.get(session, made_id, lock=True)
        software_deployments.withdraw(session, made_id, self.project_id)
        self._drop(session, record.config_id if record else None)

    def signal(self, session: Session, id: str, body: Mapping[str, Any]) -> Document:
        record = self._deployment(session, id, lock=True)
        return {"said": software_signal.receive(session, record, body)}

    def _server(self, session: Session, id: str) -> Document:
        """What the agents of a server are told: ``metadata`` and ``deployments``."""
        for row in resources.find_physical(session, id, self.project_id):
            if _AGENTS in (row.metadata or {}):
                deployed = software_deployment.of_server(session, id, self.project_id)
                return {"id": id, "metadata": row.metadata, "deployments": deployed}
        raise _gone("Server with agents", id)

    def _config(
        self, session: Session, config_id: str, given: Mapping[str, Any]
    ) -> SoftwareConfigRecord:
        found = software_configs.get(session, config_id)
        if found is None:
            limit = self.core.settings.max_software_configs_per_tenant
            fields = {**software_config.checked(given), "withheld": self.hidden}
            found = software_config.add(session, limit, config_id, self.project_id, fields)
        if found is None:
            raise _withdrawn()
        return found

    def _own_config(self, session: Session, body: Mapping[str, Any]) -> dict[str, Any]:
        """The field that names the config made for a deployment alone."""
        if "config" not in body:
            return {}
        made_id = identifier(CONFIGS, str(body["config_token"]))
        return {"config_id": self._config(session, made_id, body["config"]).id}

    def _drop(self, session: Session, config_id: str | None) -> None:
        """The config of a deployment goes with it, unless another one has it too."""
        if config_id and not software_config.used(session, config_id):
            software_configs.delete(session, config_id)

    def _deployment(
        self, session: Session, id: str, *, lock: bool = False
    ) -> SoftwareDeploymentRecord:
        record = software_deployments.get(session, id, lock=lock)
        if record is None or record.project_id != self.project_id:
            raise _gone("Deployment", id)
        return record


def _gone(what: str, id: str) -> CloudError:
    return CloudError("not_found", f"{what} with id {id} not found")


def _withdrawn() -> CloudError:
    return CloudError("conflict", "This request was withdrawn.")
