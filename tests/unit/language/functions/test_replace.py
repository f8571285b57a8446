from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import cfn_value, value_of


def message(value: Any, **options: Any) -> str:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of(value, **options)
    return caught.value.problems[0].message


def replace(template: Any, params: Any, name: str = "str_replace") -> dict[str, Any]:
    return {name: {"template": template, "params": params, "ignored": 1}}


@pytest.mark.parametrize(
    ("template", "params", "value"),
    [
        ("a $x b", {"$x": "y"}, "a y b"),
        ("$abc $ab $a", {"$a": "1", "$ab": "2", "$abc": "3"}, "3 2 1"),
        ("xy", {"x": "y", "y": "x"}, "yx"),
        ("n t z", {"n": None, "t": True, "z": 1.5}, " True 1.5"),
        ("m l", {"m": {"b": 1, "a": 2}, "l": [1, "x"]}, '{"a": 2, "b": 1} [1, "x"]'),
        ("a.c", {".": "|"}, "a|c"),
        ("xabcd", {"ab": "1", "bcd": "2"}, "xa2"),
        ("abab", {"ab": "b", "ba": "c"}, "bb"),
        ("plain", {}, "plain"),
        ("plain", {"": "x"}, "plain"),
    ],
)
def test_str_replace(template: str, params: Any, value: str) -> None:
    assert value_of(replace(template, params)) == value


@pytest.mark.parametrize(
    ("argument", "found"),
    [
        ("x", 'Arguments to "str_replace" must be a map'),
        ({"template": "x"}, '"str_replace" syntax should be '),
        ({"template": "x", "params": ["a"]}, '"str_replace" parameters must be a mapping'),
        ({"template": 5, "params": {}}, '"str_replace" template must be a string'),
        ({"template": "x", "params": "y"}, '"str_replace" params must be a map'),
        (
            {"template": "x", "params": {5: "y"}},
            '"str_replace" param placeholders must be strings',
        ),
    ],
)
def test_faults(argument: Any, found: str) -> None:
    assert message({"str_replace": argument}).startswith(found)


def test_maps_and_lists_are_no_values_in_old_versions() -> None:
    assert message(replace("x", {"x": [1]}), version="2015-04-30") == (
        '"str_replace" params must be strings or numbers, param x is not valid'
    )


def test_strict_wants_every_placeholder() -> None:
    assert value_of(replace("a b", {"a": "", "b": "x"}, "str_replace_strict")) == " x"
    assert message(replace("a", {"b": "1", "ccc": "2"}, "str_replace_strict")) == (
        "The following params were not found in the template: ccc,b"
    )


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_very_strict_wants_values(empty: Any) -> None:
    assert message(replace("a", {"a": empty}, "str_replace_vstrict")) == (
        "str_replace_vstrict has an undefined or empty value for param a, "
        "must be a defined non-empty value"
    )


@pytest.mark.parametrize("value", [0, False])
def test_zero_is_a_value(value: Any) -> None:
    assert value_of(replace("a", {"a": value}, "str_replace_vstrict")) == str(value)


def test_fn_replace() -> None:
    assert cfn_value({"Fn::Replace": [{"$a": 1, "$b": None}, "$a$b!"]}) == "1!"
    with pytest.raises(errors.StackValidationFailed, match='arguments to "Fn::Replace" should be'):
        cfn_value({"Fn::Replace": ["x"]})
