from __future__ import annotations

from heat_engine.graph.plan import Existing, PlannedStep, Verb, backward, forward


def verbs(steps: list[PlannedStep]) -> list[tuple[str, Verb]]:
    return [(step.name, step.verb) for step in steps]


def needs(steps: list[PlannedStep]) -> dict[str, set[str]]:
    ids = {step.number: step.resource_id for step in steps}
    return {step.resource_id: {ids[number] for number in step.requires} for step in steps}


def test_forward_follows_the_dependencies() -> None:
    steps = forward(
        {"c": (Verb.CREATE, "3"), "a": (Verb.UPDATE, "1"), "b": (Verb.CREATE, "2")},
        {"a": (), "b": ("a",), "c": ("b",)},
        cleanup=False,
    )
    assert verbs(steps) == [("a", Verb.UPDATE), ("b", Verb.CREATE), ("c", Verb.CREATE)]
    assert needs(steps) == {"1": set(), "2": {"1"}, "3": {"2"}}


def test_forward_leaves_out_what_stays_as_it_is() -> None:
    steps = forward({"c": (Verb.CREATE, "3")}, {"a": (), "c": ("a",)}, cleanup=False)
    assert needs(steps) == {"3": set()}


def test_clean_up_comes_after_everything() -> None:
    steps = forward(
        {"a": (Verb.CREATE, "1"), "b": (Verb.CREATE, "2")}, {"a": (), "b": ()}, cleanup=True
    )
    assert steps[-1] == PlannedStep(2, Verb.CLEANUP, "", "", (0, 1))


def test_backward_runs_dependents_first() -> None:
    rows = [
        Existing("1", "a", frozenset()),
        Existing("2", "b", frozenset({"a"})),
        Existing("3", "c", frozenset({"b", "gone"})),
    ]
    steps = backward(rows, first=10, after=(9,))
    assert {step.number for step in steps} == {10, 11, 12}
    assert all(9 in step.requires and step.verb is Verb.DELETE for step in steps)
    by_id = {step.resource_id: step for step in steps}
    assert by_id["2"].number in by_id["1"].requires
    assert by_id["3"].number in by_id["2"].requires


def test_a_replaced_thing_goes_before_what_it_needs_whichever_that_is() -> None:
    rows = [
        Existing("old-a", "a", frozenset(), obsolete=True),
        Existing("a", "a", frozenset()),
        Existing("old-b", "b", frozenset({"a"}), obsolete=True),
    ]
    found = needs(backward(rows))
    assert found == {"old-a": {"old-b"}, "a": {"old-b"}, "old-b": set()}


def test_dependencies_that_were_turned_round_make_no_deadlock() -> None:
    rows = [
        Existing("old-a", "a", frozenset({"b"}), obsolete=True),
        Existing("old-b", "b", frozenset({"a"}), obsolete=True),
    ]
    found = needs(backward(rows))
    assert sorted(len(requires) for requires in found.values()) in ([0, 0], [0, 1])
