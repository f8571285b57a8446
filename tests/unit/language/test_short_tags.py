from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import document
from heat_engine.language.limits import Limits
from heat_engine.language.short_tags import LONG_FORMS, admitted
from tests.unit.language.helpers import bind, messages

AWS = "AWSTemplateFormatVersion: '2010-09-09'\n"


def value(text: str, **limits: int) -> Any:
    return document.load(f"{AWS}v: {text}", limits=Limits(**limits))[0]["v"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!Ref name", {"Ref": "name"}),
        ("!Ref 5", {"Ref": "5"}),
        ("!Condition c", {"Condition": "c"}),
        ("!GetAtt a.b", {"Fn::GetAtt": "a.b"}),
        ("!GetAtt [a, b]", {"Fn::GetAtt": ["a", "b"]}),
        ("!Sub '${a}'", {"Fn::Sub": "${a}"}),
        ("!Sub ['${a}', {a: !Ref b}]", {"Fn::Sub": ["${a}", {"a": {"Ref": "b"}}]}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
        ("!Join [',', [a, !Ref b]]", {"Fn::Join": [",", ["a", {"Ref": "b"}]]}),
        ("!Not [!Equals [1, 2]]", {"Fn::Not": [{"Fn::Equals": [1, 2]}]}),
        ("!Base64 {Fn::Sub: x}", {"Fn::Base64": {"Fn::Sub": "x"}}),
        (
            "[&x !Ref a, *x, &y !Split [',', b], *y]",
            [{"Ref": "a"}] * 2 + [{"Fn::Split": [",", "b"]}] * 2,
        ),
        (
            "!If [c, !ImportValue i, !Select [0, !Cidr [a, 1, 2]]]",
            {
                "Fn::If": [
                    "c",
                    {"Fn::ImportValue": "i"},
                    {"Fn::Select": [0, {"Fn::Cidr": ["a", 1, 2]}]},
                ]
            },
        ),
    ],
)
def test_a_short_form_is_its_long_form(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("tag", LONG_FORMS)
def test_every_short_form_takes_text_lists_and_maps(tag: str) -> None:
    name = LONG_FORMS[tag]
    assert value(f"[{tag} a, {tag} [a], {tag} {{a: b}}]") == [
        {name: "a"},
        {name: ["a"]},
        {name: {"a": "b"}},
    ]


def test_a_block_under_a_short_form() -> None:
    text = "!FindInMap\n  - m\n  - !Ref k\n  - v\nw: 1"
    assert value(text) == {"Fn::FindInMap": ["m", {"Ref": "k"}, "v"]}


@pytest.mark.parametrize(
    "text",
    [
        "heat_template_version: 2021-04-16\nv: [1, !Ref a]",
        "HeatTemplateFormatVersion: '2012-12-12'\nv: [1, !Ref [a]]",
        "parameters: [1, !Ref a]",
        "[1, !Ref a]",
    ],
)
def test_other_languages_have_no_short_forms(text: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        document.load(text)
    assert "could not determine a constructor for the tag '!Ref'" in caught.value.message
    assert "templates of AWSTemplateFormatVersion only" in caught.value.message
    assert caught.value.problems[0].line == text.count("\n") + 1
    assert caught.value.problems[0].column == text.splitlines()[-1].index("!Ref") + 1


def test_an_unknown_tag_is_a_fault_everywhere() -> None:
    for text in ("!Bogus a", "!Bogus [a]", "!Bogus {a: b}", "!ForEach [a]"):
        with pytest.raises(errors.StackValidationFailed, match="could not determine a constructor"):
            value(text)


def test_a_short_form_counts_as_the_map_it_is() -> None:
    assert value("!Not [[a]]", depth=4)
    with pytest.raises(errors.RequestLimitExceeded, match="levels deep"):
        value("!Not [[a]]", depth=3)
    assert value("[[!Ref a]]", depth=4)
    with pytest.raises(errors.RequestLimitExceeded, match="levels deep"):
        value("[[!Ref a]]", depth=3)
    with pytest.raises(errors.RequestLimitExceeded, match="levels deep"):
        value("!Not [" * 200 + "]" * 200)
    with pytest.raises(errors.RequestLimitExceeded, match="expands to more than"):
        value("[" + "!Ref a, " * 50 + "]", expanded=500)


def test_admitted() -> None:
    assert admitted({"AWSTemplateFormatVersion": "2010-09-09"})
    assert not admitted({"AWSTemplateFormatVersion": 5})
    assert not admitted([])


def test_places_in_short_forms() -> None:
    text = f"{AWS}v:\n  - !Join\n    - ','\n    - [a, !GetAtt b.c]\n"
    source = document.load(text)[1]
    assert source.position(("v", 0, "Fn::Join", 1, 1, "Fn::GetAtt")) == (5, 11)
    assert source.position(("v", 0, "Fn::Join", 0)) == (4, 7)


def test_a_fault_under_a_short_form_has_its_line() -> None:
    text = f"{AWS}Resources:\n  a:\n    Type: T\n    Properties:\n      value: !GetAtt b.out\n"
    assert messages(text) == ['The specified reference "b" (in a.Properties.value) is incorrect.']
    text = text.replace("!GetAtt b.out", "!Select [1]")
    (problem,) = bind(text).problems
    assert problem.path == ("Resources", "a", "Properties", "value", "Fn::Select")
    assert bind(text).locate(problem).line == 6
