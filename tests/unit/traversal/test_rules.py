from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action
from heat_engine.language.registry_map import HOOK_TYPES
from heat_engine.store import clock
from heat_engine.store.resources import ResourceRecord
from heat_engine.traversal.rules import Rules


def record(action: str = "CREATE") -> ResourceRecord:
    return ResourceRecord(
        id="1",
        stack_id="s",
        name="a",
        type="T",
        action=action,
        status="COMPLETE",
        created_at=clock.utc(),
    )


def rules(action: Action, **rule: Any) -> Rules:
    return Rules(action, {"resources": {"a": {"hooks": list(HOOK_TYPES), **rule}}})


@pytest.mark.parametrize(
    ("action", "verb", "state", "before", "after"),
    [
        (Action.CREATE, Verb.CREATE, "INIT", "pre-create", "post-create"),
        (Action.CREATE, Verb.CREATE, "CREATE", None, "post-create"),
        (Action.UPDATE, Verb.CREATE, "INIT", None, None),
        (Action.UPDATE, Verb.UPDATE, "CREATE", "pre-update", "post-update"),
        (Action.UPDATE, Verb.REPLACE, "CREATE", "pre-update", "post-update"),
        (Action.ROLLBACK, Verb.UPDATE, "UPDATE", "pre-update", "post-update"),
        (Action.UPDATE, Verb.DELETE, "CREATE", None, None),
        (Action.ROLLBACK, Verb.DELETE, "CREATE", None, None),
        (Action.DELETE, Verb.DELETE, "CREATE", "pre-delete", "post-delete"),
        (Action.DELETE, Verb.DELETE, "INIT", None, "post-delete"),
        (Action.SUSPEND, Verb.SUSPEND, "CREATE", None, None),
    ],
)
def test_where_a_step_stops(
    action: Action, verb: Verb, state: str, before: str | None, after: str | None
) -> None:
    assert rules(action).hook_before(verb, record(state)) == before
    assert rules(action).hook_after(verb, record(state)) == after


def test_no_rule_no_stop() -> None:
    plain = Rules(Action.CREATE, {"resources": {"b": {"hooks": "pre-create"}}})
    assert plain.hook_before(Verb.CREATE, record("INIT")) is None
    plain.check("update", record())


def test_what_is_restricted_raises() -> None:
    strict = rules(Action.UPDATE, restricted_actions="replace")
    strict.check("update", record())
    with pytest.raises(errors.ResourceActionRestricted, match="replace is restricted for resource"):
        strict.check("replace", record())
