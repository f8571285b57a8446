from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import cfn_value, value_of


def message(value: Any) -> str:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of(value)
    return caught.value.problems[0].message


def test_map_merge() -> None:
    assert value_of({"map_merge": [{"a": 1, "b": 1}, None, {"b": 2}]}) == {"a": 1, "b": 2}
    assert message({"map_merge": [{"a": 1}, [2]]}) == (
        "Incorrect arguments: Items to merge must be maps. [2] is type <class 'list'> "
        "instead of a dict"
    )
    assert message({"map_merge": {"a": 1}}).startswith('Incorrect arguments to "map_merge"')


@pytest.mark.parametrize(
    ("given", "rules", "value"),
    [
        ({"a": 1}, {"keys": {"a": "b"}}, {"b": 1}),
        ({"a": 1, "b": [1]}, {"values": {1: "one"}}, {"a": "one", "b": [1]}),
        ({"a": 1}, {}, {"a": 1}),
        (None, {}, {}),
        ({"a": 1}, {"keys": {"a": "a"}}, {"a": 1}),
    ],
)
def test_map_replace(given: Any, rules: Any, value: Any) -> None:
    assert value_of({"map_replace": [given, rules]}) == value


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (
            [{"a": 1, "b": 2}, {"keys": {"a": "b"}}],
            "key replacement b collides with a key in the input map",
        ),
        (
            [{"a": 1, "b": 2}, {"keys": {"a": "c", "b": "c"}}],
            "key replacement c collides with a key in the output map",
        ),
        ([{"a": 1}], 'Incorrect arguments to "map_replace" should be: '),
        ([{"a": 1}, {"other": {}}], 'Incorrect arguments to "map_replace" should be: '),
        ([["a"], {}], 'Incorrect arguments to "map_replace" should be: '),
        ([{"a": 1}, {"keys": ["a"]}], 'Incorrect arguments to "map_replace" should be: '),
    ],
)
def test_faults_of_map_replace(arguments: Any, found: str) -> None:
    assert message({"map_replace": arguments}).startswith(found)


def test_member_list_to_map() -> None:
    members = [
        ".member.0.Name=a",
        ".member.0.Value=x=y",
        ".member.1.Name=b",
        "nonsense",
    ]
    assert cfn_value({"Fn::MemberListToMap": ["Name", "Value", members]}) == {"a": "x=y"}


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ([5, "V", []], "Fn::MemberListToMap Key Name must be a string"),
        (["N", 5, []], "Fn::MemberListToMap Value Name must be a string"),
        (["N", "V", "x"], "Member list must be a list"),
        (["N", "V", [5]], "Member list items must be strings"),
        (["N", "V"], "Wrong Arguments try: "),
    ],
)
def test_faults_of_member_list_to_map(arguments: Any, found: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        cfn_value({"Fn::MemberListToMap": arguments})
    assert caught.value.problems[0].message.startswith(found)
