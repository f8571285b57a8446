"""An engine: everything below the RPC server, put together."""

from __future__ import annotations

import logging
import threading

from common import errors
from heat_engine.clouds.identity import Identity
from heat_engine.clouds.interface import Clouds
from heat_engine.commands.core import Core
from heat_engine.resources.registry import Registry
from heat_engine.service.endpoint import EngineService
from heat_engine.settings import EngineSettings
from heat_engine.store import retention
from heat_engine.store.database import Database
from heat_engine.traversal.runner import Peers, Runner

LOG = logging.getLogger(__name__)


class Engine:
    """Owns the threads. ``service`` answers calls, ``start`` claims work, ``drain`` gives it up."""

    def __init__(
        self,
        settings: EngineSettings,
        database: Database,
        clouds: Clouds,
        registry: Registry,
        peers: Peers,
        identity: Identity | None = None,
    ) -> None:
        self.settings = settings
        self._database = database
        self._core = Core(settings, database, registry, clouds, identity or Identity())
        self.runner = Runner(self._core, peers)
        self.service = EngineService(self._core, self.runner)
        self._stopped = threading.Event()
        self._janitor = threading.Thread(target=self._purge, name="retention", daemon=True)

    def start(self) -> None:
        self.runner.start()
        self._janitor.start()

    def drain(self, grace: float) -> None:
        """Let running calls end for so many seconds, then give every traversal back."""
        self._stopped.set()
        self.runner.drain(grace)

    def _purge(self) -> None:
        """Retention runs by itself, a bounded batch a transaction."""
        while not self._stopped.wait(self.settings.purge_interval):
            try:
                while not self._stopped.is_set() and self._database.transact(
                    retention.purge, deleted_before_seconds=self.settings.purge_deleted_after
                ):
                    pass
            except errors.ServiceUnavailable as error:
                LOG.warning("retention waits for the database: %s", error.message)
            except Exception:
                LOG.exception("retention failed; it is tried again")
