"""A plan as data, its steps as rows, and the plans that run one verb on all resources."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from heat_engine.graph import plan, states
from heat_engine.graph.plan import Existing, PlannedStep, Verb
from heat_engine.graph.states import Action
from heat_engine.store import snapshots
from heat_engine.store.resources import ResourceRecord
from heat_engine.store.traversals import StepRecord


class Decision(enum.Enum):
    """What will happen to a wanted resource; the names of the update preview's lists."""

    ADDED = "added"
    UPDATED = "updated"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Plan:
    """``fresh``: rows that the plan adds; ``touched``: rows it changes before anything runs.

    unsure: names whose decision hangs on values that are not known before.
    """

    steps: list[StepRecord]
    fresh: list[ResourceRecord] = field(default_factory=list)
    touched: list[ResourceRecord] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)


def deletion(
    rows: Iterable[ResourceRecord], *, first: int = 0, after: Iterable[int] = ()
) -> list[StepRecord]:
    """Steps that delete all these rows, dependents first."""
    present = list(rows)
    return step_records(
        plan.backward(_existing(present), Verb.DELETE, first=first, after=tuple(after)), present
    )


def for_action(action: Action, rows: list[ResourceRecord], snapshot_id: str | None = None) -> Plan:
    """The plan of an action that runs one verb on all: delete, suspend, resume, check, snapshot."""
    if action in (Action.DELETE, Action.ROLLBACK):
        return Plan(deletion(rows))
    current = [
        row
        for row in rows
        if not row.obsolete and (row.action != Action.INIT or action is Action.CHECK)
    ]
    if action is Action.SNAPSHOT:
        return Plan(_snapshot(current, snapshot_id or ""))
    if action is Action.SUSPEND:
        return Plan(step_records(plan.backward(_existing(current), Verb.SUSPEND), current))
    requires: dict[str, tuple[str, ...]] = {
        row.name: row.requires if action is Action.RESUME else () for row in current
    }
    verb = Verb(action.lower())
    verbs = {row.name: (verb, row.id) for row in current}
    return Plan(step_records(plan.forward(verbs, requires, cleanup=False), current))


def _snapshot(rows: list[ResourceRecord], snapshot_id: str) -> list[StepRecord]:
    """Steps for what is whole; what has failed stays as it is, with its reason."""
    whole = [row for row in rows if states.may_begin("snapshot", row.action, row.status)]
    verbs = {row.name: (Verb.SNAPSHOT, row.id) for row in whole}
    steps = step_records(plan.forward(verbs, dict.fromkeys(verbs, ()), cleanup=False), whole)
    for step in steps:
        step.token = snapshots.part(snapshot_id, step.resource_id)
    return steps


def carry_over(
    steps: Iterable[StepRecord], earlier: Iterable[StepRecord], parents: Collection[str] = ()
) -> None:
    """Let steps go on from what a superseded traversal had reached on the same resource.

    Not updates: they may want something else now. So may the creation of a nested stack.
    parents: ids of the resources that have one.
    """
    reached = {
        (step.resource_id, step.verb): step
        for step in earlier
        if step.status == "STARTED" and step.verb != Verb.UPDATE
    }
    for step in steps:
        before = reached.get((step.resource_id, step.verb))
        if before is not None and not (step.verb == Verb.CREATE and step.resource_id in parents):
            step.progress, step.started_at = before.progress, before.started_at


def step_records(
    planned: Iterable[PlannedStep], rows: Iterable[ResourceRecord]
) -> list[StepRecord]:
    """Rows for planned steps of these resources."""
    tokens = {row.id: row.token for row in rows}
    return [
        StepRecord(
            number=step.number,
            resource_id=step.resource_id,
            resource_name=step.name,
            verb=step.verb,
            requires=step.requires,
            token=tokens.get(step.resource_id, step.resource_id),
        )
        for step in planned
    ]


def _existing(rows: Iterable[ResourceRecord]) -> list[Existing]:
    return [Existing(row.id, row.name, frozenset(row.requires), row.obsolete) for row in rows]
