"""Keeps an engine's leases alive and looks for traversals that nobody works on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from common import errors
from heat_engine.commands.core import Core
from heat_engine.store import services, traversals
from heat_engine.traversal.work import DatabaseTime

LOG = logging.getLogger(__name__)


class Owner(Protocol):
    """Who holds the leases."""

    clock: DatabaseTime

    def running(self) -> dict[str, int]:
        """The traversals it runs, as id to fence."""

    def claim(self) -> None:
        """Claim what is free."""

    def reconcile(self, running: dict[str, int], held: dict[str, tuple[int, str]]) -> None:
        """Learn which of those that were running are still its own, as id to (fence, status)."""


class Keeper:
    """One thread. A look can be asked for; otherwise it happens every ``scan_interval``."""

    def __init__(self, core: Core, owner: Owner) -> None:
        self._core = core
        self._owner = owner
        self._asked = threading.Event()
        self._stopped = threading.Event()
        self._renewed = 0.0
        self._reported = -1e9
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        self._guarded(self._report)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._asked.set()
        self._guarded(self._withdraw)

    def look(self) -> None:
        """Look at once for what has been superseded, cancelled or set free."""
        self._asked.set()

    def _run(self) -> None:
        settings = self._core.settings
        pause = min(settings.scan_interval, settings.lease_seconds / 3)
        while not self._stopped.is_set():
            asked = self._asked.wait(pause)
            self._asked.clear()
            if self._stopped.is_set():
                return
            now = time.monotonic()
            if now - self._renewed > settings.lease_seconds / 3:
                self._guarded(self._renew)
            elif asked:
                self._guarded(self._compare)
            if now - self._reported > settings.report_interval:
                self._guarded(self._report)
            self._guarded(self._owner.claim)

    def _renew(self) -> None:
        """Prolong the leases of what runs here. What does not run here any more runs out."""
        settings = self._core.settings
        running = self._owner.running()
        if running:
            self._core.database.transact(
                traversals.renew, settings.engine_id, settings.lease_seconds, list(running)
            )
        self._renewed = time.monotonic()
        self._compare()

    def _compare(self) -> None:
        running = self._owner.running()
        if running:
            engine_id = self._core.settings.engine_id
            held = self._core.database.query(traversals.held, engine_id, list(running))
            self._owner.reconcile(running, held)

    def _report(self) -> None:
        self._reported = time.monotonic()
        settings = self._core.settings
        self._core.database.transact(
            services.report,
            settings.engine_id,
            settings.host,
            report_interval=settings.report_interval,
        )
        self._owner.clock.set(self._core.database.now())

    def _withdraw(self) -> None:
        self._core.database.transact(services.remove, self._core.settings.engine_id)

    def _guarded(self, work: Callable[[], None]) -> None:
        """A database that is away is waited for; leases may run out meanwhile, which is safe."""
        try:
            work()
        except errors.ServiceUnavailable as error:
            LOG.warning("the database does not answer: %s", error.message)
        except Exception:
            LOG.exception("%s failed; it is tried again", work.__name__)
