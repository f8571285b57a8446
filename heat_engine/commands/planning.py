"""The plan of a traversal, made from a stack's goal and rows before anything is done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from common.errors import HearthError
from common.identifiers import new_id
from heat_engine.clouds.interface import CloudError
from heat_engine.commands import kinds
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.kinds import Kinds
from heat_engine.commands.plan_steps import Decision, Plan, step_records
from heat_engine.commands.requests import Requests
from heat_engine.commands.scope import StackScope
from heat_engine.graph import dag, plan
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action, Status
from heat_engine.language import document, functions, properties, registry_map
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.unknown import contains_unknown
from heat_engine.resources.child import Child
from heat_engine.resources.protocol import ADOPTED, Foreseeable, Request, ResourceType
from heat_engine.store import clock
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.session import Session

# Where a definition keeps what unfinished updates wanted the resource to be.
TRIED = "tried"


def definition_of(
    definition: ResourceDefinition, scope: StackScope, types: Kinds
) -> dict[str, Any]:
    """What a resource is made from, resolved now: the shape of ``ResourceRecord.definition``."""
    properties = definition.properties if definition.external_id is None else None
    made = {
        "type": definition.type,
        "properties": functions.resolve(properties, scope) or {},
        "metadata": functions.resolve(definition.metadata, scope) or {},
        "fingerprint": definition.fingerprint(definition.policy(scope)),
    }
    target = types.target(definition)
    if target.name != definition.type:
        made[kinds.IMPLEMENTATION] = target.name
    if definition.update_policy and types.wanted(definition).nested:
        made["update_policy"] = functions.resolve(definition.update_policy, scope) or {}
    return made


def same(before: Any, after: Any) -> bool:
    """Whether two definitions say the same, as JSON says it."""
    return before == after or document.canonical(before) == document.canonical(after)


def differing(
    kind: ResourceType, before: Mapping[str, Any], after: Mapping[str, Any]
) -> frozenset[str]:
    """Properties whose values differ once defaults are filled in (contract section 8.1 step 7)."""
    return properties.changed(
        kind.properties, Requests.complete(kind, before), Requests.complete(kind, after)
    )


def tried(record: ResourceRecord) -> list[dict[str, Any]]:
    """Definitions that updates have begun to make of a resource and not finished, latest last."""
    attempts: list[dict[str, Any]] = (record.definition or {}).get(TRIED) or []
    return attempts


def trying(record: ResourceRecord, wanted: dict[str, Any]) -> dict[str, Any]:
    """The resource's definition while an update tries to make it what is wanted.

    Until one succeeds nobody knows which of them the thing is like, so all are kept.
    """
    others = [item for item in tried(record) if not same(item, wanted)]
    return {**(record.definition or {}), TRIED: [*others, wanted]}


def not_tried(record: ResourceRecord) -> dict[str, Any]:
    """The definition without the latest try, which has not been begun after all."""
    settled = {key: value for key, value in (record.definition or {}).items() if key != TRIED}
    others = tried(record)[:-1]
    return {**settled, TRIED: others} if others else settled


def changed_by(core: Core, record: ResourceRecord, after: Mapping[str, Any]) -> frozenset[str]:
    """Properties in which the thing may differ from what is wanted now."""
    kind = kinds.made(core.registry, record)
    changed = differing(kind, record.properties, after)
    for attempt in tried(record):
        changed |= differing(kind, attempt["properties"], after)
    return changed


def spare_of(
    record: ResourceRecord, rows: Iterable[ResourceRecord], wanted: Mapping[str, Any]
) -> ResourceRecord | None:
    """A replaced incarnation of the resource that is whole and still as wanted; the newest one."""
    for row in reversed(list(rows)):
        whole = row.status == Status.COMPLETE and row.action not in (Action.INIT, Action.DELETE)
        meant = row.obsolete and row.name == record.name and not row.released
        if meant and whole and same(row.definition, wanted):
            return row
    return None


def take_back(spare: ResourceRecord, record: ResourceRecord) -> None:
    """Let the replaced incarnation stand for the resource again, as if nothing had replaced it.

    It loses the policy that it was left with to the clean-up.
    """
    spare.obsolete, record.obsolete = False, True
    spare.deletion_policy = (spare.definition or {})["fingerprint"]["deletion_policy"]
    spare.status_reason = "state changed"


def as_observed(record: ResourceRecord, observed: Mapping[str, Any]) -> dict[str, Any]:
    """The resource's definition with the properties that its thing has otherwise, as it has them.

    observed: None for what cannot be told in the template's words; that is left out.
    """
    same = {name: value for name, value in record.properties.items() if name not in observed}
    other = {name: value for name, value in observed.items() if value is not None}
    return {**(record.definition or {}), "properties": {**same, **other}}


def needs_new(kind: ResourceType, changed: Iterable[str]) -> bool:
    """Whether a change of these properties can only be had by a new resource."""
    declared = kind.properties
    return any(
        name in declared and not declared[name].updatable and not declared[name].immutable
        for name in changed
    )


_CHANGES = frozenset({Verb.OBSERVE, Verb.UPDATE, Verb.REPLACE})

# What a nested stack will be, told by a resource's definition, row and request, and whether the
# stack is made anew; None where that is not known.
Nested = Callable[[ResourceDefinition, ResourceRecord, Request, bool], Child | None]


class Planner:
    """Decides for each wanted resource, in dependency order, what has to be done to it."""

    def __init__(
        self,
        core: Core,
        stack: StackRecord,
        goal: Goal,
        rows: list[ResourceRecord],
        session: Session | None = None,
        *,
        stand_in: str | None = None,
        nested: Nested | None = None,
    ) -> None:
        """session: the transaction that the plan is part of, if there is one.

        For a plan that is only shown: stand_in, as ``StackScope`` has it, and nested, which tells
        what nested stacks will be.
        """
        self._core = core
        self._stack = stack
        self._definitions = goal.bound.resources
        self._kinds = goal.kinds
        self._registry = goal.environment.resource_registry
        self._adopted = goal.adopted
        self._restored = goal.restored
        self._rows = rows
        self.current = {row.name: row for row in rows if not row.obsolete}
        self._spares: dict[str, list[ResourceRecord]] = {}
        for row in rows:
            if row.obsolete:
                self._spares.setdefault(row.name, []).append(row)
        self._requests = Requests(core, stack, session)
        self._shown = stand_in is not None
        self._nested = nested
        self.scope = StackScope(
            core, self._requests, self.current, planning=True, stand_in=stand_in
        )
        self._touched: dict[str, ResourceRecord] = {}

    def plan(self) -> Plan:
        """Steps for everything that has to be made or changed, and one that cleans up after."""
        names = self._definitions.keys()
        requires = {name: item.requires(names) for name, item in self._definitions.items()}
        result = Plan([])
        verbs: dict[str, tuple[Verb, str]] = {}
        for name in dag.order(requires):
            definition = self._definitions[name]
            verb, decision = self._verb(definition)
            result.decisions[name] = decision
            if verb is None:
                continue
            row = self.current.get(name)
            if row is None:
                row = self._new_row(definition, requires[name])
                result.fresh.append(row)
                self.current[name] = row
                verb = Verb.ADOPT if name in self._adopted else verb
            moving = verb not in (Verb.CREATE, Verb.ADOPT) and decision is not Decision.UNCHANGED
            if moving or verb is Verb.OBSERVE:
                self.scope.moving[name] = decision is Decision.REPLACED
            if verb is not Verb.ADOPT:
                self._foresee(definition, row, verb, decision)
            verbs[name] = (verb, row.id)
        leftover = any(row.obsolete or row.name not in names for row in self._rows)
        changing = any(verb in _CHANGES for verb, _ in verbs.values())
        steps = plan.forward(verbs, requires, cleanup=leftover or changing)
        result.steps = step_records(steps, self.current.values())
        for step in result.steps:
            if step.verb == Verb.ADOPT:
                step.progress = {ADOPTED: self._adopted[step.resource_name]}
        result.touched = list(self._touched.values())
        result.unsure = self.scope.undecided
        return result

    def _verb(self, definition: ResourceDefinition) -> tuple[Verb | None, Decision]:
        """The verb to run, also where the definition gives no reason for one."""
        name = definition.name
        verb, decision, sure = self._decide(definition)
        if verb is None and self._restored.get(name, {}).get("saved"):
            verb, decision = Verb.UPDATE, Decision.UPDATED
        if verb is None and self._pauses(name):
            verb = Verb.UPDATE
        if verb in (None, Verb.UPDATE) and self._observes(name):
            verb, sure = Verb.OBSERVE, False
        if not sure:
            self.scope.undecided.add(name)
        return verb, decision

    def _pauses(self, name: str) -> bool:
        """An update stops at its hook even where it then finds nothing to do (section 8.1)."""
        return "pre-update" in registry_map.hooks(self._registry, name)

    def _observes(self, name: str) -> bool:
        """Whether what is real is looked at before it is compared with what is wanted."""
        row = self.current.get(name)
        asked = self._stack.converge or self._core.settings.observe_on_update
        # What is only shown has been looked at already.
        if self._shown or not asked or row is None or row.external_id is not None:
            return False
        return kinds.made(self._core.registry, row).observes

    def _foresee(
        self, definition: ResourceDefinition, row: ResourceRecord, verb: Verb, decision: Decision
    ) -> None:
        """Have the scope tell what those that refer to the resource will see of it."""
        kind = self._kinds.wanted(definition)
        renewed = verb is not Verb.UPDATE or decision is Decision.REPLACED
        if definition.name in self.scope.undecided and not kind.nested:
            return
        if not (kind.nested and self._nested) and not (
            isinstance(kind, Foreseeable) and self._matters()
        ):
            return
        try:
            wanted = definition_of(definition, self.scope, self._kinds)
            request = self._requests.build(
                row,
                given=wanted["properties"],
                changed=frozenset()
                if renewed
                else changed_by(self._core, row, wanted["properties"]),
                kind=kind,
                verb=Verb.CREATE if renewed else Verb.UPDATE,
            )
            if renewed:
                # What the old one has come to is not the new one's.
                request = replace(request, data={}, attributes={}, physical_id=None, child=None)
            if kind.nested and self._nested is not None:
                child = self._nested(definition, row, request, renewed)
                if child is None:
                    return
                request = replace(request, child=child)
        except (HearthError, CloudError, TypeError):
            return
        self.scope.planned[definition.name] = (kind, request)

    def _matters(self) -> bool:
        """Whether somebody could refer to the resource who is there already."""
        return self._shown or bool(self._rows)

    def _decide(self, definition: ResourceDefinition) -> tuple[Verb | None, Decision, bool]:
        """The verb to run, what that means, and whether that is sure before anything has run."""
        row = self.current.get(definition.name)
        if row is None or (row.action, row.status) == (Action.INIT, Status.COMPLETE):
            return Verb.CREATE, Decision.ADDED, True
        if definition.external_id is not None or row.external_id is not None:
            return *self._decide_external(row, definition), True
        spoilt = row.action in (Action.INIT, Action.DELETE) or row.released
        if spoilt or kinds.is_another(row, self._kinds.target(definition)):
            return Verb.REPLACE, Decision.REPLACED, True
        wanted = definition_of(definition, self.scope, self._kinds)
        known = not contains_unknown([wanted["properties"], wanted["metadata"]])
        kind = kinds.made(self._core.registry, row)
        equal = known and not kind.always_replaced and same(row.definition, wanted)
        swaps = known and not equal and not kind.always_replaced
        if swaps and self._swap(row, wanted):
            return None, Decision.UNCHANGED, True
        if kind.nested and (not known or not self._will_replace(row, wanted)):
            return *self._decide_nested(row), known
        verb, decision = self._decide_known(row, wanted, known=known, equal=equal)
        return verb, decision, known

    @staticmethod
    def _decide_external(
        row: ResourceRecord, definition: ResourceDefinition
    ) -> tuple[Verb | None, Decision]:
        """What is adopted by its id is never changed (templates.md section 5.3)."""
        if row.external_id == definition.external_id and row.status == Status.COMPLETE:
            return None, Decision.UNCHANGED
        return Verb.UPDATE, Decision.UPDATED

    def _decide_nested(self, row: ResourceRecord) -> tuple[Verb | None, Decision]:
        """An update always goes down, and the nested stack's resources decide for themselves."""
        if row.action == Action.CREATE and row.status == Status.IN_PROGRESS:
            return Verb.CREATE, Decision.ADDED
        if row.status == Status.FAILED:
            request = self._requests.build(row)
            if kinds.made(self._core.registry, row).replace_failed(request):
                return Verb.REPLACE, Decision.REPLACED
        return Verb.UPDATE, Decision.UPDATED

    def _decide_known(
        self, row: ResourceRecord, wanted: Mapping[str, Any], *, known: bool, equal: bool
    ) -> tuple[Verb | None, Decision]:
        if row.action == Action.CREATE and row.status == Status.IN_PROGRESS:
            if equal:
                return Verb.CREATE, Decision.ADDED
            return Verb.REPLACE, Decision.REPLACED
        if row.status == Status.FAILED:
            request = self._requests.build(row)
            unhealthy = row.action == Action.CHECK
            kind = kinds.made(self._core.registry, row)
            if unhealthy or kind.replace_failed(request):
                return Verb.REPLACE, Decision.REPLACED
            return Verb.UPDATE, Decision.UPDATED
        if equal and row.status == Status.COMPLETE:
            return None, Decision.UNCHANGED
        if known and self._will_replace(row, wanted):
            return Verb.UPDATE, Decision.REPLACED
        return Verb.UPDATE, Decision.UPDATED

    def _will_replace(self, row: ResourceRecord, wanted: Mapping[str, Any]) -> bool:
        given = wanted["properties"]
        changed = changed_by(self._core, row, given)
        kind = kinds.made(self._core.registry, row)
        if needs_new(kind, changed):
            return True
        request = self._requests.build(
            row, given=given, changed=changed, template_metadata=wanted["metadata"]
        )
        return kind.must_replace(request)

    def _swap(self, row: ResourceRecord, wanted: Mapping[str, Any]) -> bool:
        """Take a replaced resource back that still is as wanted, instead of making it again."""
        spare = spare_of(row, self._spares.get(row.name, ()), wanted)
        if spare is None:
            return False
        take_back(spare, row)
        self.current[row.name] = spare
        self._touched.update({spare.id: spare, row.id: row})
        return True

    def _new_row(self, definition: ResourceDefinition, requires: Iterable[str]) -> ResourceRecord:
        return ResourceRecord(
            id=new_id(),
            stack_id=self._stack.id,
            name=definition.name,
            type=definition.type,
            action=Action.INIT,
            status=Status.COMPLETE,
            created_at=clock.utc(),
            requires=tuple(sorted(requires)),
            deletion_policy=definition.deletion_policy,
        )
