"""One step of a traversal: how it begins, and what its verb's progress does to the rows."""

from __future__ import annotations

import enum
import logging
import secrets
from typing import Any

from common import errors
from common.identifiers import new_id
from heat_engine.clouds.interface import CloudError
from heat_engine.commands import planning
from heat_engine.commands.mask import GUEST, masked
from heat_engine.graph import states
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action, Status
from heat_engine.language import properties
from heat_engine.resources.protocol import Outcome, Progress, done, failed
from heat_engine.store import clock
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.traversals import StepRecord
from heat_engine.traversal.work import Call, Work

LOG = logging.getLogger(__name__)


class After(enum.Enum):
    """What has become of a step."""

    FINISHED = "finished"
    WAITING = "waiting"
    FAILED = "failed"


def invoke(call: Call) -> Progress:
    """Call a verb; whatever it raises becomes a failure that names the error's class."""
    try:
        progress: Progress = getattr(call.kind, call.verb)(call.request)
    except CloudError as error:
        return failed(str(error), "CloudError")
    except errors.HearthError as error:
        return failed(error.message, type(error).__name__)
    except Exception as error:
        LOG.exception("%s of %s (%s) raised", call.verb, call.request.name, call.request.type)
        return failed(str(error), type(error).__name__)
    return progress


class Steps:
    """Begins steps and applies progress. ``failures`` collects what failed, first one first."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.failures: list[tuple[ResourceRecord, str]] = []
        self.unsupported_checks = False

    def begin(self, step: StepRecord) -> Call | After:
        """Write that a step begins; the call to make, or what became of it where none is needed."""
        work = self._work
        if step.verb == Verb.CLEANUP:
            return self._plan_cleanup(step)
        record = work.rows[step.resource_id]
        step.started_at = step.started_at or work.clock.now()
        step.status = "STARTED"
        work.journal.step(step)
        try:
            match step.verb:
                case Verb.CREATE:
                    return self._begin_create(step, record)
                case Verb.UPDATE:
                    return self._begin_update(step, record)
                case Verb.REPLACE:
                    return self._replace(step, record)
                case Verb.DELETE:
                    return self._begin_delete(step, record)
                case _:
                    return self._begin_plain(step, record)
        except errors.HearthError as error:
            action = Action.CREATE if step.verb == Verb.REPLACE else Action(step.verb.upper())
            return self._fail(step, record, action, error.message, type(error).__name__)

    def apply(self, step: StepRecord, progress: Progress) -> Call | After:
        """Put what a verb has reached into the rows; the next call where it leads to one."""
        record = self._work.rows[step.resource_id]
        if progress.outcome is Outcome.REPLACE:
            self._state(record, Action.UPDATE, Status.COMPLETE, self._replacement(record))
            return self._replace(step, record)
        self._keep(record, progress)
        if progress.outcome is Outcome.WAIT:
            return self._wait(step, record, progress)
        if progress.outcome is Outcome.FAILED:
            return self._fail(step, record, Action(record.action), progress.reason, progress.error)
        return self._finish(step, record)

    def abort(self, step: StepRecord, why: str) -> None:
        """End a step that was waiting, because its traversal ends."""
        record = self._work.rows[step.resource_id]
        reason = f"{record.action} aborted" + (f" ({why})" if why else "")
        step.status, step.waiting_for, step.waiting_until = "FAILED", None, None
        self._work.journal.step(step)
        self._state(record, Action(record.action), Status.FAILED, reason)

    def resume(self, step: StepRecord) -> Call | After:
        """The call that goes on with a step that was begun, here or by an engine that is gone."""
        record = self._work.rows[step.resource_id]
        if step.verb != Verb.UPDATE:
            return self._work.call(step, record)
        try:
            wanted = self._wanted(record)
        except errors.HearthError as error:
            return self._fail(step, record, Action.UPDATE, error.message, type(error).__name__)
        return self._update_call(step, record, wanted)

    def break_down(self, record: ResourceRecord, progress: Progress) -> None:
        """Note that a finished resource has broken while its traversal still runs."""
        self._failure(record, Action(record.action), progress.reason, progress.error)

    def _wanted(self, record: ResourceRecord) -> dict[str, Any]:
        definition = self._work.definitions[record.name]
        wanted = planning.definition_of(definition, self._work.scope)
        kind = self._work.kind(record)
        problems = properties.check(
            kind.properties,
            wanted["properties"],
            ("Properties",),
            open=kind.open_properties,
        )
        if problems:
            raise errors.StackValidationFailed(problems=problems)
        return wanted

    def _begin_create(self, step: StepRecord, record: ResourceRecord) -> Call | After:
        self._allow(step, record)
        definition = self._work.definitions[record.name]
        record.define(self._wanted(record))
        record.requires = tuple(sorted(definition.requires(self._work.definitions.keys())))
        record.deletion_policy = definition.deletion_policy
        if record.definition and record.definition["metadata"] and record.metadata is None:
            record.metadata = record.definition["metadata"]
        if self._work.kind(record).needs_guest and GUEST not in record.data:
            self._invite(record)
        if (record.action, record.status) != (Action.CREATE, Status.IN_PROGRESS):
            self._state(record, Action.CREATE, Status.IN_PROGRESS, "state changed")
        return self._work.call(step, record)

    def _begin_update(self, step: StepRecord, record: ResourceRecord) -> Call | After:
        self._allow(step, record)
        wanted = self._wanted(record)
        definition = self._work.definitions[record.name]
        record.requires = tuple(sorted(definition.requires(self._work.definitions.keys())))
        record.deletion_policy = definition.deletion_policy
        interrupted = record.status == Status.IN_PROGRESS
        if planning.same(record.definition, wanted) and not interrupted:
            if record.status == Status.FAILED:
                reason = "Update status to COMPLETE for FAILED resource neither update nor replace."
                self._state(record, Action(record.action), Status.COMPLETE, reason)
            self._work.journal.row(record)
            return self._done(step)
        self._state(record, Action.UPDATE, Status.IN_PROGRESS, "state changed")
        return self._update_call(step, record, wanted)

    def _update_call(
        self, step: StepRecord, record: ResourceRecord, wanted: dict[str, Any]
    ) -> Call | After:
        work, kind = self._work, self._work.kind(record)
        changed = planning.differing(
            work.core, record.type, record.properties, wanted["properties"]
        )
        frozen = sorted(name for name in changed if kind.properties[name].immutable)
        if frozen:
            feature = f"Update to properties {', '.join(frozen)} of {record.name} ({record.type})"
            return self._fail(
                step, record, Action.UPDATE, f"{feature} is not supported.", "NotSupported"
            )
        call = work.call(
            step,
            record,
            given=wanted["properties"],
            changed=changed,
            metadata=wanted["metadata"],
        )
        if planning.needs_new(work.core, record.type, changed) or kind.must_replace(call.request):
            self._state(record, Action.UPDATE, Status.COMPLETE, self._replacement(record))
            return self._replace(step, record)
        return call

    def _begin_delete(self, step: StepRecord, record: ResourceRecord) -> Call | After:
        if record.action == Action.INIT:
            self._work.journal.remove(record)
            self._forget(record)
            return self._done(step)
        self._state(record, Action.DELETE, Status.IN_PROGRESS, "state changed")
        if record.deletion_policy == "Retain":
            return self.apply(step, done())
        return self._work.call(step, record)

    def _begin_plain(self, step: StepRecord, record: ResourceRecord) -> Call | After:
        self._allow(step, record)
        action = Action(step.verb.upper())
        if step.verb == Verb.CHECK and not self._work.kind(record).supports_check:
            self.unsupported_checks = True
            reason = f"CHECK not supported for {record.type}"
            self._state(record, action, Status.COMPLETE, reason)
            return self._done(step)
        self._state(record, action, Status.IN_PROGRESS, "state changed")
        return self._work.call(step, record)

    def _replace(self, step: StepRecord, record: ResourceRecord) -> Call | After:
        """Make a new incarnation with this same step; the old one is left for the clean-up."""
        work = self._work
        fresh = ResourceRecord(
            id=new_id(),
            stack_id=record.stack_id,
            name=record.name,
            type=work.definitions[record.name].type,
            action=Action.INIT,
            status=Status.COMPLETE,
            created_at=clock.utc(),
            replaces=record.id,
        )
        record.obsolete = True
        work.rows[fresh.id] = work.current[fresh.name] = fresh
        work.journal.row(record)
        step.verb, step.resource_id, step.token, step.progress = Verb.CREATE, fresh.id, fresh.id, {}
        step.started_at = work.clock.now()
        return self._begin_create(step, fresh)

    def _plan_cleanup(self, step: StepRecord) -> After:
        work = self._work
        wanted = work.definitions.keys()
        leftover = [row for row in work.rows.values() if row.obsolete or row.name not in wanted]
        first = max(work.steps) + 1
        result = self._done(step)
        work.add_steps(planning.deletion(leftover, first=first))
        return result

    def _allow(self, step: StepRecord, record: ResourceRecord) -> None:
        if not states.may_begin(step.verb, record.action, record.status):
            raise errors.Invalid(states.refusal(step.verb, record.action, record.status))

    def _invite(self, record: ResourceRecord) -> None:
        """Make the credential that reaches this resource and nothing else."""
        guest = {
            "user_id": new_id(),
            "access": secrets.token_hex(16),
            "secret": secrets.token_hex(16),
            "token": secrets.token_urlsafe(32),
        }
        record.outcome = {**(record.outcome or {}), "data": {**record.data, GUEST: guest}}
        self._work.journal.guest(
            {
                **guest,
                "project_id": self._work.stack.project_id,
                "stack_id": record.stack_id,
                "resource_id": record.id,
                "resource_name": record.name,
            }
        )

    def _keep(self, record: ResourceRecord, progress: Progress) -> None:
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
        record.outcome = outcome or None
        if progress.metadata is not None:
            record.metadata = dict(progress.metadata)

    def _wait(self, step: StepRecord, record: ResourceRecord, progress: Progress) -> After:
        # A long wait is one with an end that a user wants to know; a short one is a poll.
        long = progress.after is not None and progress.after > 10
        until = self._work.clock.now() + (progress.after or 0.0) if long else None
        reached = (dict(progress.saved), progress.waiting_for)
        if (step.progress, step.waiting_for) != reached or progress.physical_id is not None:
            step.progress, step.waiting_for = reached
            step.waiting_until = until
            self._work.journal.step(step)
            self._work.journal.row(record)
        return After.WAITING

    def _finish(self, step: StepRecord, record: ResourceRecord) -> After:
        action = Action(record.action)
        if step.verb == Verb.UPDATE:
            record.define(self._wanted(record))
        self._state(record, action, Status.COMPLETE, "state changed")
        if action == Action.DELETE:
            self._work.journal.remove(record)
            self._forget(record)
        return self._done(step)

    def _done(self, step: StepRecord) -> After:
        step.status, step.waiting_for, step.waiting_until = "DONE", None, None
        self._work.journal.step(step)
        self._work.walk.finish(step.number)
        return After.FINISHED

    def _fail(
        self, step: StepRecord, record: ResourceRecord, action: Action, reason: str, error: str
    ) -> After:
        step.status, step.waiting_for, step.waiting_until = "FAILED", None, None
        self._work.journal.step(step)
        self._failure(record, action, reason, error)
        return After.FAILED

    def _failure(self, record: ResourceRecord, action: Action, reason: str, error: str) -> None:
        told = masked(reason, self._work.secrets())
        text = f"{error}: {errors.dotted(('resources', record.name))}: {told}"
        self._state(record, action, Status.FAILED, text)
        self.failures.append((record, text))

    def _forget(self, record: ResourceRecord) -> None:
        del self._work.rows[record.id]
        if self._work.current.get(record.name) is record:
            del self._work.current[record.name]

    def _state(self, record: ResourceRecord, action: Action, status: Status, reason: str) -> None:
        self._work.journal.state(record, action, status, reason)

    @staticmethod
    def _replacement(record: ResourceRecord) -> str:
        return f"The Resource {record.name} requires replacement."
