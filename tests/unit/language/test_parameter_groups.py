from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import parameter_groups

START = "Parameter Groups error: parameter_groups"


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({}, f"{START}: The parameter_groups should be a list."),
        (
            [{"label": "g"}],
            f"{START}.g: The parameters must be provided for each parameter group.",
        ),
        (
            [{"label": "g", "parameters": "a"}],
            f"{START}.g: The parameters of parameter group should be a list.",
        ),
        (
            [{"label": "g", "parameters": ["a", "a"]}],
            f"{START}.g: The a parameter must be assigned to one parameter group only.",
        ),
        (
            [{"parameters": ["a"]}, {"parameters": ["a"]}],
            f"{START}.: The a parameter must be assigned to one parameter group only.",
        ),
        (
            [{"label": "g", "parameters": ["x"]}],
            f"{START}.g: The grouped parameter x does not reference a valid parameter.",
        ),
        ([5], f"{START}: Each parameter group should be a map."),
    ],
)
def test_faults(groups: Any, message: str) -> None:
    assert [str(problem) for problem in parameter_groups.check(groups, ["a", "b"])] == [message]


@pytest.mark.parametrize("groups", [None, [], [{"parameters": []}], [{"parameters": ["a"]}]])
def test_what_is_allowed(groups: Any) -> None:
    assert parameter_groups.check(groups, ["a", "b"]) == []


def test_pseudo_parameters_may_be_grouped() -> None:
    assert parameter_groups.check([{"parameters": ["OS::stack_name"]}], []) == []
