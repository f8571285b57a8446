from __future__ import annotations

from typing import Any

import pytest
import webob
import webob.exc

from heat_api.schemas.values import LARGEST, Query, boolean, integer


@pytest.mark.parametrize(
    ("value", "meaning"),
    [(True, True), (False, False), ("true", True), ("FALSE", False), (" True ", True)],
)
def test_booleans(value: Any, meaning: bool) -> None:
    assert boolean("x", value) is meaning


@pytest.mark.parametrize("value", ["1", "0", "yes", "", 1, 0, None, [], "tru\u0435"])
def test_what_is_no_boolean(value: Any) -> None:
    with pytest.raises(webob.exc.HTTPBadRequest, match='"wanted"'):
        boolean("wanted", value)


@pytest.mark.parametrize(
    ("value", "number"), [(0, 0), ("0", 0), ("007", 7), (" 5 ", 5), (LARGEST, LARGEST)]
)
def test_integers(value: Any, number: int) -> None:
    assert integer("x", value) == number


@pytest.mark.parametrize(
    "value",
    [-1, "-1", "", "a", 1.5, "1.5", "1e3", True, None, [], "9" * 100, LARGEST + 1, "٣"],
)
def test_what_is_no_count(value: Any) -> None:
    with pytest.raises(webob.exc.HTTPBadRequest, match="'wanted'"):
        integer("wanted", value)


def query(text: str) -> Query:
    return Query(webob.Request.blank(f"/?{text}"))


def test_a_single_value_is_the_last_one() -> None:
    assert query("a=1&a=2").text("a") == "2"
    assert query("a=1&a=2").all("a") == ["1", "2"]
    assert query("").text("a") is None
    assert query("").all("a") is None


def test_defaults() -> None:
    given = query("empty=")
    assert given.boolean("none", default=True) is True
    assert given.integer("none") is None
    assert given.integer("empty") is None
    assert given.words("none") is None
    assert given.words("empty") is None
    assert query("a=x,y").words("a") == ["x", "y"]


def test_filters_are_merged_and_empty_ones_dropped() -> None:
    names = {"name": "name", "stack_name": "name", "id": "id"}
    assert query("stack_name=b&name=a&name=&other=x").filters(names) == {"name": ["a", "b"]}
    assert query("id=1").filters(names) == {"id": "1"}
    assert query("id=").filters(names) == {}
