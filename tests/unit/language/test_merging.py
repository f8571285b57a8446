from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language.merging import Strategies, merged
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.parameter_types import BOOLEAN, JSON, LIST, NUMBER, STRING


@pytest.mark.parametrize(
    ("kind", "strategy", "old", "new", "value"),
    [
        (STRING, "overwrite", "a", "b", "b"),
        (STRING, "merge", "a", "b", "ab"),
        (STRING, "deep_merge", "a", "b", "ab"),
        (LIST, "merge", "a", "b", "a,b"),
        (LIST, "merge", ["a"], ["b"], ["a", "b"]),
        (LIST, "merge", "a,b", ["c"], ["a", "b", "c"]),
        (NUMBER, "merge", "1", "2", 3),
        (NUMBER, "merge", 1, "2.5", 3.5),
        (JSON, "merge", {"a": {"x": 1}, "b": 1}, {"a": {"y": 2}, "b": None}, None),
        (JSON, "deep_merge", {"a": {"x": [1]}}, {"a": {"x": [2], "s": "t"}}, None),
        (JSON, "deep_merge", '{"a": "x"}', '{"a": "y"}', {"a": "xy"}),
        (STRING, "merge", None, "b", "b"),
        (STRING, "merge", "a", None, "a"),
    ],
)
def test_values(kind: str, strategy: str, old: Any, new: Any, value: Any) -> None:
    if value is None:
        value = {"a": {"y": 2}, "b": 1} if strategy == "merge" else {"a": {"x": [1, 2], "s": "t"}}
    assert merged("p", old, new, strategy, ParameterSchema("p", kind)) == value


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [("a", "b", "ab"), ([1], [2], [1, 2]), ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}), (1, 2, 3)],
)
def test_values_decide_where_no_declaration_is_known(old: Any, new: Any, value: Any) -> None:
    assert merged("p", old, new, "merge", None) == value


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        (BOOLEAN, "true", "false"),
        (NUMBER, "x", "1"),
        (LIST, "a", 5),
        (JSON, {}, "nonsense"),
        (JSON, {}, [1]),
        (STRING, "a", 5),
    ],
)
def test_what_cannot_be_merged(kind: str, old: Any, new: Any) -> None:
    with pytest.raises(errors.InvalidMergeStrategyForParam) as caught:
        merged("p", old, new, "merge", ParameterSchema("p", kind))
    assert caught.value.message == "Invalid merge strategy 'merge' for parameter 'p'."


def test_the_first_stated_strategy_is_followed_by_later_files() -> None:
    strategies = Strategies()
    assert strategies.of("p", {}, "0") == "overwrite"
    assert strategies.of("p", {"p": "merge"}, "1") == "merge"
    assert strategies.of("p", {}, "2") == "merge"
    assert strategies.of("p", {"default": "deep_merge"}, "3") == "merge"
    assert strategies.of("q", {"default": "deep_merge"}, "3") == "deep_merge"


def test_an_unknown_word_falls_back_to_the_files_default() -> None:
    assert Strategies().of("p", {"p": "nonsense", "default": "merge"}, "1") == "merge"
    assert Strategies().of("p", {"default": "nonsense"}, "1") == "overwrite"
