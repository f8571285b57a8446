"""How each verb begins on a resource: what is written first, and the call that is then made."""

from __future__ import annotations

from typing import Any

from common import errors
from common.identifiers import new_id
from heat_engine.commands import planning, stack_adopt
from heat_engine.graph import states
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action, Status
from heat_engine.resources.protocol import ADOPTED, Progress, done
from heat_engine.store import clock
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.traversals import StepRecord
from heat_engine.traversal import making
from heat_engine.traversal.outcomes import After, Outcomes
from heat_engine.traversal.work import Call, Work

UNCHANGED = "Update status to COMPLETE for FAILED resource neither update nor replace."


def _half_made(record: ResourceRecord) -> bool:
    """Whether what it is made from does not tell how far its making has come."""
    if record.status == Status.FAILED:
        return record.action == Action.CREATE
    return record.status == Status.IN_PROGRESS


def _retained(record: ResourceRecord, action: Action) -> bool:
    """Whether only the row goes. What a change that failed had made new may be excepted."""
    fingerprint = (record.definition or {}).get("fingerprint") or {}
    excepted = fingerprint.get("retain_except_on_create") and action is Action.ROLLBACK
    return record.deletion_policy == "Retain" and not excepted


Begun = Call | After | Progress


class Beginnings:
    """Begins steps. A step that needs no call comes back as what became of it, or as the progress
    that the call would have brought. Raises what a user or a cloud is to blame for."""

    def __init__(self, work: Work, outcomes: Outcomes) -> None:
        self._work = work
        self._outcomes = outcomes

    def begin(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """Begin a step that has not begun."""
        match step.verb:
            case Verb.CREATE:
                return self._create(step, record)
            case Verb.UPDATE:
                return self._update(step, record)
            case Verb.REPLACE:
                return self.replace(step, record)
            case Verb.ADOPT:
                return self._adopt(step, record)
            case Verb.DELETE:
                return self._delete(step, record)
            case Verb.OBSERVE:
                return self._work.call(step, record)
            case _:
                return self._plain(step, record)

    def resume(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """Call the verb of a step again that has begun; a creation that was taken back begins."""
        if step.verb == Verb.CREATE and record.action == Action.INIT:
            return self._create(step, record)
        if step.verb == Verb.UPDATE:
            return self._update_call(step, record)
        return self._work.call(step, record)

    def _create(self, step: StepRecord, record: ResourceRecord) -> Begun:
        self._allow(step, record)
        making.describe(self._work, record)
        definition = self._work.definitions[record.name]
        if definition.external_id is not None:
            return self._take(step, record, definition.external_id)
        making.invite(self._work, record)
        self._outcomes.state(record, Action.CREATE, Status.IN_PROGRESS, "state changed")
        return self._work.call(step, record)

    def _take(self, step: StepRecord, record: ResourceRecord, external_id: str) -> Begun:
        """Take a thing that is there, and look whether it is in order."""
        record.physical_id = external_id
        self._outcomes.state(record, Action.ADOPT, Status.IN_PROGRESS, "state changed")
        self._outcomes.state(record, Action.ADOPT, Status.COMPLETE, "state changed")
        step.verb = Verb.CHECK
        self._work.journal.step(step)
        return self._plain(step, record)

    def _adopt(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """Until the whole adoption has succeeded, what is taken over is not to be deleted."""
        self._allow(step, record)
        kind, document = self._work.kind(record), step.progress[ADOPTED]
        external_id = self._work.definitions[record.name].external_id
        if external_id is not None:
            making.describe(self._work, record)
            return self._take(step, record, external_id)
        stack_adopt.take(record, document)
        if kind.is_handle:
            self._work.journal.hear(record, stack_adopt.signals(document))
        making.describe(self._work, record)
        making.invite(self._work, record)
        if not kind.nested:
            record.deletion_policy = "Retain"
        self._outcomes.state(record, Action.ADOPT, Status.IN_PROGRESS, "state changed")
        return self._work.call(step, record)

    def _update_adopted(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """What was adopted stays the same thing; it is looked at again if it was not in order."""
        if record.external_id != self._work.definitions[record.name].external_id:
            feature = f"Update to property external_id of {record.name} ({record.type})"
            raise errors.NotSupported(feature=feature)
        if record.status == Status.COMPLETE:
            return self._outcomes.done(step)
        step.verb = Verb.CHECK
        self._work.journal.step(step)
        return self._plain(step, record)

    def _update(self, step: StepRecord, record: ResourceRecord) -> Begun:
        self._allow(step, record)
        definition = self._work.definitions[record.name]
        if definition.external_id is not None or record.external_id is not None:
            return self._update_adopted(step, record)
        wanted = making.wanted(self._work, record)
        record.requires = tuple(sorted(definition.requires(self._work.definitions.keys())))
        record.deletion_policy = wanted["fingerprint"]["deletion_policy"]
        self._work.journal.row(record)
        kind = self._work.kind(record)
        settled = not _half_made(record) and not kind.nested and not kind.always_replaced
        restored = self._work.saved_of(record) is not None
        if settled and not restored and planning.same(record.definition, wanted):
            if record.status == Status.FAILED:
                self._outcomes.state(record, Action(record.action), Status.COMPLETE, UNCHANGED)
            return self._outcomes.done(step)
        spare = planning.spare_of(record, self._work.rows.values(), wanted)
        if spare is not None and not kind.always_replaced:
            return self._swap(step, record, spare)
        if self._work.rules.restricted(record):
            self._restrict(step, record, wanted["properties"])
        record.define(planning.trying(record, wanted))
        self._outcomes.state(record, Action.UPDATE, Status.IN_PROGRESS, "state changed")
        return self._update_call(step, record)

    def _update_call(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """The call that makes a resource what is being tried, or its replacement."""
        work, kind = self._work, self._work.kind(record)
        wanted = planning.tried(record)[-1]
        changed = planning.changed_by(work.core, record, wanted["properties"])
        frozen = sorted(
            name for name in changed if name in kind.properties and kind.properties[name].immutable
        )
        if frozen:
            feature = f"Update to properties {', '.join(frozen)} of {record.name} ({record.type})"
            raise errors.NotSupported(feature=feature)
        call = work.call(
            step,
            record,
            given=wanted["properties"],
            changed=changed,
            metadata=wanted["metadata"],
        )
        if planning.needs_new(kind, changed) or kind.must_replace(call.request):
            return self.replace_updated(step, record)
        return call

    def _restrict(self, step: StepRecord, record: ResourceRecord, given: dict[str, Any]) -> None:
        """Find out, before anything is written, whether a rule forbids what would be done."""
        work, kind = self._work, self._work.kind(record)
        changed = planning.changed_by(work.core, record, given)
        request = work.call(step, record, given=given, changed=changed).request
        replaces = planning.needs_new(kind, changed) or kind.must_replace(request)
        work.rules.check("replace" if replaces else "update", record)

    def _delete(self, step: StepRecord, record: ResourceRecord) -> Begun:
        if record.action == Action.INIT:
            return self._outcomes.removed(step, record)
        self._outcomes.state(record, Action.DELETE, Status.IN_PROGRESS, "state changed")
        retained = _retained(record, self._work.action)
        if record.definition is None or retained or self._handed_on(record):
            return done()
        kind = self._work.kind(record)
        if record.deletion_policy == "Snapshot" and kind.deletion_snapshot and record.physical_id:
            step.verb = Verb.SNAPSHOT
        return self._work.call(step, record)

    def _handed_on(self, record: ResourceRecord) -> bool:
        """Whether what is known by this id is another's now: a thing that goes by its name was made
        anew because it was gone."""
        heir = self._work.current.get(record.name)
        if heir is None or heir is record or record.physical_id is None:
            return False
        return (heir.type, heir.physical_id) == (record.type, record.physical_id)

    def delete_copied(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """The copy that the deletion policy asks for is made: now the thing may go."""
        step.verb, step.progress = Verb.DELETE, {}
        self._work.journal.step(step)
        return self._work.call(step, record)

    def _plain(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """Check, suspend, resume or snapshot; what is not ours is only checked."""
        action = Action(step.verb.upper())
        if step.verb == Verb.CHECK and record.action == Action.INIT:
            text = f"Can not check {record.name}, resource not created yet."
            return self._outcomes.refuse(step, record, action, text)
        self._allow(step, record)
        if step.verb == Verb.CHECK and not self._work.kind(record).supports_check:
            reason = f"CHECK not supported for {record.type}"
            self._outcomes.state(record, action, Status.COMPLETE, reason)
            return self._outcomes.done(step)
        self._outcomes.state(record, action, Status.IN_PROGRESS, "state changed")
        if step.verb != Verb.CHECK and record.external_id is not None:
            return done()
        return self._work.call(step, record)

    def replace_updated(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """An update has turned out to need a new resource; the old one stays as it was."""
        record.define(planning.not_tried(record))
        reason = f"The Resource {record.name} requires replacement."
        self._outcomes.state(record, Action.UPDATE, Status.COMPLETE, reason)
        return self.replace(step, record)

    def _swap(self, step: StepRecord, record: ResourceRecord, spare: ResourceRecord) -> After:
        """Take back the incarnation that the record had replaced, and leave it for the clean-up."""
        planning.take_back(spare, record)
        self._work.current[spare.name] = spare
        self._work.journal.row(spare)
        self._work.journal.row(record)
        step.resource_id, step.token = spare.id, spare.token
        return self._outcomes.done(step)

    def replace(self, step: StepRecord, record: ResourceRecord) -> Begun:
        """Make a new incarnation with this same step; the old one is left for the clean-up."""
        work = self._work
        work.rules.check("replace", record)
        if work.kind(record).releases and record.physical_id and not record.released:
            step.verb, step.progress = Verb.RELEASE, {}
            work.journal.step(step)
            return work.call(step, record)
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
        policy = work.definitions[record.name].update_replace_policy
        if policy is not None:
            record.deletion_policy = policy
        work.rows[fresh.id] = work.current[fresh.name] = fresh
        work.journal.row(record)
        work.journal.row(fresh)
        step.verb, step.resource_id, step.token, step.progress = Verb.CREATE, fresh.id, fresh.id, {}
        step.started_at = work.clock.now()
        return self._create(step, fresh)

    def _allow(self, step: StepRecord, record: ResourceRecord) -> None:
        if not states.may_begin(step.verb, record.action, record.status):
            raise errors.Invalid(states.refusal(step.verb, record.action, record.status))
