"""Ids of Server-Sent Events: exact, short, and refused when they are somebody else's."""

from __future__ import annotations

import pytest
import webob.exc
from hypothesis import given
from hypothesis import strategies as st

from heat_api.watching.place import NAMED, START, Place, Walk, parse


@given(st.integers(0, 10**15), st.sets(st.integers(1, 10**15), max_size=NAMED))
def test_text_says_it_all(after: int, missing: set[int]) -> None:
    place = Place(after, tuple(sorted(missing)))
    assert parse(str(place)) == place


def test_an_id_stays_short_and_loses_nothing() -> None:
    place = Place(1000, tuple(range(500, 500 + NAMED + 1)))
    assert str(place) == "499"


@pytest.mark.parametrize(
    "text", ["x", "-1", "1-", "1-2.", "1--2", "9" * 30, "1 2", "1-" + "2." * 50]
)
def test_other_ids_are_refused(text: str) -> None:
    with pytest.raises(webob.exc.HTTPBadRequest):
        parse(text)


def test_a_walk_names_what_was_not_seen_yet() -> None:
    walk = Walk(Place(10, (7,)), [8, 12, 15])
    assert [str(walk.past(number)) for number in (8, 11, 13, 16)] == [
        "10-7",
        "11-7",
        "13-7.12",
        "16-7.12.15",
    ]


def test_what_was_not_seen_can_be_added() -> None:
    assert START.without(3).without(2).without(3) == Place(0, (2, 3))
