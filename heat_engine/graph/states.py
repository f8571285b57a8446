"""States of stacks and resources, and which verb may begin in which (contract/engine-semantics.md
sections 8.5 and 9.1). What the table does not hold raises."""

from __future__ import annotations

import enum


class Action(enum.StrEnum):
    INIT = "INIT"
    CREATE = "CREATE"
    DELETE = "DELETE"
    UPDATE = "UPDATE"
    ROLLBACK = "ROLLBACK"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    ADOPT = "ADOPT"
    SNAPSHOT = "SNAPSHOT"
    CHECK = "CHECK"
    RESTORE = "RESTORE"


class Status(enum.StrEnum):
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETE = "COMPLETE"
    FAILED = "FAILED"


ANY = frozenset(Status)
STABLE = frozenset({Status.COMPLETE})
SETTLED = frozenset({Status.COMPLETE, Status.FAILED})

# verb: the states (action, statuses) of a resource in which it may begin. An IN_PROGRESS state of
# the verb's own action is there because a take-over begins it again.
MAY_BEGIN: dict[Action, dict[Action, frozenset[Status]]] = {
    Action.CREATE: {Action.INIT: STABLE, Action.CREATE: frozenset({Status.IN_PROGRESS})},
    Action.UPDATE: {
        Action.CREATE: SETTLED,
        Action.UPDATE: ANY,
        Action.ROLLBACK: ANY,
        Action.SUSPEND: ANY,
        Action.RESUME: ANY,
        Action.ADOPT: SETTLED,
        Action.SNAPSHOT: ANY,
        Action.CHECK: ANY,
    },
    Action.DELETE: dict.fromkeys(Action, ANY),
    Action.SUSPEND: {
        Action.CREATE: STABLE,
        Action.UPDATE: STABLE,
        Action.ROLLBACK: STABLE,
        Action.SUSPEND: ANY,
        Action.RESUME: STABLE,
        Action.ADOPT: STABLE,
        Action.SNAPSHOT: STABLE,
        Action.CHECK: STABLE,
    },
    Action.RESUME: {
        Action.SUSPEND: STABLE,
        Action.RESUME: ANY,
    },
    Action.CHECK: {action: ANY for action in Action if action not in (Action.INIT, Action.DELETE)},
    Action.ADOPT: {Action.INIT: STABLE, Action.ADOPT: frozenset({Status.IN_PROGRESS})},
    Action.SNAPSHOT: {
        **dict.fromkeys(
            (Action.CREATE, Action.UPDATE, Action.ROLLBACK, Action.RESUME, Action.ADOPT), STABLE
        ),
        Action.SNAPSHOT: ANY,
        Action.CHECK: STABLE,
    },
}


def may_begin(verb: str, action: str, status: str) -> bool:
    """Whether a resource in that state may begin the verb (an action's name in any case)."""
    return Status(status) in MAY_BEGIN[Action(verb.upper())].get(Action(action), frozenset())


def refusal(verb: str, action: str, status: str) -> str:
    """Why the verb may not begin, in the words clients know."""
    return f"State ('{action}', '{status}') invalid for {verb}"


# A stack in one of these states takes no update (contract section 8.4).
NO_UPDATE = frozenset({Action.SUSPEND, Action.DELETE})

# Actions that lead to a goal; the others run one verb on what is there, whatever the template says.
# A rollback of what was only just begun has none either.
WITH_GOAL = frozenset({Action.CREATE, Action.UPDATE, Action.ROLLBACK, Action.ADOPT, Action.RESTORE})
