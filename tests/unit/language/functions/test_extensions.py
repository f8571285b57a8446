from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language.unknown import UNKNOWN
from tests.unit.language.helpers import Living, cfn_snippet, cfn_value, value_of

MAPPINGS = {"m": {"k": {"v": "found"}}}


def extended(value: Any, scope: Any = None, **options: Any) -> Any:
    return cfn_value(value, scope, Transform="AWS::LanguageExtensions", **options)


def test_length() -> None:
    assert extended({"Fn::Length": [1, 2, {"Ref": "r"}]}) == 3
    assert extended({"Fn::Length": {"Ref": "p"}}, parameters={"p": ["a", "b"]}) == 2
    for argument in ("text", {"a": 1}, 5, None):
        with pytest.raises(errors.StackValidationFailed, match="must be a list"):
            extended({"Fn::Length": argument})


def test_to_json_string() -> None:
    value = {"b": {"Ref": "r"}, "a": [1, None, True]}
    assert extended({"Fn::ToJsonString": value}) == '{"b":"id-r","a":[1,null,true]}'
    assert extended({"Fn::ToJsonString": {"Ref": "p"}}, parameters={"p": ["a"]}) == '["a"]'
    assert extended({"Fn::ToJsonString": []}) == "[]"
    for argument in ("text", 5, {"Ref": "r"}):
        with pytest.raises(errors.StackValidationFailed, match="must be a map or a list"):
            extended({"Fn::ToJsonString": argument})


def test_find_in_map_with_a_default() -> None:
    def find(*arguments: Any) -> Any:
        return extended({"Fn::FindInMap": list(arguments)}, Mappings=MAPPINGS)

    assert find("m", "k", "v") == "found"
    assert find("m", "k", "v", {"DefaultValue": "other"}) == "found"
    assert find("m", "k", "x", {"DefaultValue": {"Fn::Join": ["", ["a", "b"]]}}) == "ab"
    assert find("none", "k", "x", {"DefaultValue": [1]}) == [1]
    with pytest.raises(errors.StackValidationFailed, match="'x'"):
        find("m", "k", "x")
    for last in ("x", {}, {"DefaultValue": 1, "more": 2}, {"Default": 1}):
        with pytest.raises(errors.StackValidationFailed, match="DefaultValue: value"):
            find("m", "k", "v", last)
    with pytest.raises(errors.StackValidationFailed, match="too many values"):
        find("m", "k", "v", {"DefaultValue": 1}, 5)
    with pytest.raises(errors.StackValidationFailed, match="too many values"):
        cfn_value({"Fn::FindInMap": ["m", "k", "v", {"DefaultValue": 1}]}, Mappings=MAPPINGS)


def test_ref_of_a_name_that_functions_make() -> None:
    name = {"Fn::Join": ["", ["r", {"Ref": "p"}]]}
    assert extended({"Ref": name}, parameters={"p": ""}) == "id-r"
    assert extended({"Ref": name}, parameters={"p": "1", "r1": "x"}) == "x"
    bound = cfn_snippet({"Ref": name}, Transform="AWS::LanguageExtensions", parameters={"p": ""})
    assert [reference.target for reference in bound.outputs["o"].references] == ["r"]
    with pytest.raises(errors.StackValidationFailed, match="depend on parameters only"):
        extended({"Ref": {"Fn::Sub": "${r}"}})
    with pytest.raises(errors.StackValidationFailed, match="must be a string"):
        extended({"Ref": {"Fn::Split": [",", "a"]}})
    with pytest.raises(errors.StackValidationFailed, match="must be a string"):
        cfn_value({"Ref": name}, parameters={"p": ""})


def test_conditions_of_a_length() -> None:
    several = {"Fn::Not": [{"Fn::Equals": [{"Fn::Length": {"Ref": "p"}}, 1]}]}
    value = {"Fn::If": ["several", "yes", "no"]}
    for given, expected in ((["a"], "no"), (["a", "b"], "yes")):
        conditions = {"several": several}
        assert extended(value, parameters={"p": given}, Conditions=conditions) == expected


def test_not_without_the_transform() -> None:
    for name in ("Fn::Length", "Fn::ToJsonString"):
        with pytest.raises(errors.StackValidationFailed) as caught:
            cfn_value({name: []})
        assert caught.value.problems[0].message == (
            f'The function "{name}" needs "Transform: AWS::LanguageExtensions" '
            "at the top of the template"
        )
    with pytest.raises(errors.StackValidationFailed, match="no macros"):
        cfn_value({"Fn::Transform": {"Name": "x"}})
    assert value_of({"Fn::Length": []}) == {"Fn::Length": []}


def test_of_values_not_known_yet() -> None:
    class Planning(Living):
        def attribute(self, resource: str, name: str) -> Any:
            return UNKNOWN

    for name in ("Fn::Length", "Fn::ToJsonString"):
        assert extended({name: {"Fn::GetAtt": "r.out"}}, Planning()) is UNKNOWN
