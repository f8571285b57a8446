from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import cfn_value, value_of


def message(value: Any, **options: Any) -> str:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of(value, **options)
    return caught.value.problems[0].message


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ([1, ["a", "b"]], "b"),
        (["1", ["a", "b"]], "b"),
        ([-1, ["a", "b"]], "b"),
        ([9, ["a"]], ""),
        (["k", {"k": "v"}], "v"),
        (["x", {"k": "v"}], ""),
        ([0, ""], ""),
        ([0, None], ""),
        ([0, '["a"]'], "a"),
        (["k", '{"k": [1]}'], [1]),
    ],
)
def test_select(arguments: Any, value: Any) -> None:
    assert cfn_value({"Fn::Select": arguments}) == value
    assert value_of({"Fn::Select": arguments}, version="2013-05-23") == value


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["x", ["a"]], 'Index to "Fn::Select" must be an integer'),
        ([0, {"k": "v"}], 'Index to "Fn::Select" must be a string'),
        ([0, "nonsense"], '"Fn::Select": Expecting value'),
        ([0, "[" * 3000], '"Fn::Select": nested too deeply'),
        ([0, 5], "Arguments to Fn::Select not fully resolved"),
        ([0], 'Arguments to "Fn::Select" must be of the form [index, collection]'),
    ],
)
def test_faults_of_select(arguments: Any, found: str) -> None:
    assert message({"Fn::Select": arguments}, version="2013-05-23").startswith(found)


def test_list_concat() -> None:
    lists = [["a", "b"], None, ["a", {"x": 1}], [{"x": 1}]]
    assert value_of({"list_concat": lists}) == ["a", "b", "a", {"x": 1}, {"x": 1}]
    assert value_of({"list_concat_unique": lists}) == ["a", "b", {"x": 1}]
    assert message({"list_concat": [["a"], "b"]}) == (
        "Incorrect arguments: Items to concat must be lists. "
        '[["a"], "b"] contains an item that is not a list: "b"'
    )
    assert message({"list_concat": "x"}).startswith("Incorrect arguments to")


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ([["a"], ["a", "b", "a"]], ["b"]),
        ([[], ["a"]], ["a"]),
        ([None, ["a"]], ["a"]),
        ([["a"], None], None),
        ([["a"], []], []),
    ],
)
def test_filter(arguments: Any, value: Any) -> None:
    assert value_of({"filter": arguments}) == value


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("x", 'Argument to "filter" must be a list'),
        (
            [["a"]],
            (
                '"filter" expected 2 arguments of the form [values, sequence] '
                "but got 1 arguments instead"
            ),
        ),
        (["a", ["a"]], '"filter" filters a list of values'),
        ([["a"], "a"], '"filter" only works with lists'),
    ],
)
def test_faults_of_filter(arguments: Any, found: str) -> None:
    assert message({"filter": arguments}) == found


@pytest.mark.parametrize(
    ("arguments", "value"),
    [(["a", ["a", "b"]], True), (["c", ["a"]], False), (["ell", "hello"], True)],
)
def test_contains(arguments: Any, value: bool) -> None:
    assert value_of({"contains": arguments}) is value


def test_faults_of_contains() -> None:
    assert message({"contains": ["a", {"a": 1}]}) == (
        'Second argument to "contains" should be a sequence.'
    )
    assert message({"contains": [5, "text"]}).startswith('"contains": ')
