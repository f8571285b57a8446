"""One traversal as its owner runs it: messages in, groups of writes and calls out.

A turn takes every message that has arrived, applies it, begins what has become ready, writes all
of that in one transaction and only then calls clouds. Calls of types that touch nothing outside are
made within the turn. Turns of one traversal never overlap.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.graph.states import Action
from heat_engine.resources.protocol import Outcome, Progress
from heat_engine.store.traversals import LeaseLost
from heat_engine.traversal import ending
from heat_engine.traversal.pool import Pool, Timers
from heat_engine.traversal.steps import After, Steps, invoke
from heat_engine.traversal.vigil import Vigil
from heat_engine.traversal.work import Call, DatabaseTime, Work

LOG = logging.getLogger(__name__)

# A hint may be lost; whoever waits for a signal looks for it this often all the same, in seconds.
UNHINTED_POLL = 5.0
KEEP_GOING = frozenset({Action.DELETE, Action.CHECK})


class Loops(Protocol):
    """What an execution needs of the runner that it lives in."""

    core: Core
    pool: Pool
    timers: Timers
    clock: DatabaseTime

    def ready(self, execution: Execution) -> None:
        """Give the execution a turn soon."""

    def ended(self, execution: Execution, follower: Begun | None) -> None:
        """The execution is over; ``follower`` is the traversal that begins after it."""


@dataclass(slots=True)
class Wait:
    """A step that waits. ``ticket`` tells its latest timer from older ones."""

    ticket: int
    kind_listens: bool
    error_wait: bool


class Execution:
    """Runs one traversal from its claim to its end, or until it is taken away."""

    def __init__(self, loops: Loops, begun: Begun) -> None:
        self._loops = loops
        self.work = Work(loops.core, begun, loops.clock)
        self.steps = Steps(self.work)
        self._inbox: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()
        self._scheduled = False
        self._calling: set[int] = set()
        self._waiting: dict[int, Wait] = {}
        self._tickets = 0
        self._calls: list[Call] = []
        self.stopped: str | None = None
        self._superseded = False
        self._error_timer = False
        self.over = False
        self._vigil = Vigil(self.work, loops, self.post, self.broken)

    @property
    def stack_id(self) -> str:
        return self.work.stack.id

    def start(self) -> None:
        """Begin, or go on where an engine that is gone had stopped."""
        left = self.work.traversal.deadline - self.work.clock.now()
        self._loops.timers.after(left, partial(self.post, partial(self.stop, "Timed out")))
        self.post(self._take_up)

    def post(self, message: Callable[[], None]) -> None:
        """Hand a message to the next turn. May be called from any thread."""
        with self._lock:
            self._inbox.append(message)
            if self._scheduled:
                return
            self._scheduled = True
        self._loops.ready(self)

    def turn(self) -> None:
        """Apply what has arrived and advance as far as possible without waiting."""
        try:
            while self._inbox and not self.over:
                self._inbox.popleft()()
            if not self.over:
                self._advance()
        except LeaseLost:
            self._give_up()
        except Exception as error:
            LOG.exception("traversal %s cannot go on", self.work.traversal.id)
            self._collapse(error)
        with self._lock:
            self._scheduled = bool(self._inbox) and not self.over
        if self._scheduled:
            self._loops.ready(self)

    def wake(self) -> None:
        """A signal has arrived: whoever waits for one looks at once."""
        for number, wait in list(self._waiting.items()):
            if wait.kind_listens:
                self._resume(number)

    def supersede(self) -> None:
        """A newer traversal waits: end the running calls, write what they made, let go."""
        self._superseded = True

    def stop(self, why: str) -> None:
        """End as failed for that reason; what waits is aborted, what runs is waited for."""
        if self.stopped is None:
            self.stopped = why
        for number in list(self._waiting):
            self._abort(number)

    def drain(self) -> None:
        """Begin nothing more and give the traversal back once running calls have ended."""
        self._superseded = True

    def _take_up(self) -> None:
        for number, step in self.work.steps.items():
            if step.status == "STARTED":
                self.work.walk.claim(number)
                self._resume(number)

    def _advance(self) -> None:
        limit = self.work.core.settings.group_size
        while True:
            taken = [] if self._halted() else self.work.walk.take(limit)
            for number in taken:
                self._proceed(number, self.steps.begin(self.work.steps[number]))
            if self._finished():
                self._end()
                return
            if self._calls or not taken or len(self.work.journal) >= limit:
                self.work.journal.commit()
                self._flush()
            if not taken:
                break
        if self._superseded and not self._calling:
            self._let_go()
        else:
            self._vigil.schedule(bool(self._waiting))

    def _halted(self) -> bool:
        """Whether nothing new may begin."""
        if self._superseded or self.stopped:
            return True
        return bool(self.steps.failures) and self.work.action not in KEEP_GOING

    def _finished(self) -> bool:
        if self._calling or self._waiting or self._calls or self._superseded:
            return False
        return self._halted() or not self.work.walk.ready

    def _proceed(self, number: int, result: Call | After) -> None:
        """Go on with a step that has begun: call inline or later, wait, or note its end."""
        while isinstance(result, Call):
            if not result.kind.instant:
                self._calls.append(result)
                return
            progress = invoke(result)
            result = self._apply(number, progress)
        if result is After.FAILED:
            self._failed()

    def _apply(self, number: int, progress: Progress) -> Call | After:
        result = self.steps.apply(self.work.steps[number], progress)
        if result is After.WAITING:
            self._wait(number, progress)
        return result

    def _wait(self, number: int, progress: Progress) -> None:
        record = self.work.rows[self.work.steps[number].resource_id]
        kind = self.work.kind(record)
        self._tickets += 1
        self._waiting[number] = Wait(self._tickets, bool(kind.listens_to), kind.error_wait)
        if self.stopped or (self.steps.failures and not kind.error_wait):
            self._abort(number)
            return
        pauses = [progress.after] if progress.after is not None else []
        if kind.listens_to:
            pauses.append(UNHINTED_POLL)
        if pauses:
            due = partial(self.post, partial(self._due, number, self._tickets))
            self._loops.timers.after(min(pauses), due)

    def _due(self, number: int, ticket: int) -> None:
        wait = self._waiting.get(number)
        if wait is not None and wait.ticket == ticket:
            self._resume(number)

    def _resume(self, number: int) -> None:
        if self._superseded:
            return
        self._waiting.pop(number, None)
        self._proceed(number, self.steps.resume(self.work.steps[number]))

    def _flush(self) -> None:
        """Make the calls whose beginning has been written."""
        calls, self._calls = self._calls, []
        for call in calls:
            self._calling.add(call.number)
            self._loops.pool.submit(partial(self._call, call))

    def _call(self, call: Call) -> None:
        progress = invoke(call)
        self.post(partial(self._returned, call.number, progress))

    def _returned(self, number: int, progress: Progress) -> None:
        self._calling.discard(number)
        if self._superseded and progress.outcome is Outcome.REPLACE:
            return
        self._proceed(number, self._apply(number, progress))

    def _failed(self) -> None:
        """A resource has failed: abort who need not be waited for, give the others some time."""
        if self.work.action in KEEP_GOING:
            return
        for number, wait in list(self._waiting.items()):
            if not wait.error_wait:
                self._abort(number)
        if not self._error_timer:
            self._error_timer = True
            grace = self.work.core.settings.error_wait_time
            self._loops.timers.after(grace, partial(self.post, self._abort_all))

    def _abort_all(self) -> None:
        for number in list(self._waiting):
            self._abort(number)

    def _abort(self, number: int) -> None:
        self._waiting.pop(number, None)
        self.steps.abort(self.work.steps[number], self.stopped or "")

    def broken(self, found: list[tuple[str, Progress]]) -> None:
        """Resources that have broken since they were made."""
        for resource_id, progress in found:
            record = self.work.rows.get(resource_id)
            if record is not None and record.status == "COMPLETE":
                self.steps.break_down(record, progress)
                self._failed()

    def _end(self) -> None:
        follower = ending.end(self.work, self.steps, self.stopped)
        self.over = True
        self._loops.ended(self, follower)

    def _collapse(self, error: Exception) -> None:
        """A fault of ours: the stack must not hang, so the traversal ends as failed."""
        self._waiting.clear()
        try:
            follower = ending.collapse(self.work, error)
        except LeaseLost:
            follower = None
        self.over = True
        self._loops.ended(self, follower)

    def _let_go(self) -> None:
        ending.release(self.work)
        self._give_up()

    def _give_up(self) -> None:
        self.over = True
        self._loops.ended(self, None)
