"""Runs the traversals of one engine: a few loops, a pool, a timer heap, a keeper of leases."""

from __future__ import annotations

import logging
import queue
import threading
import time
from functools import partial
from typing import Protocol

from common import errors
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.store import traversals
from heat_engine.traversal import claims
from heat_engine.traversal.execution import Execution
from heat_engine.traversal.lease import Keeper
from heat_engine.traversal.pool import Pool, Timers
from heat_engine.traversal.sweeper import Sweeper
from heat_engine.traversal.work import DatabaseTime

LOG = logging.getLogger(__name__)

CLAIMS_AT_ONCE = 20
MOST_AT_ONCE = 500


class Peers(Protocol):
    """The other engines. A hint may be lost; that costs time, never correctness."""

    def wake(self, engine_id: str, stack_id: str) -> None:
        """Tell an engine that something has happened to a stack it works on."""


class Runner:
    """Owner of the traversals that this engine has begun or claimed."""

    def __init__(self, core: Core, peers: Peers) -> None:
        self.core = core
        self.pool = Pool(core.settings.workers)
        self.timers = Timers()
        self.clock = DatabaseTime()
        self._peers = peers
        self._executions: dict[str, Execution] = {}
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._queue: queue.SimpleQueue[Execution | None] = queue.SimpleQueue()
        self._draining = False
        self._keeper = Keeper(core, self)
        self.sweeper = Sweeper(core)
        self._threads = [
            threading.Thread(target=self._loop, name=f"loop-{number}", daemon=True)
            for number in range(core.settings.loops)
        ]

    def start(self) -> None:
        self.clock.set(self.core.database.now())
        self.timers.start()
        for thread in self._threads:
            thread.start()
        self._keeper.start()
        self.sweeper.start()

    def begin(self, begun: Begun) -> None:
        """Run a traversal that a command has just written, or hint at whoever is in its way."""
        if begun.planned:
            self._adopt(begun)
            return
        with self._lock:
            mine = self._executions.get(begun.traversal.waits_for or "")
        if mine is not None:
            mine.post(mine.supersede)
        elif begun.busy:
            self.hint(begun.busy, begun.stack.id)

    def hint(self, engine_id: str | None, stack_id: str) -> None:
        """Tell the engine that owns a stack's traversal to look at it; that may be this one."""
        if engine_id == self.core.settings.engine_id:
            self.wake(stack_id)
        elif engine_id:
            self._peers.wake(engine_id, stack_id)

    def wake(self, stack_id: str) -> None:
        """Something has happened to a stack: a signal, a newer traversal, a cancellation."""
        with self._lock:
            mine = [run for run in self._executions.values() if run.work.stack.id == stack_id]
        for execution in mine:
            execution.post(execution.wake)
        self._keeper.look()

    def look(self) -> None:
        """Claim what nobody works on, now rather than at the next look."""
        self._keeper.look()

    def claim(self) -> None:
        """Claim what is free, up to a bound that leaves work for other engines."""
        with self._lock:
            room = min(CLAIMS_AT_ONCE, MOST_AT_ONCE - len(self._executions))
        if self._draining or room <= 0:
            return
        # Planning takes time, and the leases of what runs here must be prolonged meanwhile.
        enough = time.monotonic() + self.core.settings.lease_seconds / 3
        for seen in self.core.database.query(traversals.claimable, room):
            if time.monotonic() > enough:
                self._keeper.look()
                return
            begun = claims.claim(self.core, seen)
            if begun is not None:
                LOG.info("claimed traversal %s of stack %s", seen.id, seen.stack_id)
                self._adopt(begun)

    def running(self) -> dict[str, int]:
        """What runs here: id of the traversal to the fence under which it runs."""
        with self._lock:
            return {key: item.work.traversal.fence for key, item in self._executions.items()}

    def reconcile(self, running: dict[str, int], held: dict[str, tuple[int, str]]) -> None:
        """Compare what ran here with what the rows say is ours (id to fence and status)."""
        with self._lock:
            executions = dict(self._executions)
        for identifier, fence in running.items():
            execution = executions.get(identifier)
            if execution is None or execution.work.traversal.fence != fence:
                continue
            fence_now, status = held.get(identifier, (-1, ""))
            if fence_now != fence:
                execution.post(execution.lose)
            elif status == "SUPERSEDED":
                execution.post(execution.supersede)
            elif status == "CANCELLED":
                reason = f"Stack {execution.work.action} cancelled"
                execution.post(partial(execution.stop, reason))

    def drain(self, grace: float) -> None:
        """Claim nothing more, let running calls end for so many seconds, give the leases back."""
        self._draining = True
        self.sweeper.stop()
        with self._idle:
            running = list(self._executions.values())
        for execution in running:
            execution.post(execution.supersede)
        deadline = time.monotonic() + grace
        with self._idle:
            while self._executions and time.monotonic() < deadline:
                self._idle.wait(deadline - time.monotonic())
        self.sweeper.join(max(1.0, deadline - time.monotonic()))
        self._keeper.stop()
        self.timers.stop()
        self.pool.stop()
        for _ in self._threads:
            self._queue.put(None)

    def ready(self, execution: Execution) -> None:
        self._queue.put(execution)

    def ended(self, execution: Execution, follower: Begun | None) -> None:
        if follower is not None:
            self._adopt(follower)
        with self._idle:
            # The same traversal may have been claimed anew, under a higher fence.
            if self._executions.get(execution.work.traversal.id) is execution:
                del self._executions[execution.work.traversal.id]
            self._idle.notify_all()
        if not self._draining:
            # Whoever waited for this one may be claimed now.
            self._keeper.look()
        parent = execution.work.stack.owner_id
        if parent is not None:
            self._tell(parent)

    def _tell(self, parent: str) -> None:
        """Wake who waits for a nested stack, wherever that is."""
        with self._lock:
            here = [run for run in self._executions.values() if run.work.stack.id == parent]
        for execution in here:
            execution.post(execution.wake)
        if not here and not self._draining:
            self.pool.submit(partial(self._hint_parent, parent))

    def _hint_parent(self, parent: str) -> None:
        try:
            self.hint(self.core.database.query(traversals.owner, parent), parent)
        except errors.ServiceUnavailable as error:
            LOG.info("no hint to whoever works on stack %s: %s", parent, error.message)

    def _adopt(self, begun: Begun) -> None:
        execution = Execution(self, begun)
        with self._lock:
            lost = self._executions.get(begun.traversal.id)
            self._executions[begun.traversal.id] = execution
        if lost is not None:
            lost.post(lost.lose)
        execution.start()
        if self._draining:
            execution.post(execution.supersede)

    def _loop(self) -> None:
        while True:
            execution = self._queue.get()
            if execution is None:
                return
            try:
                execution.turn()
            except Exception:
                LOG.exception("a turn of traversal %s failed", execution.work.traversal.id)
