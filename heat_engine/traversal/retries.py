"""Creations that went wrong and may go right when they are begun anew (contract section 8.4).

What was made is deleted first. Then the row is as if nothing had been made yet, with a new token,
and the step waits, for longer each time. All of it stands in the rows, so that an engine that
takes over goes on with it.
"""

from __future__ import annotations

import random

from common.identifiers import new_id
from heat_engine.commands.mask import GUEST
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action, Status
from heat_engine.resources.protocol import Outcome, Progress
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.traversals import StepRecord
from heat_engine.traversal.outcomes import After, Outcomes
from heat_engine.traversal.waits import Waiting
from heat_engine.traversal.work import Call, Work


class Retries:
    """Takes back and repeats creations of one traversal."""

    def __init__(self, work: Work, outcomes: Outcomes) -> None:
        self._work = work
        self._outcomes = outcomes

    def take_back(
        self, step: StepRecord, record: ResourceRecord, progress: Progress
    ) -> Call | None:
        """The call that deletes what a failed creation has made; None when the failure stands."""
        settings = self._work.core.settings
        again = step.verb == Verb.CREATE and progress.transient
        if not again or step.attempts >= settings.action_retry_limit:
            return None
        text = self._outcomes.told(record, progress)
        self._outcomes.state(record, Action.CREATE, Status.FAILED, text)
        self._outcomes.state(record, Action.DELETE, Status.IN_PROGRESS, "state changed")
        step.attempts += 1
        step.reason = step.reason or text
        step.verb, step.progress = Verb.RETRY, {}
        self._work.journal.step(step)
        return self._work.call(step, record)

    def taken_back(
        self, step: StepRecord, record: ResourceRecord, progress: Progress
    ) -> Waiting | After:
        """What was made is gone, or could not be deleted: then the first failure stands."""
        if progress.outcome is Outcome.FAILED:
            text = self._outcomes.told(record, progress)
            return self._outcomes.give_up(step, record, Action.DELETE, text)
        self._outcomes.state(record, Action.DELETE, Status.COMPLETE, "state changed")
        self._forget(record)
        settings = self._work.core.settings
        pause = settings.retry_seconds * (2 ** (step.attempts - 1) + random.random())
        step.verb, step.progress, step.token = Verb.CREATE, {}, record.token
        number = f"{step.attempts} of {settings.action_retry_limit}"
        step.waiting_for = f"another try ({number}) after {step.reason}"
        step.waiting_until = self._work.clock.now() + pause
        self._work.journal.step(step)
        return Waiting(after=pause)

    def left(self, step: StepRecord, record: ResourceRecord) -> float:
        """Seconds until a creation is begun again; 0 when it may be, or needs not."""
        if record.action != Action.INIT or step.waiting_until is None:
            return 0.0
        return max(0.0, step.waiting_until - self._work.clock.now())

    def begin(self, step: StepRecord) -> None:
        """Note that a creation begins anew; its time counts from now."""
        step.waiting_for, step.waiting_until = None, None
        step.started_at = self._work.clock.now()
        self._work.journal.step(step)

    def _forget(self, record: ResourceRecord) -> None:
        """Only the credential stays: the server that calls back is made with it."""
        record.action, record.status = str(Action.INIT), str(Status.COMPLETE)
        kept = {"data": {GUEST: record.data[GUEST]}} if GUEST in record.data else {}
        record.status_reason, record.physical_id, record.metadata = "", None, None
        record.outcome = {"token": new_id(), **kept}
        self._work.journal.row(record)
