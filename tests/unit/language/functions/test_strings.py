from __future__ import annotations

import hashlib
from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import cfn_value, value_of

OLD, NEW = "2015-04-30", "2015-10-15"


def message(value: Any, **options: Any) -> str:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of(value, **options)
    return caught.value.problems[0].message


@pytest.mark.parametrize(
    ("version", "arguments", "value"),
    [
        (OLD, [",", ["a", None, "b"]], "a,,b"),
        (OLD, [",", None], ""),
        (NEW, [",", ["a"], None, [], ["b", {"y": 1, "x": [2]}]], 'a,b,{"x": [2], "y": 1}'),
        (NEW, ["", ["a", ["b"]]], 'a["b"]'),
    ],
)
def test_list_join(version: str, arguments: Any, value: str) -> None:
    assert value_of({"list_join": arguments}, version=version) == value


@pytest.mark.parametrize(
    ("version", "arguments", "found"),
    [
        (OLD, [",", ["a"], ["b"]], 'Incorrect arguments to "list_join" should be: "list_join" : '),
        (OLD, [",", [1]], "Items to join must be strings not 1"),
        (OLD, [",", "ab"], '"list_join" must operate on a list'),
        (OLD, [1, ["a"]], '"list_join" delimiter must be a string'),
        (NEW, [","], 'Incorrect arguments to "list_join" should be: "list_join" : '),
        (NEW, "x", 'Incorrect arguments to "list_join" should be: "list_join" : '),
        (NEW, [",", [1]], "Items to join must be string, map or list not 1"),
        (NEW, [",", [True]], "Items to join must be string, map or list not True"),
        (NEW, [",", "ab"], '"list_join" must operate on a list'),
        (NEW, [None, ["a"]], '"list_join" delimiter must be a string'),
    ],
)
def test_faults_of_list_join(version: str, arguments: Any, found: str) -> None:
    assert message({"list_join": arguments}, version=version).startswith(found)


def test_usage_of_list_join_by_version() -> None:
    assert message({"list_join": []}, version=OLD).endswith('[ " ", [ "str1", "str2"]]')
    assert message({"list_join": []}, version=NEW).endswith('[ " ", [ "str1", "str2"] ...]')


def test_fn_join() -> None:
    assert cfn_value({"Fn::Join": ["-", ["a", "b"]]}) == "a-b"
    assert cfn_value({"Fn::Join": ["-", None]}) == ""


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        ([",", "a,b"], ["a", "b"]),
        ([",", ""], [""]),
        ([",", None, 7], None),
        ([",", "a,b", 1], "b"),
        ([",", "a,b", "-1"], "b"),
    ],
)
def test_str_split(arguments: Any, value: Any) -> None:
    assert value_of({"str_split": arguments}) == value


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("x", 'Incorrect arguments to "str_split" should be: '),
        ([","], 'Incorrect arguments to "str_split" should be: '),
        ([",", "a", "x"], 'Incorrect index to "str_split" should be: '),
        ([",", "a,b", 2], 'Incorrect index to "str_split" should be between 0 and 1'),
        (["", "a"], "The delimiter must not be empty"),
    ],
)
def test_faults_of_str_split(arguments: Any, found: str) -> None:
    assert message({"str_split": arguments}).startswith(found)


def test_fn_split() -> None:
    assert cfn_value({"Fn::Split": [",", "a,b"]}) == ["a", "b"]
    for arguments, found in (
        ([{"Ref": "p"}, "a"], "Delimiter for Fn::Split must be string"),
        ([",", 5], "String to split must be string; got <class 'int'>"),
    ):
        with pytest.raises(errors.StackValidationFailed) as caught:
            cfn_value({"Fn::Split": arguments}, parameters={"p": ","})
        assert caught.value.problems[0].message == found


def test_base64_leaves_the_text_to_the_client() -> None:
    assert cfn_value({"Fn::Base64": "#!/bin/sh"}) == "#!/bin/sh"
    with pytest.raises(errors.StackValidationFailed, match='"Fn::Base64" argument must be a'):
        cfn_value({"Fn::Base64": ["x"]})


@pytest.mark.parametrize("algorithm", ["md5", "SHA256", "sha512"])
def test_digest(algorithm: str) -> None:
    expected = hashlib.new(algorithm.lower(), b"caf\xe9").hexdigest()
    assert value_of({"digest": [algorithm, "café"]}) == expected


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ("md5", 'Argument to function "digest" must be a list of strings'),
        (["md5", 5], 'Argument to function "digest" must be a list of strings'),
        (["md5"], 'Function "digest" usage: ["<algorithm>", "<value>"]'),
        (["nonsense", "x"], "Algorithm must be one of {"),
        (["md5", "€"], '"digest": '),
        (["shake_128", "x"], "Algorithm shake_128 has no digest of fixed size"),
    ],
)
def test_faults_of_digest(arguments: Any, found: str) -> None:
    assert message({"digest": arguments}).startswith(found)
