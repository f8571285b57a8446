"""One traversal as its owner runs it: messages in, groups of writes and calls out.

A turn takes every message that has arrived, applies it, begins what has become ready, writes all
of that in one transaction and only then calls clouds. Calls of types that touch nothing outside are
made within the turn. Turns of one traversal never overlap.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Protocol

from common import errors
from heat_engine.commands.change import Begun
from heat_engine.commands.core import Core
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action
from heat_engine.resources.protocol import Outcome, Progress, runs_inline
from heat_engine.store.traversals import BEGUN, LeaseLost
from heat_engine.traversal import ending, overdue
from heat_engine.traversal.calls import Calls, invoke
from heat_engine.traversal.inbox import Inbox
from heat_engine.traversal.pool import Pool, Timer, Timers
from heat_engine.traversal.steps import Result, Steps
from heat_engine.traversal.vigil import Vigil
from heat_engine.traversal.waits import Waiting, Waits
from heat_engine.traversal.work import Call, DatabaseTime, Work

LOG = logging.getLogger(__name__)

TIMED_OUT = "Timed out"
KEEP_GOING = frozenset({Action.DELETE, Action.CHECK})


class Loops(Protocol):
    """What an execution needs of the runner that it lives in."""

    core: Core
    pool: Pool
    timers: Timers
    clock: DatabaseTime

    def ready(self, execution: Execution) -> None:
        """Give the execution a turn soon."""

    def begin(self, begun: Begun) -> None:
        """Run a traversal that has been written."""

    def hint(self, engine_id: str | None, stack_id: str) -> None:
        """Tell the engine that works on a stack to look at it."""

    def ended(self, execution: Execution, follower: Begun | None) -> None:
        """The execution is over; ``follower`` is the traversal that begins after it."""


class Execution:
    """Runs one traversal from its claim to its end, or until it is taken away."""

    def __init__(self, loops: Loops, begun: Begun) -> None:
        self._loops = loops
        self._inbox = Inbox(partial(loops.ready, self))
        self.post = self._inbox.post
        self.work = Work(loops.core, begun, loops.clock)
        self.steps = Steps(self.work)
        self.outcomes = self.steps.outcomes
        self.stopped: str | None = None
        self._overdue = ""
        self.over = False
        self._superseded = False
        self._calls = Calls(loops.pool, lambda *told: self.post(partial(self._returned, *told)))
        self._waits = Waits(
            loops.timers,
            lambda *due: self.post(partial(self._resume, *due)),
            unhinted=loops.core.settings.lease_seconds / 2,
        )
        self._deadline: Timer | None = None
        self._error_timer: Timer | None = None
        self._vigil = Vigil(self.work, loops, self.post, self.outcomes.break_down)

    def start(self) -> None:
        """Begin, or go on where an engine that is gone had stopped."""
        left = self.work.traversal.deadline - self.work.clock.now()
        time_out = partial(self.post, partial(self.stop, TIMED_OUT))
        self._deadline = self._loops.timers.after(left, time_out)
        self.post(self._take_up)

    def turn(self) -> None:
        """Apply what has arrived and advance as far as possible without waiting."""
        try:
            self._inbox.receive()
            if not self.over:
                self._advance()
        except LeaseLost:
            self.lose()
        except errors.ServiceUnavailable as error:
            # What could not be written is done again, by whoever claims the traversal when the
            # lease has run out: the rows say how far it was, and verbs are idempotent.
            LOG.warning("traversal %s is left: %s", self.work.traversal.id, error.message)
            self.lose()
        except Exception as error:
            LOG.exception("traversal %s cannot go on", self.work.traversal.id)
            self._over(ending.collapse(self.work, self.outcomes, error))
        self._inbox.rest()

    def wake(self) -> None:
        """A signal has arrived, a nested stack has ended or a hook was cleared: whoever waits for
        it looks at once."""
        for number in self._waits.listening():
            self._resume(number)
        for number in self.work.with_ended_child(self._waits.nested()):
            self._resume(number)
        for number in self.work.with_cleared_hook(self._waits.paused()):
            self._resume(number)

    def supersede(self) -> None:
        """Begin nothing more: end the running calls, write what they made, let go."""
        self._superseded = True

    def stop(self, why: str) -> None:
        """End as failed: what waits is aborted, what runs is waited for.

        why: the reason; empty where what has failed says it.
        """
        if self.stopped is None:
            self.stopped = why
            self._note_overdue()
        self._abort(self._waits.all())

    def _note_overdue(self) -> None:
        """Before what waits is aborted: the stack's reason tells it."""
        if self.stopped == TIMED_OUT:
            stack_id = self.work.stack.id
            self._overdue = self.work.core.database.query(overdue.told, stack_id)

    def lose(self) -> None:
        """Stop silently: the traversal is somebody else's."""
        self._over(None)

    def _take_up(self) -> None:
        """Go on with what had begun, unless the end had come before."""
        traversal = self.work.traversal
        if traversal.status == "CANCELLED":
            self.stopped = f"Stack {self.work.action} cancelled"
        elif self.work.clock.now() >= traversal.deadline:
            self.stopped = TIMED_OUT
            self._note_overdue()
        for number, step in self.work.steps.items():
            if step.status in (*BEGUN, "FAILED"):
                self.work.walk.claim(number)
            if step.status in BEGUN:
                self._resume(number)

    def _advance(self) -> None:
        limit = self.work.core.settings.group_size
        while True:
            if self._failing():
                self._lose_patience()
            taken = [] if self._halted() else self.work.walk.take(limit)
            for number in taken:
                step = self.work.steps[number]
                if step.verb == Verb.CLEANUP:
                    self.stopped = ending.publish(self.work) or None
                if self.stopped is None:
                    self._proceed(number, self.steps.begin(step))
            if self._finished():
                self._over(ending.end(self.work, self.outcomes, self.stopped, self._overdue))
                return
            if self._calls.prepared or not taken or len(self.work.journal) >= limit:
                self.work.journal.commit()
                self._calls.make()
                self._hand_over()
            if not taken:
                break
        if self._superseded and not self._calls:
            ending.release(self.work)
            self._over(None)
        else:
            self._vigil.schedule(bool(self._waits))

    def _halted(self) -> bool:
        """Whether nothing new may begin."""
        return self._superseded or self.stopped is not None or self._failing()

    def _failing(self) -> bool:
        """Whether a failure brings the traversal to its end."""
        return bool(self.outcomes.failures) and self.work.action not in KEEP_GOING

    def _finished(self) -> bool:
        if self._calls or self._waits or self._superseded:
            return False
        return self._halted() or not self.work.walk.ready

    def _proceed(self, number: int, result: Result) -> None:
        """Go on with a step that has begun: call inline or later, wait, or note its end."""
        while isinstance(result, Call):
            if result.first is not None or not runs_inline(result.kind, result.request):
                self._calls.prepare(result)
                return
            result = self.steps.apply(self.work.steps[number], invoke(result))
        if isinstance(result, Waiting):
            self._waits.add(number, result)
            if self.stopped is not None or (self._failing() and not result.error_wait):
                self._abort([number])

    def _resume(self, number: int, ticket: int | None = None) -> None:
        """Call the verb of a step again. With a ticket: if it still waits with that one."""
        if self._superseded or (not self._waits.take(number, ticket) and ticket is not None):
            return
        self._proceed(number, self.steps.resume(self.work.steps[number]))

    def _returned(self, number: int, progress: Progress) -> None:
        self._calls.ended(number)
        if self._superseded and progress.outcome is Outcome.REPLACE:
            return
        self._proceed(number, self.steps.apply(self.work.steps[number], progress))

    def _lose_patience(self) -> None:
        """Something has failed: abort who need not be waited for, give the others some time."""
        self._abort(self._waits.all(impatient=True))
        if self._error_timer is None:
            grace = self.work.core.settings.error_wait_time
            end_it = partial(self.post, partial(self.stop, ""))
            self._error_timer = self._loops.timers.after(grace, end_it)

    def _abort(self, numbers: list[int]) -> None:
        for number in numbers:
            self._waits.take(number)
            self.outcomes.abort(self.work.steps[number], self.stopped or "")

    def _hand_over(self) -> None:
        """Have others run, or stop, the traversals of nested stacks that were written."""
        nested = self.work.journal.take_nested()
        for begun in nested.begun:
            self._loops.begin(begun)
        for owner, child_id in nested.stopped:
            self._loops.hint(owner, child_id)
        if nested.idle:
            self.post(self.wake)

    def _over(self, follower: Begun | None) -> None:
        self._hand_over()
        self.over = True
        self._inbox.close()
        self._waits.clear()
        for timer in (self._deadline, self._error_timer):
            if timer is not None:
                timer.cancel()
        self._loops.ended(self, follower)
