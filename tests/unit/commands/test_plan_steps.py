from __future__ import annotations

from heat_engine.commands import plan_steps
from heat_engine.graph.plan import Verb
from heat_engine.graph.states import Action
from heat_engine.store.traversals import StepRecord
from tests.unit.commands.rows import row


def step(number: int, verb: Verb, resource_id: str, status: str = "STARTED") -> StepRecord:
    return StepRecord(number, resource_id, "a", verb, (), resource_id, status)


def test_creations_and_deletions_go_on_and_updates_begin_anew() -> None:
    earlier = [
        step(0, Verb.CREATE, "1"),
        step(1, Verb.UPDATE, "2"),
        step(2, Verb.DELETE, "3"),
        step(3, Verb.CREATE, "4", "WAITING"),
    ]
    for item in earlier:
        item.progress, item.started_at = {"asked": item.number}, 5.0
    later = [
        step(0, verb, row_id, "WAITING")
        for verb, row_id in (
            (Verb.CREATE, "1"),
            (Verb.UPDATE, "2"),
            (Verb.DELETE, "3"),
            (Verb.CREATE, "4"),
            (Verb.DELETE, "1"),
        )
    ]
    plan_steps.carry_over(later, earlier)
    assert [item.started_at for item in later] == [5.0, None, 5.0, None, None]
    assert [item.progress for item in later] == [{"asked": 0}, {}, {"asked": 2}, {}, {}]


def test_an_action_runs_one_verb_on_what_is_there() -> None:
    rows = [
        row("1", "a"),
        row("2", "b", requires=("a",)),
        row("3", "c", state="INIT_COMPLETE"),
        row("4", "a", obsolete=True),
    ]

    def steps(action: Action) -> list[tuple[str, str]]:
        return [(item.verb, item.resource_id) for item in plan_steps.for_action(action, rows).steps]

    assert steps(Action.RESUME) == [("resume", "1"), ("resume", "2")]
    assert steps(Action.SUSPEND) == [("suspend", "1"), ("suspend", "2")]
    assert steps(Action.CHECK) == [("check", "1"), ("check", "2"), ("check", "3")]
    assert sorted(steps(Action.DELETE)) == [("delete", row_id) for row_id in "1234"]


def test_suspend_waits_for_dependents_and_resume_for_what_is_needed() -> None:
    rows = [row("1", "a"), row("2", "b", requires=("a",))]
    suspend = {item.resource_id: item for item in plan_steps.for_action(Action.SUSPEND, rows).steps}
    assert suspend["1"].requires == (suspend["2"].number,)
    assert suspend["2"].requires == ()
    resume = {item.resource_id: item for item in plan_steps.for_action(Action.RESUME, rows).steps}
    assert resume["2"].requires == (resume["1"].number,)
