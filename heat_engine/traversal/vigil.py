"""Looks after finished resources while their traversal still runs, so that a server that dies fails
its stack at once instead of letting a wait condition run out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Protocol

from heat_engine.clouds.interface import CloudError
from heat_engine.graph.states import Action
from heat_engine.resources.protocol import Progress
from heat_engine.traversal.pool import Pool, Timers
from heat_engine.traversal.work import Call, Work

LOG = logging.getLogger(__name__)

INTERVAL = 1.0
# More than this many are looked at in turns, so that one round stays short.
ROUND = 50
AWAKE = frozenset({Action.CREATE, Action.UPDATE, Action.ROLLBACK})


class Watchers(Protocol):
    """Who lends threads and timers."""

    pool: Pool
    timers: Timers


class Vigil:
    """Rounds over the resources of one traversal whose type has ``vigil`` set."""

    def __init__(
        self,
        work: Work,
        loops: Watchers,
        post: Callable[[Callable[[], None]], None],
        broken: Callable[[list[tuple[str, Progress]]], None],
    ) -> None:
        """``post`` hands a message to the traversal's next turn; ``broken`` is told what broke."""
        self._work = work
        self._loops = loops
        self._post = post
        self._planned = False
        self._offset = 0
        self._broken = broken

    def schedule(self, waiting: bool) -> None:
        """Plan the next round if something is still waited for and there is something to watch."""
        if self._planned or not waiting or self._work.action not in AWAKE or not self._watched():
            return
        self._planned = True
        self._loops.timers.after(INTERVAL, partial(self._post, self._begin))

    def _watched(self) -> list[str]:
        return [
            row.id
            for row in self._work.current.values()
            if row.status == "COMPLETE" and row.action in AWAKE and self._work.kind(row).vigil
        ]

    def _begin(self) -> None:
        ids = self._watched()
        start = self._offset % max(len(ids), 1)
        self._offset = start + ROUND
        rows = [self._work.rows[identifier] for identifier in (ids[start:] + ids[:start])[:ROUND]]
        calls = [
            (row.id, Call(0, self._work.kind(row), "watch", self._work.requests.build(row)))
            for row in rows
        ]
        self._loops.pool.submit(partial(self._look, calls))

    def _look(self, calls: list[tuple[str, Call]]) -> None:
        found = []
        for identifier, call in calls:
            try:
                progress = call.kind.watch(call.request)
            except CloudError as error:
                # Not knowing is no failure: the next round asks again.
                LOG.info("cannot look at %s: %s", call.request.name, error)
                continue
            except Exception:
                LOG.exception("watching %s (%s) raised", call.request.name, call.request.type)
                continue
            if progress is not None:
                found.append((identifier, progress))
        self._post(partial(self._end, found))

    def _end(self, found: list[tuple[str, Progress]]) -> None:
        self._planned = False
        if found:
            self._broken(found)
