"""One step of a traversal: how it begins, and what its verb's progress does to the rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from common import errors
from heat_engine.clouds.interface import CloudError
from heat_engine.commands import plan_steps, planning
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action, Status
from heat_engine.resources.protocol import Outcome, Progress, failed
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.traversals import StepRecord
from heat_engine.traversal.beginnings import Beginnings
from heat_engine.traversal.outcomes import PAUSED, SNAPSHOT, After, Outcomes
from heat_engine.traversal.retries import Retries
from heat_engine.traversal.waits import Waiting
from heat_engine.traversal.work import Call, Work

Result = Call | After | Waiting
Begin = Callable[[StepRecord, ResourceRecord], Result | Progress]


class Steps:
    """Begins steps and applies progress. A result tells the call to make next, what the step waits
    with, or what has become of it."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.outcomes = Outcomes(work)
        self._beginnings = Beginnings(work, self.outcomes)
        self._retries = Retries(work, self.outcomes)

    def begin(self, step: StepRecord) -> Result:
        """Write that a step begins, unless there is a hook before it."""
        if step.verb == Verb.CLEANUP:
            return self._plan_cleanup(step)
        step.started_at = step.started_at or self._work.clock.now()
        record = self._work.rows[step.resource_id]
        hook = self._work.rules.hook_before(step.verb, record)
        if hook is not None:
            return self.outcomes.pause(step, record, hook)
        step.status = "STARTED"
        self._work.journal.step(step)
        return self._guarded(step, self._beginnings.begin)

    def resume(self, step: StepRecord) -> Result:
        """Go on with a step that was begun, here or by an engine that is gone."""
        if step.hook is None:
            return self._again(step, self._work.rows[step.resource_id])
        if step.status == "PAUSED" and not self._work.with_cleared_hook([step.number]):
            return PAUSED
        return self._pass(step, step.hook)

    def apply(self, step: StepRecord, progress: Progress) -> Result:
        """Put what a verb has reached into the rows; the next call where it leads to one."""
        record = self._work.rows[step.resource_id]
        if step.verb == Verb.OBSERVE and progress.outcome is not Outcome.WAIT:
            return self._observed(step, record, progress)
        if progress.outcome is Outcome.REPLACE:
            return self._guarded(step, self._beginnings.replace_updated)
        changed = self.outcomes.keep(record, progress)
        if step.verb == Verb.RETRY and progress.outcome is not Outcome.WAIT:
            return self._retries.taken_back(step, record, progress)
        if progress.outcome is Outcome.WAIT:
            if progress.child is not None:
                return self._guarded(step, partial(self._nest, progress))
            return self.outcomes.waiting(step, record, progress, changed=changed)
        if progress.outcome is Outcome.FAILED:
            return self._retries.take_back(step, record, progress) or self.outcomes.fail(
                step, record, progress
            )
        return self._done(step, record, progress)

    def _done(self, step: StepRecord, record: ResourceRecord, progress: Progress) -> Result:
        if step.verb in (Verb.RELEASE, Verb.SNAPSHOT):
            second_half = self._second_half(step, record, progress)
            if second_half is not None:
                return self._guarded(step, second_half)
        if step.verb == Verb.UPDATE:
            record.define(planning.tried(record)[-1])
            record.type = record.definition["type"] if record.definition else record.type
        self.outcomes.state(record, Action(record.action), Status.COMPLETE, "state changed")
        hook = self._work.rules.hook_after(step.verb, record)
        if hook is not None:
            return self.outcomes.pause(step, record, hook)
        return self._finish(step, record)

    def _observed(self, step: StepRecord, record: ResourceRecord, progress: Progress) -> Result:
        """Update from what is real; what is gone has nothing left to release and is made anew."""
        if progress.outcome is Outcome.FAILED:
            text = self.outcomes.told(record, progress)
            return self.outcomes.give_up(step, record, Action.UPDATE, text)
        step.verb, step.progress = Verb.UPDATE, {}
        if progress.outcome is Outcome.REPLACE:
            step.verb = Verb.REPLACE
            record.outcome = {**(record.outcome or {}), "released": True}
        elif progress.observed:
            record.define(planning.as_observed(record, progress.observed))
        self._work.journal.row(record)
        self._work.journal.step(step)
        return self._guarded(step, self._beginnings.begin)

    def _again(self, step: StepRecord, record: ResourceRecord) -> Result:
        """Call a verb again, or begin again what was taken back, once it is time for that."""
        if step.verb == Verb.CREATE and record.action == Action.INIT:
            left = self._retries.left(step, record)
            if left > 0:
                return Waiting(after=left)
            self._retries.begin(step)
        return self._guarded(step, self._beginnings.resume)

    def _second_half(
        self, step: StepRecord, record: ResourceRecord, progress: Progress
    ) -> Begin | None:
        """What the verb was only the beginning of; None where it was all there is to do."""
        if step.verb == Verb.RELEASE:
            record.outcome = {**(record.outcome or {}), "released": True}
            return self._beginnings.replace
        if record.action == Action.DELETE:
            return self._beginnings.delete_copied
        step.progress = {SNAPSHOT: dict(progress.snapshot or {})}
        return None

    def _finish(self, step: StepRecord, record: ResourceRecord) -> After:
        if step.verb == Verb.DELETE:
            return self.outcomes.removed(step, record)
        return self.outcomes.done(step)

    def _pass(self, step: StepRecord, hook: str) -> Result:
        """Go on from a hook that was cleared; what is done from here on has its own time."""
        step.status, step.hook = "STARTED", None
        step.waiting_for, step.started_at = None, self._work.clock.now()
        self._work.journal.step(step)
        if hook.startswith("pre-"):
            return self._guarded(step, self._beginnings.begin)
        return self._finish(step, self._work.rows[step.resource_id])

    def _nest(self, progress: Progress, step: StepRecord, record: ResourceRecord) -> Waiting:
        """Have the nested stack made, or changed, with the next write."""
        if progress.child is not None:
            self._work.want_child(record, progress.child)
        return self.outcomes.waiting(step, record, progress, changed=True)

    def _guarded(
        self,
        step: StepRecord,
        begin: Begin,
    ) -> Result:
        """What a user or a cloud is to blame for fails the resource, not the whole traversal."""
        try:
            result = begin(step, self._work.rows[step.resource_id])
        except errors.ServiceUnavailable:
            raise
        except errors.ResourceActionRestricted as error:
            return self.outcomes.forbid(step, self._work.rows[step.resource_id], error)
        except errors.HearthError as error:
            return self._fail(step, error.message, type(error).__name__)
        except CloudError as error:
            return self._fail(step, str(error), type(error).__name__)
        return self.apply(step, result) if isinstance(result, Progress) else result

    def _fail(self, step: StepRecord, reason: str, name: str) -> After:
        record = self._work.rows[step.resource_id]
        replacing = step.verb in (Verb.REPLACE, Verb.RELEASE, Verb.RETRY)
        action = Action.CREATE if replacing else Action(step.verb.upper())
        if record.action == Action.DELETE:
            action = Action.DELETE  # also for the copy that its deletion policy asks for
        text = self.outcomes.told(record, failed(reason, name))
        return self.outcomes.give_up(step, record, action, text)

    def _plan_cleanup(self, step: StepRecord) -> After:
        work = self._work
        wanted = work.definitions.keys()
        leftover = [row for row in work.rows.values() if row.obsolete or row.name not in wanted]
        first = max(work.steps) + 1
        result = self.outcomes.done(step)
        work.add_steps(plan_steps.deletion(leftover, first=first))
        return result
