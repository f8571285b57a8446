from __future__ import annotations

from typing import Any

import pytest

from tests.unit.language.helpers import snippet, value_of


@pytest.mark.parametrize(
    "value",
    [
        {"get_resource": "r", "other": 1},
        {"Fn::Bogus": ["a"]},
        {"equals": [1, 1]},
        {"Fn::GetAtt": ["r", "out"]},
        {5: "x"},
        {},
        [],
    ],
)
def test_what_is_no_function_stays_data(value: Any) -> None:
    assert value_of(value) == value


def test_arguments_are_read_inner_first() -> None:
    assert value_of({"list_join": ["-", [{"get_param": "p"}]]}, parameters={"p": "x"}) == "x"
    assert value_of({"get_param": {"get_param": "p"}}, parameters={"p": "q", "q": "y"}) == "y"


def test_faults_of_form_have_the_path_of_the_function() -> None:
    bound = snippet({"a": [1, {"list_join": [",", [{"get_attr": []}]]}]})
    (problem,) = bound.problems
    assert str(problem).startswith("outputs.o.value.a[1].list_join[1][0].get_attr: Arguments to")


def test_all_faults_of_form_are_found() -> None:
    assert len(snippet([{"get_attr": 1}, {"str_split": 2}, {"map_replace": 3}]).problems) == 3
