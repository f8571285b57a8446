"""What has become of steps, put into the rows: finished, waiting, failed, aborted."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from common import errors
from heat_engine.commands.mask import GUEST, masked
from heat_engine.graph.states import Action, Status
from heat_engine.resources.protocol import Progress
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.traversals import StepRecord
from heat_engine.traversal.calls import invoke
from heat_engine.traversal.waits import Waiting
from heat_engine.traversal.work import Call, Work


class After(enum.Enum):
    """What has become of a step that does not wait."""

    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the action on a resource of that name failed; ``text`` names the place."""

    name: str
    action: str
    text: str


# Where the progress of a finished step has what its verb saved for a snapshot.
SNAPSHOT = "snapshot"
PAUSED = Waiting(paused=True, error_wait=False)
WHILE_PAUSED = "Failure occurred while waiting."
# A wait that long is one whose end a user wants to know; a shorter one is a poll. Seconds.
LONG = 10


class Outcomes:
    """Changes rows and steps of one traversal. ``failures``: what failed and why, in order."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.failures = self._earlier_failures()

    def _earlier_failures(self) -> list[Failure]:
        """What had failed before the traversal was taken over: steps, and what broke later."""
        work = self._work
        found = []
        for step in work.steps.values():
            row = work.rows.get(step.resource_id)
            if row is None or step.status not in ("DONE", "FAILED"):
                continue
            if step.status == "FAILED" and step.reason:
                restricted = row.status != Status.FAILED
                failure = Failure(
                    row.name, Action.UPDATE if restricted else row.action, step.reason
                )
            elif row.status == Status.FAILED and step.status == "DONE":
                failure = Failure(row.name, row.action, row.status_reason)
            else:
                continue
            found.append((row.updated_at or row.created_at, failure))
        return [failure for _, failure in sorted(found, key=lambda item: item[0])]

    def state(self, record: ResourceRecord, action: Action, status: Status, reason: str) -> None:
        self._work.journal.state(record, action, status, reason)

    def done(self, step: StepRecord) -> After:
        step.status, step.waiting_for, step.waiting_until = "DONE", None, None
        self._work.journal.step(step)
        self._work.walk.finish(step.number)
        return After.FINISHED

    def removed(self, step: StepRecord, record: ResourceRecord) -> After:
        """The resource is gone, and its row goes too."""
        work = self._work
        work.journal.remove(record)
        handle = work.handle_of(record)
        if handle is not None:
            work.journal.clear_signals(handle)
        del work.rows[record.id]
        if work.current.get(record.name) is record:
            del work.current[record.name]
        return self.done(step)

    def waiting(
        self, step: StepRecord, record: ResourceRecord, progress: Progress, *, changed: bool
    ) -> Waiting:
        """``changed``: the resource's row has something new to store."""
        lasts = progress.after if progress.after is not None and progress.after > LONG else None
        reached = (dict(progress.saved), progress.waiting_for)
        if changed:
            self._work.journal.row(record)
        if changed or (step.progress, step.waiting_for) != reached:
            step.progress, step.waiting_for = reached
            step.waiting_until = None if lasts is None else self._work.clock.now() + lasts
            self._work.journal.step(step)
        return Waiting.of(self._work.kind(record), progress)

    def pause(self, step: StepRecord, record: ResourceRecord, hook: str) -> Waiting:
        """Stop a step at a hook until a user clears it."""
        action = hook.partition("-")[2].upper()
        reason = f"{action} paused until Hook {hook} is cleared"
        step.status, step.hook = "PAUSED", hook
        step.waiting_for, step.waiting_until = f"hook {hook} to be cleared", None
        self._work.journal.step(step)
        self._work.journal.event(record, record.action, record.status, reason)
        return PAUSED

    def fail(self, step: StepRecord, record: ResourceRecord, progress: Progress) -> After:
        """End a step whose verb has failed."""
        return self.give_up(step, record, Action(record.action), self.told(record, progress))

    def give_up(self, step: StepRecord, record: ResourceRecord, action: Action, text: str) -> After:
        """End a step; of several tries the first one's failure is what the stack reports."""
        retried = step.reason is not None
        first = step.reason or text
        self.state(record, action, Status.FAILED, first if action is Action.CREATE else text)
        self.failures.append(Failure(record.name, Action.CREATE if retried else action, first))
        self._end_failed(step, first)
        return After.FAILED

    def told(self, record: ResourceRecord, progress: Progress) -> str:
        """Error, place and reason of a failure in one line; what is hidden is masked."""
        told = masked(progress.reason, self._work.secrets())
        place = f".{progress.place}" if progress.place else ""
        path = errors.dotted(("resources", record.name)) + place
        return ": ".join(part for part in (progress.error, path, told) if part)

    def refuse(self, step: StepRecord, record: ResourceRecord, action: Action, text: str) -> After:
        """End a step that could not begin; ``text`` stands alone as its reason."""
        self._end_failed(step, text)
        self.state(record, action, Status.FAILED, text)
        self.failures.append(Failure(record.name, action, text))
        return After.FAILED

    def forbid(
        self, step: StepRecord, record: ResourceRecord, error: errors.ResourceActionRestricted
    ) -> After:
        """End a step that a rule does not allow; the resource stays in the state it is in."""
        if record.status == Status.IN_PROGRESS:
            self.state(record, Action.UPDATE, Status.FAILED, error.message)
        else:
            self._work.journal.event(record, Action.UPDATE, Status.FAILED, error.message)
        place = errors.dotted(("resources", record.name))
        text = f"{type(error).__name__}: {place}: {error.message}"
        self._end_failed(step, text)
        self.failures.append(Failure(record.name, Action.UPDATE, text))
        return After.FAILED

    def abort(self, step: StepRecord, why: str) -> None:
        """End a step that was waiting, because its traversal ends."""
        record = self._work.rows[step.resource_id]
        if step.hook is not None:
            self._end_failed(step)
            self._work.journal.event(record, record.action, record.status, WHILE_PAUSED)
            return
        if record.action == Action.INIT and step.reason is not None:
            self.state(record, Action.CREATE, Status.FAILED, step.reason)
            self._end_failed(step)
            return
        kind = self._work.kind(record)
        if kind.signals_itself:
            invoke(Call(step.number, kind, "cancel", self._work.requests.build(record)))
        reason = aborted(record.action, why, step.waiting_for)
        self._end_failed(step)
        self.state(record, Action(record.action), Status.FAILED, reason)
        self._stop_child(record)

    def abandon(self, why: str) -> None:
        """Nothing is in progress when a traversal ends; what an earlier one left is aborted."""
        for record in self._work.rows.values():
            if record.status == Status.IN_PROGRESS:
                reason = aborted(record.action, why)
                self.state(record, Action(record.action), Status.FAILED, reason)
                self._stop_child(record)

    def _stop_child(self, record: ResourceRecord) -> None:
        """What its resource does not wait for any more, a nested stack does not go on with."""
        if record.child_id is not None:
            self._work.journal.stop_child(record.child_id)

    def break_down(self, found: list[tuple[str, Progress]]) -> None:
        """Note what has broken since it was made, while its traversal still runs."""
        for resource_id, progress in found:
            record = self._work.rows.get(resource_id)
            if record is not None and record.status == Status.COMPLETE:
                text = self.told(record, progress)
                self.state(record, Action(record.action), Status.FAILED, text)
                self.failures.append(Failure(record.name, record.action, text))

    def keep(self, record: ResourceRecord, progress: Progress) -> bool:
        """Put what a verb found out into the row; whether that changes anything."""
        before = (record.physical_id, record.outcome, record.metadata)
        if progress.physical_id is not None:
            record.physical_id = progress.physical_id
        outcome = dict(record.outcome or {})
        if progress.reference_id is not None:
            outcome["reference_id"] = progress.reference_id
        if progress.attributes is not None:
            outcome["attributes"] = {**record.attributes, **progress.attributes}
        if progress.data is not None:
            guest = {GUEST: record.data[GUEST]} if GUEST in record.data else {}
            outcome["data"] = {**progress.data, **guest}
        if progress.guest is not None:
            outcome["data"] = {
                **record.data,
                GUEST: {**record.data[GUEST], **progress.guest},
            }
            self._work.journal.user_project(progress.guest["abroad"]["project_id"])
        record.outcome = outcome or None
        if progress.metadata is not None:
            record.metadata = dict(progress.metadata)
        return before != (record.physical_id, record.outcome, record.metadata)

    def _end_failed(self, step: StepRecord, reason: str | None = None) -> None:
        """reason: what the stack reports; None: the step ends because of something else."""
        step.status, step.waiting_for, step.waiting_until = "FAILED", None, None
        step.hook, step.reason = None, reason
        self._work.journal.step(step)


def aborted(action: str, why: str, waited_for: str | None = None) -> str:
    """The reason of a resource that was in progress when its traversal ended (contract 9.3)."""
    words = [why] if why else []
    if waited_for:
        words.append(f"waiting for {waited_for}")
    return f"{action} aborted" + (f" ({', '.join(words)})" if words else "")
