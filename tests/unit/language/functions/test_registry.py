from __future__ import annotations

from dataclasses import replace

import pytest

from heat_engine.language.functions.base import Removed
from heat_engine.language.functions.extensions import Refused
from heat_engine.language.functions.registry import condition_grammar, grammar, loop_grammar
from heat_engine.language.versions import MARKERS, Version

ALWAYS = {"get_param", "get_resource", "get_file", "resource_facade", "get_attr", "list_join"}
ALWAYS |= {"str_replace"}
FIRST = {
    "repeat": "2015-04-30",
    "digest": "2015-04-30",
    "str_split": "2015-10-15",
    "map_merge": "2016-04-08",
    "map_replace": "2016-10-14",
    "if": "2016-10-14",
    "yaql": "2016-10-14",
    "filter": "2017-02-24",
    "str_replace_strict": "2017-02-24",
    "make_url": "2017-09-01",
    "list_concat": "2017-09-01",
    "list_concat_unique": "2017-09-01",
    "contains": "2017-09-01",
    "str_replace_vstrict": "2017-09-01",
}
REMOVED = {
    "Fn::Select": "2015-10-15",
    **dict.fromkeys(
        ["Fn::GetAZs", "Fn::Join", "Fn::Split", "Fn::Replace", "Fn::Base64"], "2014-10-16"
    ),
    **dict.fromkeys(["Fn::MemberListToMap", "Fn::ResourceFacade", "Ref"], "2014-10-16"),
}
DATES = sorted(set(MARKERS["heat_template_version"].values()))

NAMED_ONLY = {"Fn::Length", "Fn::ToJsonString", "Fn::Transform"}


def hot(date: str) -> Version:
    return Version("heat_template_version", date, date)


@pytest.mark.parametrize("date", DATES)
def test_functions_of_each_version_of_hot(date: str) -> None:
    known = grammar(hot(date))
    usable = {name for name, function in known.items() if function is not Removed}
    expected = ALWAYS | {name for name, first in FIRST.items() if date >= first}
    expected |= {name for name, last in REMOVED.items() if date < last}
    assert usable == expected
    refused = {name for name, last in REMOVED.items() if date >= last}
    assert set(known) - usable == refused


@pytest.mark.parametrize("date", DATES)
def test_a_release_has_the_functions_of_its_date(date: str) -> None:
    for name, meaning in MARKERS["heat_template_version"].items():
        if meaning == date:
            version = Version("heat_template_version", name, meaning)
            assert grammar(version) == grammar(hot(date))


def test_functions_of_cfn() -> None:
    aws = grammar(Version("AWSTemplateFormatVersion", "2010-09-09", "2010-09-09"))
    heat = grammar(Version("HeatTemplateFormatVersion", "2012-12-12", "2012-12-12"))
    assert set(aws) - set(heat) == {"Fn::If", "Fn::Sub", "Fn::Cidr", "Fn::ImportValue"} | NAMED_ONLY
    assert {name for name in aws if issubclass(aws[name], Refused)} == NAMED_ONLY
    assert set(heat) == {
        "Ref",
        "Fn::GetAtt",
        "Fn::FindInMap",
        "Fn::GetAZs",
        "Fn::Select",
        "Fn::Join",
        "Fn::Split",
        "Fn::Replace",
        "Fn::Base64",
        "Fn::MemberListToMap",
        "Fn::ResourceFacade",
    }


def test_functions_of_the_language_extensions() -> None:
    plain = Version("AWSTemplateFormatVersion", "2010-09-09", "2010-09-09")
    extended = replace(plain, extensions=True)
    assert set(grammar(extended)) == set(grammar(plain))
    usable = {name for name, kind in grammar(extended).items() if not issubclass(kind, Refused)}
    assert set(grammar(plain)) - usable == {"Fn::Transform"}
    allowed = {
        name
        for name, kind in condition_grammar(extended).items()
        if kind is not condition_grammar(plain).get(name)
    }
    assert allowed == {"Fn::Length", "Fn::FindInMap", "Ref"}
    assert set(loop_grammar(extended)) == set(grammar(extended))


def test_functions_of_conditions() -> None:
    old, new = condition_grammar(hot("2017-02-24")), condition_grammar(hot("2017-09-01"))
    usable = {name for name in old if name in ("equals", "not", "and", "or", "get_param")}
    assert usable == {"equals", "not", "and", "or", "get_param"}
    assert old.get("contains") is None
    for name in ("contains", "yaql"):
        assert new[name] is grammar(hot("2017-09-01"))[name]
    assert old["yaql"] is not new["yaql"]
    assert new["get_attr"] is not grammar(hot("2017-09-01"))["get_attr"]
