from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from common import errors
from heat_engine.language import functions
from heat_engine.language.functions.base import Resolution
from heat_engine.language.scope import Static
from heat_engine.language.unknown import UNKNOWN, contains_unknown
from tests.unit.language.helpers import Living, snippet, value_of


def test_a_snippet_without_functions_is_shared_not_copied() -> None:
    data = {"a": [1, {"b": 2}]}
    assert value_of(data) is data


def test_the_rest_of_a_snippet_stays_as_it_is() -> None:
    assert value_of({"a": [{"get_resource": "r"}, 5], "b": {"c": None}}) == {
        "a": ["id-r", 5],
        "b": {"c": None},
    }


@pytest.mark.parametrize(
    "value",
    [
        {"get_attr": ["r", "out"]},
        {"str_replace": {"template": "$a", "params": {"$a": {"get_resource": "r"}}}},
        {"list_join": [",", [{"get_attr": ["r", "out"]}]]},
        {"digest": ["md5", {"get_attr": ["r", "out"]}]},
        {"list_concat": [["a"], {"get_attr": ["r", "tree"]}]},
        {"map_merge": [{"a": 1}, {"get_attr": ["r", "tree"]}]},
        {"repeat": {"template": "x", "for_each": {"x": {"get_attr": ["r", "tree"]}}}},
    ],
)
def test_what_only_a_resource_can_tell_is_unknown_before_it_exists(value: Any) -> None:
    assert value_of(value, Static()) is UNKNOWN


def test_a_structure_may_hold_what_is_unknown() -> None:
    value = value_of({"a": 1, "b": [{"get_resource": "r"}]}, Static())
    assert value == {"a": 1, "b": [UNKNOWN]}
    assert contains_unknown(value)


def test_all_faults_can_be_collected() -> None:
    bound = snippet([{"get_param": "x"}, {"get_param": "y"}, {"get_resource": "r"}])
    resolution = Resolution(Living(), collect=True)
    value = resolution.resolve(bound.outputs["o"].value)
    assert value == [UNKNOWN, UNKNOWN, "id-r"]
    assert [error.message for _, error in resolution.faults or ()] == [
        "The Parameter (x) was not provided.",
        "The Parameter (y) was not provided.",
    ]


def doubled(levels: int) -> Any:
    value: Any = "xx"
    for _ in range(levels):
        value = {"str_replace": {"template": "$a$a", "params": {"$a": value}}}
    return value


def nested_lists(levels: int) -> Any:
    value: Any = ["x", "y"]
    for level in range(levels):
        items = {f"%a{level}%": ["a", "b"], f"%b{level}%": ["c", "d"]}
        value = {"repeat": {"template": value, "for_each": items}}
    return value


WIDE = {f"%v{n}%": [str(item) for item in range(10)] for n in range(20)}


@pytest.mark.parametrize(
    "value",
    [
        doubled(25),
        nested_lists(15),
        {"repeat": {"template": "x", "for_each": WIDE}},
        {"list_join": ["x" * 100_000, ["a"] * 1000]},
        [{"get_param": "big"}] * 1000,
        {"list_concat": [{"get_param": "list"}] * 1000},
        {
            "str_replace": {
                "template": "x" * 100_000,
                "params": {f"p{n}": "" for n in range(15_000)},
            }
        },
    ],
)
def test_huge_expansions_are_refused_quickly(value: Any) -> None:
    bound = snippet(value, parameters={"big": "x" * 100_000, "list": ["x"] * 10_000})
    began = process_time()
    with pytest.raises(errors.RequestLimitExceeded, match="expand a value to more than"):
        functions.resolve(bound.outputs["o"].value, Living())
    assert process_time() - began < 1.5


def test_each_resolution_has_a_budget_of_its_own() -> None:
    bound = snippet([{"get_param": "big"}] * 30, parameters={"big": "x" * 100_000})
    for _ in range(3):
        functions.resolve(bound.outputs["o"].value, Living())
