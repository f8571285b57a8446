from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language.functions.substitute import pieces
from heat_engine.language.unknown import UNKNOWN
from tests.unit.language.helpers import Living, cfn_snippet, cfn_value, messages, value_of

PARAMETERS = {"p": "x", "n": 5, "b": True, "l": ["a"]}
SCOPE = Living(out="value", **{"a.b": "deep"}, none=None, tree={"k": 1})


def sub(argument: Any) -> Any:
    return cfn_value({"Fn::Sub": argument}, SCOPE, parameters=PARAMETERS)


@pytest.mark.parametrize(
    ("text", "texts", "names"),
    [
        ("", [""], []),
        ("plain $ } {", ["plain $ } {"], []),
        ("${a}", ["", ""], ["a"]),
        ("1${a}2${ b.c }3", ["1", "2", "3"], ["a", "b.c"]),
        ("${!a} ${a", ["${a} ${a"], []),
        ("${a${b}", ["", ""], ["a${b"]),
    ],
)
def test_pieces(text: str, texts: list[str], names: list[str]) -> None:
    assert pieces(text) == (texts, names)


def test_pieces_in_linear_time() -> None:
    assert pieces("${" * 500_000)[1] == []
    assert len(pieces("${a}" * 100_000)[1]) == 100_000


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("no names", "no names"),
        ("<${p}> ${p}", "<x> x"),
        ("${n} ${b}", "5 true"),
        ("${r} ${r.out} ${r.a.b} ${r.none}!", "id-r value deep !"),
        ("${!p} ${p}", "${p} x"),
        ("${AWS::StackName}-${AWS::Region}", "stack-ap-southeast-1"),
        (
            ["${p} ${v} ${w}", {"v": {"Ref": "r"}, "w": {"Fn::Join": ["-", ["1", "2"]]}}],
            "x id-r 1-2",
        ),
        (["${p}", {"p": "mine"}], "mine"),
        (["${p}", {"unused": "1"}], "x"),
    ],
)
def test_names_are_replaced(argument: Any, value: str) -> None:
    assert sub(argument) == value


@pytest.mark.parametrize("argument", [5, None, [], ["a"], ["a", "b"], ["a", {}, {}], {"a": "b"}])
def test_arguments_of_wrong_form(argument: Any) -> None:
    with pytest.raises(errors.StackValidationFailed, match="must be a text, or of the form"):
        sub(argument)


def test_values_that_are_no_text() -> None:
    for argument in ("${l}", "${r.tree}"):
        with pytest.raises(errors.StackValidationFailed, match="must be a string"):
            sub(argument)
    with pytest.raises(errors.StackValidationFailed, match="A name is missing"):
        sub("a ${} b")
    with pytest.raises(errors.InvalidTemplateReference, match='"x" \\(in unknown\\)'):
        sub("${x}")


def test_names_make_dependencies() -> None:
    body = {
        "a": {"Type": "T"},
        "b": {"Type": "T"},
        "c": {
            "Type": "T",
            "Properties": {"value": {"Fn::Sub": ["${a} ${b.out} ${v}", {"v": "1"}]}},
        },
    }
    bound = cfn_snippet("", Resources=body)
    assert bound.resources["c"].requires(bound.resources) == {"a", "b"}


def test_a_name_in_the_map_makes_no_dependency() -> None:
    bound = cfn_snippet({"Fn::Sub": ["${r} ${r.out}", {"r": "1", "r.out": "2"}]})
    assert bound.outputs["o"].references == ()


def test_unknown_names_are_found_by_validation() -> None:
    text = """AWSTemplateFormatVersion: '2010-09-09'
Resources:
  a:
    Type: T
    Properties: {value: !Sub '${b} ${c.out} ${d.out}'}
  d: {Type: T, Properties: {value: !Sub '${d2.x}'}}
  e: {Type: T, Properties: {value: !Sub '${a.bogus}'}}
"""
    assert messages(text) == [
        'The specified reference "c" (in a.Properties.value) is incorrect.',
        'The specified reference "b" (in a.Properties.value.Fn::Sub) is incorrect.',
        'The specified reference "d2" (in d.Properties.value) is incorrect.',
        "Resources.e.Properties.value.Fn::Sub: The Referenced Attribute (a bogus) is incorrect.",
    ]


def test_a_value_not_known_yet_makes_all_unknown() -> None:
    class Planning(Living):
        def reference_id(self, resource: str) -> Any:
            return UNKNOWN

    assert cfn_value({"Fn::Sub": "a ${r}"}, Planning()) is UNKNOWN


def test_output_is_bounded() -> None:
    long = {"p": "x" * 10_000}
    with pytest.raises(errors.RequestLimitExceeded):
        cfn_value({"Fn::Sub": "${p}" * 1000}, parameters=long)


def test_other_languages_do_not_have_it() -> None:
    old = {"marker": "HeatTemplateFormatVersion", "version": "2012-12-12"}
    for options in ({}, old):
        assert value_of({"Fn::Sub": "${r}"}, **options) == {"Fn::Sub": "${r}"}
