from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import functions
from heat_engine.language.scope import Static
from heat_engine.language.unknown import UNKNOWN
from tests.unit.language.helpers import Living, cfn_snippet, cfn_value, value_of

PARAMETERS: dict[str, Any] = {
    "s": "text",
    "l": ["a", "b"],
    "j": {"list": [1, {"x": "y"}], "map": {"k": "v"}},
}
TREE = Living(out="value", tree={"list": ["a", "b"], "map": {"k": "v"}, "1": "one"}, none=None)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("s", "text"),
        (["s"], "text"),
        (["s", 1], "e"),
        (["s", "1"], "e"),
        (["l", "1"], "b"),
        (["l", 5], ""),
        (["l", "x"], ""),
        (["j", "list", "1", "x"], "y"),
        (["j", "map", "k"], "v"),
        (["j", "map", "missing"], ""),
        (["j", "list", 0, "deeper"], ""),
        ("OS::stack_name", "stack"),
    ],
)
def test_get_param(argument: Any, value: Any) -> None:
    assert value_of({"get_param": argument}, parameters=PARAMETERS) == value


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ([], 'Function "get_param" must have arguments'),
        ("", 'Function "get_param" must have arguments'),
        ({"a": 1, "b": 2}, 'Argument to "get_param" must be string or list'),
        ([["x"]], 'Parameter name in "get_param" must be string'),
        (5, 'Parameter name in "get_param" must be string'),
    ],
)
def test_arguments_of_get_param(argument: Any, message: str) -> None:
    with pytest.raises(errors.StackValidationFailed, match=message):
        value_of({"get_param": argument})


def test_an_unknown_parameter() -> None:
    with pytest.raises(errors.UserParameterMissing, match=r"The Parameter \(x\) was not provided"):
        value_of({"get_param": "x"})


def test_get_resource() -> None:
    assert value_of({"get_resource": "r"}) == "id-r"
    with pytest.raises(errors.InvalidTemplateReference, match='reference "x"'):
        value_of({"get_resource": "x"})
    with pytest.raises(errors.StackValidationFailed, match="must be a string"):
        value_of({"get_resource": ["r"]})


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        (["r", "out"], "value"),
        (["r", "tree", "map", "k"], "v"),
        (["r", "tree", "list", 1], "b"),
        (["r", "tree", "list", "1"], None),
        (["r", "tree", "list", 9], None),
        (["r", "tree", "1"], "one"),
        (["r", "none", "deeper"], None),
        (["r", "out", 0], "v"),
    ],
)
@pytest.mark.parametrize("version", ["2013-05-23", "2014-10-16", "2015-10-15", "wallaby"])
def test_get_attr(argument: Any, value: Any, version: str) -> None:
    assert value_of({"get_attr": argument}, TREE, version=version) == value


def test_get_attr_without_attribute_gives_all() -> None:
    assert value_of({"get_attr": ["r"]}, Living(a=1, b=2)) == {"a": 1, "b": 2}
    value = value_of({"get_attr": ["r"]}, Living(a=UNKNOWN, b=2))
    assert value["a"] is UNKNOWN


@pytest.mark.parametrize(
    ("version", "argument", "message"),
    [
        ("2014-10-16", "r", 'Argument to "get_attr" must be a list'),
        (
            "2014-10-16",
            ["r"],
            'Arguments to "get_attr" must be of the form [resource_name, attribute, (path), ...]',
        ),
        (
            "2015-10-15",
            [],
            (
                'Arguments to "get_attr" can be of the next forms: [resource_name] or '
                "[resource_name, attribute, (path), ...]"
            ),
        ),
        ("2015-10-15", "r", 'Argument to "get_attr" must be a list'),
    ],
)
def test_arguments_of_get_attr(version: str, argument: Any, message: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of({"get_attr": argument}, version=version)
    assert caught.value.problems[0].message == message


def test_the_scope_may_refuse_an_attribute() -> None:
    class Refusing(Living):
        def attribute(self, resource: str, name: str) -> Any:
            raise errors.InvalidTemplateAttribute(resource=resource, key=name)

    with pytest.raises(errors.InvalidTemplateAttribute, match=r"\(r x\) is incorrect"):
        value_of({"get_attr": ["r", "x"]}, Refusing())


def test_get_file() -> None:
    assert value_of({"get_file": "a.sh"}, files={"a.sh": "{get_param: x}"}) == "{get_param: x}"
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of({"get_file": "b.sh"}, files={"a.sh": ""})
    assert caught.value.message == (
        'No content found in the "files" section for get_file path: b.sh'
    )
    with pytest.raises(errors.StackValidationFailed, match='to "get_file" must be a string'):
        value_of({"get_file": ["b"]})


def test_ref_prefers_resources_to_parameters() -> None:
    assert cfn_value({"Ref": "r"}) == "id-r"
    assert cfn_value({"Ref": "p"}, parameters={"p": "x"}) == "x"
    assert cfn_value({"Ref": "AWS::Region"}) == "ap-southeast-1"
    assert value_of({"Ref": "p"}, version="2013-05-23", parameters={"p": "x"}) == "x"
    with pytest.raises(errors.InvalidTemplateReference) as caught:
        cfn_value({"Ref": "x"})
    assert caught.value.message == 'The specified reference "x" (in unknown) is incorrect.'


def test_get_att() -> None:
    assert cfn_value({"Fn::GetAtt": ["r", "out"]}, TREE) == "value"
    for argument in ("r", ["r"], ["r", "out", "k"]):
        with pytest.raises(errors.StackValidationFailed) as caught:
            cfn_value({"Fn::GetAtt": argument})
        assert caught.value.problems[0].message == (
            'Arguments to "Fn::GetAtt" must be of the form [resource_name, attribute]'
        )


def test_get_att_of_text() -> None:
    assert cfn_value({"Fn::GetAtt": "r.out"}, TREE) == "value"
    dotted = {"r.x": {"Type": "T"}, "r": {"Type": "T"}, "a.b": {"Type": "T"}}
    bound = cfn_snippet({"Fn::GetAtt": "a.b.out.deep"}, Resources=dotted)
    (reference,) = bound.outputs["o"].references
    assert (reference.target, reference.attribute) == ("a.b", "out.deep")
    bound = cfn_snippet({"Fn::GetAtt": "z.b.out"}, Resources=dotted)
    (reference,) = bound.outputs["o"].references
    assert (reference.target, reference.attribute) == ("z", "b.out")
    with pytest.raises(errors.StackValidationFailed, match="must be of the form"):
        value_of({"Fn::GetAtt": "r.out"}, marker="HeatTemplateFormatVersion", version="2012-12-12")


def test_find_in_map() -> None:
    mappings = {"m": {"k": {"v": "x", "2": "two"}}, "a": {"b": {"c": "short"}}}
    assert cfn_value({"Fn::FindInMap": ["m", "k", "v"]}, Mappings=mappings) == "x"
    assert cfn_value({"Fn::FindInMap": "abc"}, Mappings=mappings) == "short"
    for argument, message in (
        (["m", "k", "none"], "'none' is not a key that \"Fn::FindInMap\" finds in the mappings"),
        (["m", "k", 2], '2 is not a key that "Fn::FindInMap" finds in the mappings'),
        (["m", "k"], "'not enough values to unpack (expected 3, got 2)'"),
    ):
        with pytest.raises(errors.StackValidationFailed) as caught:
            cfn_value({"Fn::FindInMap": argument}, Mappings=mappings)
        assert caught.value.problems[0].message == message


def test_availability_zones() -> None:
    assert cfn_value({"Fn::GetAZs": "anywhere"}) == ["nova"]


def test_import_value() -> None:
    name = {"Fn::Sub": "${AWS::StackName}-out"}
    assert cfn_value({"Fn::ImportValue": name}) == "imported stack-out"
    bound = cfn_snippet({"Fn::ImportValue": "x"})
    assert functions.resolve(bound.outputs["o"].value, Static()) is UNKNOWN
    for argument in ("", 5, ["x"], {"a": "b"}):
        with pytest.raises(errors.StackValidationFailed, match="must be the name of an export"):
            cfn_value({"Fn::ImportValue": argument})
    old = {"marker": "HeatTemplateFormatVersion", "version": "2012-12-12"}
    assert value_of({"Fn::ImportValue": "x"}, **old) == {"Fn::ImportValue": "x"}


def test_facade() -> None:
    assert value_of({"resource_facade": "metadata"}) == "parent's metadata"
    assert cfn_value({"Fn::ResourceFacade": "DeletionPolicy"}) == "parent's deletion_policy"
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of({"resource_facade": "Metadata"})
    assert caught.value.problems[0].message == (
        'Incorrect arguments to "resource_facade" should be one of: '
        "metadata, deletion_policy, update_policy"
    )
