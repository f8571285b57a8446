from __future__ import annotations

import json
import tracemalloc
from time import process_time
from typing import Any

import pytest

from common import errors
from common.errors import Problem
from heat_engine.language import document
from heat_engine.language.document import Limits, SourceMap, canonical


def data(text: str) -> Any:
    return document.load(text)[0]


def test_json_is_not_subject_to_the_typing_of_yaml() -> None:
    assert data('{"a": "yes", "b": 010}'.replace("010", "10")) == {"a": "yes", "b": 10}


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        ("2018-08-31", "2018-08-31"),
        ("2018-08-31 10:00:00", "2018-08-31 10:00:00"),
        ("yes", True),
        ("off", False),
        ("010", 8),
        ("12:30", 750),
        ("1_000", 1000),
        ("1e3", "1e3"),
        ("0o7", "0o7"),
        ("~", None),
        ("'010'", "010"),
        ("!!str 010", "010"),
        ("!!int '7'", 7),
        ("!!binary aGVhcnRo", "hearth"),
        ("1.5", 1.5),
        ("<<", "<<"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_scalars_have_the_types_of_yaml_1_1_but_times_stay_text(scalar: str, value: Any) -> None:
    assert data(f"a: {scalar}") == {"a": value}
    assert type(data(f"a: {scalar}")["a"]) is type(value)


def test_anchors_aliases_and_merge_keys() -> None:
    text = "a: &a {x: 1, y: 2}\nb: *a\nc: {<<: *a, y: 3}\nd: {<<: [{x: 5}, *a], z: 1}"
    assert data(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 2},
        "c": {"x": 1, "y": 3},
        "d": {"x": 5, "y": 2, "z": 1},
    }


def test_the_last_of_equal_keys_wins() -> None:
    assert data("a: 1\na: 2") == {"a": 2}
    assert data('{"a": 1, "a": 2}') == {"a": 2}


def test_empty_text_is_an_empty_map() -> None:
    assert data("") == {}


def test_keys_keep_their_types() -> None:
    assert data("2: a\ntrue: b") == {2: "a", True: "b"}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: !Ref b", "could not determine a constructor for the tag '!Ref'"),
        ("a: !!python/object:os.system {}", "could not determine a constructor for the tag"),
        ("a: !!python/name:os.system ''", "could not determine a constructor for the tag"),
        ("a: *b", "undefined alias"),
        ("a: &a [*a]", "recursive alias"),
        ("? [a]\n: b", "unhashable key"),
        ("a: b: c", "mapping values are not allowed"),
        ("a: {<<: 5}", "expected a mapping or list of mappings for merging"),
        ("--- 1\n--- 2", "single document"),
        ("a: !!int x", "not of the type of its tag"),
    ],
)
def test_a_fault_of_yaml_names_its_place(text: str, part: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        document.load(text)
    assert caught.value.message.startswith("Error parsing template [root stack] ")
    assert part in caught.value.message
    assert caught.value.problems[0].line is not None
    assert caught.value.problems[0].column is not None


def test_text_that_cannot_be_encoded_is_refused() -> None:
    with pytest.raises(errors.StackValidationFailed):
        document.load("a: \ud800")


def test_size_may_equal_the_limit_but_not_exceed_it() -> None:
    text = "a: " + "x" * 7
    assert document.load(text, limits=Limits(size=10))[0]
    with pytest.raises(errors.RequestLimitExceeded) as caught:
        document.load(text + "x", limits=Limits(size=10))
    assert caught.value.message == (
        "Request limit exceeded: Template size (11 bytes) exceeds maximum allowed size (10 bytes)."
    )


def test_a_template_of_600_kib_is_refused() -> None:
    with pytest.raises(errors.RequestLimitExceeded, match=r"Template size \(614400 bytes\)"):
        document.load("#" * 614_400)


def bomb(levels: int, width: int, merge: bool) -> str:
    lines = ["a0: &a0 {x: lol}"]
    for level in range(1, levels):
        copies = [f"*a{level - 1}"] * width
        if merge:
            body = "{" + ", ".join(f"k{n}: {copy}" for n, copy in enumerate(copies)) + "}"
            lines.append(f"a{level}: &a{level} {{<<: {body}}}")
        else:
            lines.append(f"a{level}: &a{level} [{', '.join(copies)}]")
    return "\n".join(lines)


@pytest.mark.parametrize("merge", [False, True])
def test_an_alias_bomb_is_refused_at_once_and_in_little_memory(merge: bool) -> None:
    text = bomb(30, 10, merge)
    tracemalloc.start()
    began = process_time()
    with pytest.raises(errors.RequestLimitExceeded, match="expands to more than"):
        document.load(text)
    took = process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 0.5
    assert peak < 4_000_000


def test_a_long_text_aliased_often_is_counted_at_its_length() -> None:
    text = "a: &a " + "x" * 100_000 + "\nb: [" + ", ".join(["*a"] * 1000) + "]"
    with pytest.raises(errors.RequestLimitExceeded, match="expands to more than"):
        document.load(text)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "[" * 5000 + "]" * 5000,
        '{"a":' * 101 + "1" + "}" * 101,
        "{a: " * 300,
        "- " * 500 + "x",
        "x0: &x0 [1]\n" + "\n".join(f"x{n}: &x{n} [*x{n - 1}]" for n in range(1, 150)),
    ],
)
def test_deep_nesting_is_refused(text: str) -> None:
    began = process_time()
    with pytest.raises(errors.RequestLimitExceeded, match="nested more than 100 levels"):
        document.load(text)
    assert process_time() - began < 1


def test_nesting_up_to_the_limit_is_fine() -> None:
    assert document.load("[" * 100 + "]" * 100)[0]
    assert document.load("{a: " * 99 + "{b: 1}" + "}" * 99)[0]


def test_data_is_held_to_the_same_limits() -> None:
    document.check_size({"a": [1]})
    with pytest.raises(errors.RequestLimitExceeded, match="exceeds maximum allowed size"):
        document.check_size({"a": "x" * 20}, Limits(size=20))
    deep: Any = {}
    for _ in range(120):
        deep = {"a": deep}
    with pytest.raises(errors.RequestLimitExceeded, match="nested more than"):
        document.check_size(deep)
    with pytest.raises(errors.StackValidationFailed):
        document.check_size({"a": object()})


def test_json_inside_a_document_may_not_be_deep() -> None:
    assert document.parse_json("[1]") == [1]
    for text in ("[" * 3000, "[" * 200 + "]" * 200, "nonsense"):
        with pytest.raises(ValueError, match=r"nested too deeply|Expecting"):
            document.parse_json(text)


TEXT = """\
heat_template_version: 2018-08-31
resources:
  a:
    type: T
    properties:
      list: [1, {x: y}]
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("resources", "a", "type"), (4, 5)),
        (("resources", "a", "properties", "list", 1, "x"), (6, 18)),
        (("resources", "a", "properties", "missing"), (5, 5)),
        (("resources", "a", "properties", "list", 9), (6, 7)),
    ],
)
def test_positions_are_those_of_the_nearest_known_entry(
    path: tuple[str | int, ...], place: tuple[int, int]
) -> None:
    assert SourceMap(TEXT).position(path) == place


def test_json_has_positions_too() -> None:
    text = json.dumps({"resources": {"a": {"type": "T"}}}, indent=2)
    assert SourceMap(text).position(("resources", "a", "type")) == (4, 7)


def test_a_problem_gets_a_line_unless_it_has_one() -> None:
    source = SourceMap(TEXT)
    problem = source.locate(Problem("wrong", ("resources", "a")))
    assert (problem.line, problem.column) == (3, 3)
    assert source.locate(problem, ()).line == 3


def test_canonical_text_is_the_same_for_the_same_data() -> None:
    assert canonical({"b": 1, "a": [None]}) == canonical({"a": [None], "b": 1})
    assert canonical({None: 1, "a": 2, 3: 4}) == canonical({"null": 1, "a": 2, "3": 4})


@pytest.mark.parametrize("text", ["a: .nan", "a: -.inf", '{"a": NaN}', '{"a": 1e999}'])
def test_what_no_reply_could_hold_is_no_number(text: str) -> None:
    assert isinstance(document.load(text)[0]["a"], str)


def test_what_no_reply_could_hold_is_no_data() -> None:
    for text in ('{"a": -Infinity}', "1e999"):
        with pytest.raises(ValueError, match="is no value of JSON"):
            document.parse_json(text)
    with pytest.raises(errors.StackValidationFailed, match="more than JSON data"):
        document.check_size({"a": float("nan")})
