"""What an update will do to each resource, at every depth, without doing any of it.

What does not exist yet has no id and no value. The plan is made twice, each time with other texts
in the place of those: where both plans say the same, it does not hang on what the texts are.
Source: contract/engine-semantics.md section 8.4, but for its quirk with attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed_copy
from typing import Any

from common import errors
from common.errors import HearthError
from common.identifiers import StackIdentity
from heat_engine.commands import goal as goals
from heat_engine.commands import render
from heat_engine.commands.core import Core
from heat_engine.commands.goal import Goal
from heat_engine.commands.observation import Observation
from heat_engine.commands.plan_steps import Decision, Plan
from heat_engine.commands.planning import Planner
from heat_engine.language import functions, registry_map
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.scope import Selectable, follow
from heat_engine.language.unknown import contains_unknown
from heat_engine.resources.child import Child
from heat_engine.resources.nested import NestedStack
from heat_engine.resources.protocol import Request
from heat_engine.store import resources, stacks
from heat_engine.store.records import StackRecord
from heat_engine.store.resources import ResourceRecord

LISTS = ("unchanged", "updated", "replaced", "added", "deleted")
STAND_INS = ("5f2b9c4e-0d1a-4a77-9c0f-6a3e8d71b2aa", "c07d31e8-9b46-4f2c-8e15-17f4a90c6b3d")
UNDECIDED = "undecided"
"""Marks what hangs on values that nobody knows before: it is at most what its list says."""

# What rules call the changes that they may forbid.
_CHANGES = {Decision.UPDATED: "update", Decision.REPLACED: "replace"}
Lists = dict[str, list[dict[str, Any]]]


def lists(
    core: Core, stack: StackRecord, goal: Goal, *, nested: bool, converge: bool = False
) -> Lists:
    """The resources that an update leaves, updates, replaces, adds and deletes.

    ``goal`` has been checked. nested: those of nested stacks too, in the same lists. converge: the
    real things are looked at first, so that it must not run within a transaction.
    """
    eyes = Observation(core) if converge else None
    first, second = (_Forecast(core, stack, goal, text, eyes) for text in STAND_INS)
    found: Lists = {name: [] for name in LISTS}
    for name, entry in first.entries(second, nested=nested):
        found[name].append(entry)
    return found


class _Forecast:
    """The plan of one stack and of those nested in it, with one text for what does not exist."""

    def __init__(
        self,
        core: Core,
        stack: StackRecord,
        goal: Goal,
        stand_in: str,
        eyes: Observation | None,
        rows: list[ResourceRecord] | None = None,
    ) -> None:
        """rows: of a stack that does not exist yet."""
        self._core = core
        self._stack = stack
        self._goal = goal
        self._registry = goal.environment.resource_registry
        self._stand_in = stand_in
        self._eyes = eyes
        loaded = core.database.query(resources.load, stack.id) if rows is None else rows
        if eyes is not None:
            loaded = eyes.seen(stack, goal, loaded)
        self._before = {
            row.name: row
            for row in loaded
            if not row.obsolete and (row.action, row.status) != ("INIT", "COMPLETE")
        }
        self._inside: dict[str, _Forecast] = {}
        self.planner = Planner(core, stack, goal, loaded, stand_in=stand_in, nested=self._nested)
        self.plan: Plan = self.planner.plan()

    def entries(self, other: _Forecast, *, nested: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        """Name of a list and what stands in it; ``other``: the same forecast with another text."""
        dependents = render.required_by(self.planner.current.values())
        for name, decision in self.plan.decisions.items():
            row = self.planner.current[name]
            entry = render.resource(self._stack, row, dependents.get(name, ()))
            theirs = other.plan.decisions.get(name)
            if name in self.plan.unsure or decision is not theirs:
                entry[UNDECIDED] = True
                decision = _most(decision, theirs)
            change = _CHANGES.get(decision)
            if change in registry_map.restricted_actions(self._registry, name):
                refusal = errors.ResourceActionRestricted(action=change)
                entry["resource_status_reason"] = refusal.message
            yield decision.value, entry
            if nested:
                yield from self._entries_inside(name, decision, other)
        for name, row in self._before.items():
            if name not in self.plan.decisions:
                yield "deleted", render.resource(self._stack, row, dependents.get(name, ()))
                if nested and row.child_id is not None:
                    yield from _deleted(self._core, row.child_id)

    def _entries_inside(
        self, name: str, decision: Decision, other: _Forecast
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """The same for what is nested in a resource, and was."""
        row = self._before.get(name)
        held = None if row is None else row.child_id
        if decision is Decision.REPLACED and held is not None:
            yield from _deleted(self._core, held)
        mine, theirs = self._inside.get(name), other._inside.get(name)
        if mine is not None and theirs is not None:
            yield from mine.entries(theirs, nested=True)
        elif decision is Decision.UPDATED and held is not None:
            for _, entry in _deleted(self._core, held):
                yield "updated", {**entry, UNDECIDED: True}

    def _nested(
        self, definition: ResourceDefinition, row: ResourceRecord, request: Request, renewed: bool
    ) -> Child | None:
        """See ``planning.Nested``."""
        before = None
        if row.child_id is not None:
            before = self._core.database.query(stacks.get, row.child_id)
        kind = self._goal.kinds.wanted(definition)
        if not isinstance(kind, NestedStack):
            return None
        wanted = kind.final(request)
        if contains_unknown(dict(wanted.parameters)):
            return None
        stack = before if before is not None and not renewed else self._unborn(definition.name)
        source = goals.child_source(
            self._goal.environment, self._goal.files, definition.name, wanted
        )
        try:
            goal = goals.make(
                self._core,
                source,
                name=stack.name,
                stack_id=stack.id,
                project_id=stack.project_id,
            )
            made_anew: list[ResourceRecord] | None = [] if stack is not before else None
            forecast = _Forecast(self._core, stack, goal, self._stand_in, self._eyes, made_anew)
        except HearthError:
            return None
        self._inside[definition.name] = forecast
        return _Planned(stack, goal, forecast.planner)

    def _unborn(self, name: str) -> StackRecord:
        return changed_copy(
            self._stack,
            id=f"{self._stand_in}-{name}",
            name=f"{self._stack.name}-{name}",
            owner_id=self._stack.id,
            parent_resource=name,
            depth=self._stack.depth + 1,
        )


def _most(one: Decision, other: Decision | None) -> Decision:
    """Of two possible decisions, the one that does more."""
    order = (Decision.UNCHANGED, Decision.ADDED, Decision.UPDATED, Decision.REPLACED)
    return max(one, other or one, key=order.index)


def _deleted(core: Core, stack_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource of a stack, and of those nested in it."""
    stack = core.database.query(stacks.get, stack_id)
    if stack is None or stack.deleted_at is not None:
        return
    for row in core.database.query(resources.load, stack_id):
        if not row.obsolete and (row.action, row.status) != ("INIT", "COMPLETE"):
            yield "deleted", render.resource(stack, row, ())
            if row.child_id is not None:
                yield from _deleted(core, row.child_id)


@dataclass(frozen=True)
class _Planned:
    """A nested stack as the update will leave it: see ``resources.child.Child``."""

    stack: StackRecord
    goal: Goal
    planner: Planner
    action: str = "UPDATE"
    status: str = "COMPLETE"
    reason: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.stack.id

    @property
    def name(self) -> str:
        return self.stack.name

    @property
    def arn(self) -> str:
        return StackIdentity(self.stack.project_id, self.stack.name, self.stack.id).arn()

    @property
    def template(self) -> Mapping[str, Any]:
        return self.goal.document

    def outputs(self) -> Sequence[str]:
        return tuple(self.goal.bound.outputs)

    def output(self, name: str) -> Any:
        output = self.goal.bound.outputs[name]
        return functions.resolve(output.value, self.planner.scope) if output.enabled else None

    def members(self) -> Mapping[str, str]:
        return dict.fromkeys(self.goal.bound.resources, "UPDATE_COMPLETE")

    def reference_id(self, member: str) -> Any:
        self.goal.bound.resources[member]
        return self.planner.scope.reference_id(member)

    def attribute(self, member: str, name: str, path: Sequence[Any]) -> Any:
        self.goal.bound.resources[member]
        value = self.planner.scope.attribute(member, name)
        return value.select(path) if isinstance(value, Selectable) else follow(value, path)
