from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from heat_engine.graph.walk import Walk


@given(st.integers(0, 30), st.randoms(use_true_random=False))
def test_every_step_is_handed_out_once_after_what_it_requires(
    count: int, chance: random.Random
) -> None:
    requires = {
        number: [need for need in range(number) if chance.random() < 0.3] for number in range(count)
    }
    walk, handed, finished = Walk(requires), [], set()
    running: list[int] = []
    while not walk.done:
        for number in walk.take(chance.randint(1, 3)):
            assert finished.issuperset(requires[number])
            handed.append(number)
            running.append(number)
        if running:
            number = running.pop(chance.randrange(len(running)))
            finished.add(number)
            walk.finish(number)
    assert sorted(handed) == list(range(count))


def test_what_was_finished_before_counts() -> None:
    walk = Walk({0: (), 1: (0,), 2: (1,)}, finished=[0])
    assert walk.take(5) == [1]
    walk.finish(1)
    assert walk.take(5) == [2]
    walk.finish(2)
    assert walk.done


def test_a_step_that_is_claimed_is_not_handed_out() -> None:
    walk = Walk({0: (), 1: ()})
    walk.claim(0)
    walk.claim(7)
    assert walk.take(5) == [1]
    assert not walk.ready


def test_steps_may_be_added_behind_others() -> None:
    walk = Walk({0: ()})
    assert walk.take(1) == [0]
    walk.add({1: (0,), 2: (1,)})
    assert not walk.ready
    walk.finish(0)
    assert walk.take(5) == [1]
    assert not walk.done
