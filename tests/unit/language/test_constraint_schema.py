from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import versions
from heat_engine.language.constraint_schema import Fault, cfn_constraints, hot_constraints
from heat_engine.language.schema import Constraint

LATEST = versions.of({"heat_template_version": "2018-08-31"})
BEFORE_MODULO = versions.of({"heat_template_version": "2016-10-14"})


def test_only_the_first_kind_of_a_map_counts() -> None:
    declared = [{"length": {"min": "1"}, "modulo": {"step": 2, "offset": 1}}]
    assert hot_constraints("p", declared, LATEST)[0].rule == "modulo"
    assert hot_constraints("p", declared, BEFORE_MODULO) == (
        Constraint("length", {"min": 1, "max": None}),
    )


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({}, "Invalid parameter constraints for parameter p, expected a list"),
        (["x"], "Invalid parameter constraints, expected a mapping"),
        ([{"size": 1}], "Invalid key 'size' for parameter constraints"),
        ([{"description": "d"}], "No constraint expressed"),
        ([{"range": 1}], "Invalid range constraint, expected a mapping"),
        ([{"length": 1}], "Invalid length constraint, expected a mapping"),
        ([{"modulo": 1}], "Invalid modulo constraint, expected a mapping"),
        ([{"length": {"x": 1}}], "Invalid key 'x' for length constraint"),
        (
            [{"range": {}}],
            "A range constraint must have a min value and/or a max value specified.",
        ),
        (
            [{"length": {}}],
            "A length constraint must have a min value and/or a max value specified.",
        ),
        ([{"length": {"min": 1.5}}], "min/max length must be integral"),
        ([{"range": {"min": "x"}}], "could not convert string to float: 'x'"),
        (
            [{"modulo": {"step": 2}}],
            "A modulo constraint must have a step value and an offset value specified.",
        ),
        ([{"modulo": {"step": 0, "offset": 0}}], "step cannot be 0."),
        (
            [{"modulo": {"step": 2, "offset": 2}}],
            "offset must be smaller (by absolute value) than step.",
        ),
        (
            [{"modulo": {"step": 2, "offset": -1}}],
            "step and offset must be both positive or both negative.",
        ),
        ([{"modulo": {"step": 2.5, "offset": 1}}], "step/offset must be integer"),
        ([{"allowed_values": 1}], "AllowedValues must be a list"),
        ([{"allowed_pattern": 1}], "AllowedPattern must be a string"),
        (
            [{"allowed_pattern": "[a"}],
            (
                'AllowedPattern "[a" is not a regular expression: '
                "unterminated character set at position 2"
            ),
        ),
    ],
)
def test_faults(declared: Any, message: str) -> None:
    with pytest.raises(Fault) as caught:
        hot_constraints("p", declared, LATEST)
    assert caught.value.messages == [message]


def test_modulo_alone_is_nothing_before_its_version() -> None:
    with pytest.raises(Fault, match="No constraint expressed"):
        hot_constraints("p", [{"modulo": {"step": 2, "offset": 1}}], BEFORE_MODULO)


def test_faults_of_all_constraints_are_found_at_once() -> None:
    with pytest.raises(Fault) as caught:
        hot_constraints("p", [1, {"range": {}}], LATEST)
    assert len(caught.value.messages) == 2
    with pytest.raises(Fault) as caught:
        cfn_constraints({"MinLength": 1.5, "AllowedValues": 1})
    assert len(caught.value.messages) == 2


def test_cfn_order() -> None:
    body = {"AllowedPattern": "x", "AllowedValues": ["x"], "MinLength": 1, "MaxValue": "5"}
    rules = [constraint.rule for constraint in cfn_constraints(body)]
    assert rules == ["range", "length", "allowed_values", "allowed_pattern"]
