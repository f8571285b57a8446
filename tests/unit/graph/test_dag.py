from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from heat_engine.graph import dag

names = st.integers(0, 12)
graphs = st.dictionaries(names, st.frozensets(names, max_size=4), max_size=12)


def reaches_itself(requires: dict[int, frozenset[int]], start: int) -> bool:
    seen: set[int] = set()
    pending = [need for need in requires[start] if need in requires]
    while pending:
        node = pending.pop()
        if node == start:
            return True
        if node not in seen:
            seen.add(node)
            pending.extend(need for need in requires[node] if need in requires)
    return False


@given(graphs)
def test_what_is_required_stands_before(requires: dict[int, frozenset[int]]) -> None:
    ordered = dag.order(requires)
    place = {node: index for index, node in enumerate(ordered)}
    assert len(place) == len(ordered)
    for node in ordered:
        for need in requires[node]:
            assert need not in requires or place[need] < place[node]


@given(graphs)
def test_only_cycles_and_what_stands_behind_them_are_left_out(
    requires: dict[int, frozenset[int]],
) -> None:
    ordered = set(dag.order(requires))
    assert not any(reaches_itself(requires, node) for node in ordered)
    for node in requires.keys() - ordered:
        behind = reaches_itself(requires, node) or any(
            need in requires and need not in ordered for need in requires[node]
        )
        assert behind


@given(graphs)
def test_acyclic_drops_only_what_closes_a_cycle(requires: dict[int, frozenset[int]]) -> None:
    kept = dag.acyclic(requires)
    assert set(dag.order(kept)) == set(requires)
    ordered = set(dag.order(requires))
    for node in ordered:
        assert set(kept[node]) == {need for need in requires[node] if need in requires}


def test_reverse() -> None:
    assert dag.reverse({"a": (), "b": ("a",), "c": ("a", "b", "outside")}) == {
        "a": ["b", "c"],
        "b": ["c"],
        "c": [],
    }


def test_a_long_chain_is_no_trouble() -> None:
    requires = {number: (number - 1,) for number in range(20_000)}
    assert dag.order(requires) == list(range(20_000))
