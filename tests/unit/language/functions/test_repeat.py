from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import value_of

NEW = "2017-09-01"


def repeat(template: Any, for_each: Any, **more: Any) -> dict[str, Any]:
    return {"repeat": {"template": template, "for_each": for_each, **more}}


def message(value: Any, **options: Any) -> str:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of(value, **options)
    return caught.value.problems[0].message


@pytest.mark.parametrize(
    ("template", "for_each", "value"),
    [
        ("x%v%", {"%v%": ["1", "2"]}, ["x1", "x2"]),
        (
            "%a%%b%",
            {"%a%": ["1", "2"], "%b%": ["x", "y"]},
            ["1x", "1y", "2x", "2y"],
        ),
        ({"%v%": ["%v%", 5, None]}, {"%v%": ["k"]}, [{"k": ["k", 5, None]}]),
        ("x", {"%v%": None}, []),
        ("x", {"%v%": []}, []),
        ("%v%", {"%v%": {"b": 1, "a": 2}}, ["b", "a"]),
    ],
)
def test_repeat(template: Any, for_each: Any, value: Any) -> None:
    assert value_of(repeat(template, for_each)) == value


def test_functions_in_the_template_are_resolved_first() -> None:
    value = repeat({"get_param": "p"}, {"%v%": ["1"]})
    assert value_of(value, parameters={"p": "<%v%>"}) == ["<1>"]


def test_lists_side_by_side() -> None:
    lists = {"%a%": ["1", "2"], "%b%": ["x", "y"]}
    assert value_of(repeat("%a%%b%", lists, permutations=False)) == ["1x", "2y"]
    assert len(value_of(repeat("%a%%b%", lists, permutations=False), version="2016-10-14")) == 4
    assert message(repeat("x", {**lists, "%b%": ["x"]}, permutations=False)) == (
        "For repeat, the length of for_each values should be equal if no nested loop."
    )
    assert message(repeat("x", {"%a%": {"k": 1}}, permutations=False)).endswith("must be lists")
    assert message(repeat("x", lists, permutations="no")) == (
        '"permutations" should be boolean type for repeat function.'
    )


@pytest.mark.parametrize(
    ("argument", "version", "found"),
    [
        ("x", NEW, 'Arguments to "repeat" must be a map'),
        ({"template": "x"}, NEW, '"repeat" syntax should be '),
        (
            {"template": "x", "for_each": ["a"]},
            NEW,
            'The "for_each" argument to "repeat" must contain a map',
        ),
        (
            {"template": "x", "for_each": {"v": "a"}},
            NEW,
            'The values of the "for_each" argument to "repeat" must be lists or maps',
        ),
        (
            {"template": "x", "for_each": {"v": {"a": 1}}},
            "2015-04-30",
            'The values of the "for_each" argument to "repeat" must be lists',
        ),
        (
            {"template": "x", "for_each": {"v": {"a": 1}}, "permutations": False},
            NEW,
            'The values of the "for_each" argument to "repeat" must be lists',
        ),
        ({"template": "x", "for_each": {}}, NEW, 'The "for_each" argument to "repeat" must'),
        (
            {"template": "v", "for_each": {"v": [1]}},
            NEW,
            'replace() argument 2 must be str, not int: what "for_each" lists must be strings',
        ),
    ],
)
def test_faults(argument: Any, version: str, found: str) -> None:
    assert message({"repeat": argument}, version=version).startswith(found)
