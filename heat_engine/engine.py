"""An engine: everything below the RPC server, put together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from common import errors
from common.policy import Policy
from heat_engine.clouds.identity import Identity
from heat_engine.clouds.interface import Clouds
from heat_engine.commands import giving_back
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
        policy: Policy | None = None,
    ) -> None:
        self.settings = settings
        self._database = database
        self._core = Core(settings, database, registry, clouds, identity or Identity(), policy)
        self.runner = Runner(self._core, peers)
        self.service = EngineService(self._core, self.runner)
        self._stopped = threading.Event()
        self._helpers = [self._helper("retention", self._purge, settings.purge_interval)]
        if identity is not None:
            self._helpers.append(
                self._helper("giving back", self._give_back, settings.scan_interval)
            )

    def start(self) -> None:
        self.runner.start()
        for thread in self._helpers:
            thread.start()

    def drain(self, grace: float) -> None:
        """Let running calls end for so many seconds, then give every traversal back."""
        self._stopped.set()
        self.runner.drain(grace)

    def _helper(self, name: str, work: Callable[[], None], seconds: float) -> threading.Thread:
        return threading.Thread(target=self._repeat, args=(name, work, seconds), daemon=True)

    def _repeat(self, name: str, work: Callable[[], None], seconds: float) -> None:
        while not self._stopped.wait(seconds):
            try:
                work()
            except errors.ServiceUnavailable as error:
                LOG.warning("%s waits for the database: %s", name, error.message)
            except Exception:
                LOG.exception("%s failed; it is tried again", name)

    def _purge(self) -> None:
        """Retention, a bounded batch a transaction."""
        while not self._stopped.is_set() and self._database.transact(
            retention.purge, deleted_before_seconds=self.settings.purge_deleted_after
        ):
            pass

    def _give_back(self) -> None:
        giving_back.run(self._core)
