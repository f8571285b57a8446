"""The plan of a traversal: which verb runs on which resource, and after what. Plans are data.

A plan is made from decisions about resources; making it does nothing. Resources are made and
changed first, forward along the dependencies. Then one ``cleanup`` step opens, whose work is to
plan the deletion of what is left over, backward along the dependencies: old resources live until
all that is new works, so that a rollback finds them.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from heat_engine.graph import dag


class Verb(enum.StrEnum):
    CREATE = "create"
    OBSERVE = "observe"
    UPDATE = "update"
    REPLACE = "replace"
    RELEASE = "release"
    DELETE = "delete"
    RETRY = "retry"
    CHECK = "check"
    SUSPEND = "suspend"
    RESUME = "resume"
    ADOPT = "adopt"
    SNAPSHOT = "snapshot"
    CLEANUP = "cleanup"


@dataclass(frozen=True, slots=True)
class Existing:
    """A resource row as the plan sees it. ``requires``: names of resources."""

    id: str
    name: str
    requires: frozenset[str]
    obsolete: bool = False


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """``requires``: numbers of steps. A cleanup step has no resource."""

    number: int
    verb: Verb
    resource_id: str
    name: str
    requires: tuple[int, ...]


def forward(
    verbs: Mapping[str, tuple[Verb, str]],
    requires: Mapping[str, Collection[str]],
    *,
    cleanup: bool,
) -> list[PlannedStep]:
    """Steps for the names in ``verbs`` (name to verb and resource id), after what they require.

    requires: names that each wanted resource requires. cleanup: end with a cleanup step.
    """
    ordered = [name for name in dag.order(requires) if name in verbs]
    numbers = {name: number for number, name in enumerate(ordered)}
    steps = [
        PlannedStep(
            numbers[name],
            *verbs[name],
            name,
            tuple(sorted(numbers[need] for need in requires[name] if need in numbers)),
        )
        for name in ordered
    ]
    if cleanup:
        steps.append(PlannedStep(len(steps), Verb.CLEANUP, "", "", tuple(range(len(steps)))))
    return steps


def backward(
    resources: Iterable[Existing],
    verb: Verb = Verb.DELETE,
    *,
    first: int = 0,
    after: Collection[int] = (),
) -> list[PlannedStep]:
    """The verb for each resource, after those that require it.

    Obsolete resources come with current ones of the same name, and an update may have turned a
    dependency round; a requirement that closes a circle through such rows is dropped.
    first: the first step's number. after: steps that all of these wait for.
    """
    rows = list(resources)
    by_name: dict[str, list[Existing]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    needs: dict[str, list[str]] = {row.id: [] for row in rows}
    for row in rows:
        for name in row.requires:
            for needed in by_name.get(name, ()):
                if needed.obsolete == row.obsolete or row.obsolete:
                    needs[needed.id].append(row.id)
    needs = dag.acyclic(needs)
    numbers = {row.id: first + index for index, row in enumerate(rows)}
    return [
        PlannedStep(
            numbers[row.id],
            verb,
            row.id,
            row.name,
            tuple(sorted({*after, *(numbers[need] for need in needs[row.id])})),
        )
        for row in rows
    ]
