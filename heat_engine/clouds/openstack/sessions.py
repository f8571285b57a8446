"""Sessions with Keystone: of our own user, of the guests' domain, and of stacks' makers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from cachetools import LRUCache
from keystoneauth1 import session
from keystoneauth1.identity import v3

from heat_engine.clouds.identity import AUTH
from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.openstack.settings import KeystoneSettings

TRUST, PASSWORD, TOKEN = "trust", "password", "token"
MOST_REMEMBERED = 1000


class Sessions:
    """A session remembers its token and gets another when that one is no good any more."""

    def __init__(self, settings: KeystoneSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._remembered: LRUCache[tuple[str, ...], Any] = LRUCache(MOST_REMEMBERED)
        self.service = self.open(settings.service_auth())

    def open(self, plugin: Any) -> session.Session:
        """A session that authenticates in this way."""
        settings = self.settings
        return session.Session(
            auth=plugin, verify=settings.verify, timeout=settings.timeout, app_name="hearth"
        )

    def of(self, project_id: str, credentials: Mapping[str, Any]) -> session.Session:
        """The session of who made a stack. CloudError forbidden when nothing was stored for it."""
        held = credentials.get(AUTH) or {}
        key = (project_id, *(str(held.get(name)) for name in ("method", "trust_id", "user_id")))
        if held.get("method") != TRUST:
            return self.open(self._plugin(project_id, held))
        with self._lock:
            found = self._remembered.get(key)
            if found is None:
                found = self._remembered[key] = self.open(self._plugin(project_id, held))
        return found

    def forget(self, project_id: str, credentials: Mapping[str, Any]) -> session.Session:
        """A new session, with nothing remembered."""
        return self.open(self._plugin(project_id, credentials.get(AUTH) or {}))

    def guests(self) -> session.Session:
        """The session of who administers the guests' domain."""
        domain = self.settings.guests
        if domain is None:
            raise CloudError("invalid", "No domain for guests is configured.")
        name = None if domain.id else domain.name
        plugin = v3.Password(
            self.settings.url,
            username=domain.admin,
            password=domain.password,
            user_domain_id=domain.id,
            user_domain_name=name,
            domain_id=domain.id,
            domain_name=name,
        )
        return self.open(plugin)

    def _plugin(self, project_id: str, held: Mapping[str, Any]) -> Any:
        url = self.settings.url
        match held.get("method"):
            case "trust":
                nowhere = dict.fromkeys(
                    ("project_id", "project_name", "project_domain_id", "project_domain_name")
                )
                return self.settings.service_auth(trust_id=held["trust_id"], **nowhere)
            case "password":
                return v3.Password(
                    url, user_id=held["user_id"], password=held["password"], project_id=project_id
                )
            case "token":
                return v3.Token(url, held["token"], project_id=project_id)
        raise CloudError("forbidden", "The stack has no credentials to act in the cloud with.")
