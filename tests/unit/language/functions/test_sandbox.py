from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import errors
from heat_engine.language.functions import sandbox
from heat_engine.language.functions.base import Budget, Resolution
from heat_engine.language.scope import Static

DOUBLING = "let(a => [$a, $a]) -> "


def run(expression: str, data: Any = None) -> Any:
    return sandbox.evaluate(sandbox.parse(expression), data, Resolution(Static()))


SERVICES = {
    "services": [
        {"name": "b", "ports": [80, 443], "on": True},
        {"name": "a", "ports": [22], "on": True},
        {"name": "c", "ports": [], "on": False},
    ]
}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$.data.services.where($.on).select($.name)", ["b", "a"]),
        ("$.data.services.ports.flatten().distinct().orderBy($)", [22, 80, 443]),
        ("$.data.services.toDict($.name, $.ports.len())", {"b": 2, "a": 1, "c": 0}),
        ("dict($.data.services.select([$.name, $.on]))", {"b": True, "a": True, "c": False}),
        ("let(root => $.data) -> $root.services.len()", 3),
        ("coalesce($.data.get(none), 'x')", "x"),
        ("$.data.services.name.toSet().union(set(b, z))", ["a", "b", "c", "z"]),
        ("$.data.services[0].keys()", ["name", "ports", "on"]),
        ("'a,b'.split(',').join('-')", "a-b"),
        ("'abab'.replace(a, c)", "cbcb"),
        ("'abab'.replace({a => c, c => d})", "dbdb"),
        ("' x '.trim() + '-y-'.trim('-')", "xy"),
        ("[1, 2] * 2", [1, 2, 1, 2]),
        ("pow(2, 10) + round(2.567, 1)", 1026.6),
        ("pow(7, 100, 13)", 9),
        ("shiftBitsLeft(1, 4)", 16),
        ("null", None),
        ("[1.5, true, {a => {b => [null]}}]", [1.5, True, {"a": {"b": [None]}}]),
        ("range(3).select($ * 2)", [0, 2, 4]),
    ],
)
def test_expressions(expression: str, value: Any) -> None:
    assert run(expression, SERVICES) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("range(201).toList()", "Collection length exceeds 200 elements"),
        ("range(201)", "Collection length exceeds 200 elements"),
        ("sequence().where(false).toList()", "Collection length exceeds 200 elements"),
        ("$.data.many.select($)", "Collection length exceeds 200 elements"),
        ("[1] * 1000000000000", "Collection length exceeds 200 elements"),
        ("1000000000000 * [1]", "Collection length exceeds 200 elements"),
        ("'a' * 100000000000", "too much memory"),
        ("$.data.long", "too much memory"),
        ("('x' * 9000).replace(x, 'y' * 9000)", "too much memory"),
        ("('x' * 9000).replace({x => 'y' * 9000, y => 'z' * 9000})", "too much memory"),
        ("('x' * 9000).replace('', 'y' * 9000)", "too much memory"),
        ("('x' * 9000).trim('y' * 9000)", "characters to trim"),
        ("pow(10, 1000000000)", "power is too large"),
        ("pow(3, pow(2, 2000), 7)", "too large for a power"),
        ("shiftBitsLeft(1, 1000000000000)", "shift is too large"),
        ("round(12345, -10000000)", "not that many digits"),
        ("def(f, f($)) -> f(1)", "recursion"),
        ("let(a => 1) -> ", "Bad expression"),
        ("1 / 0", "division"),
        ("foo(1)", 'Unknown function "foo"'),
        ("now()", 'Unknown function "now"'),
        ("random()", 'Unknown function "random"'),
        ("regex('a').replace(aa, b)", 'No method "replace"'),
        ("call(len, [[1]], {})", None),
        ("let(a => 1)", "result is not data"),
        ("{[1] => 2}", "keys are no texts"),
        ("[1].assert(false, told)", "told"),
    ],
)
def test_what_is_refused(expression: str, message: str | None) -> None:
    data = {"many": list(range(201)), "long": "x" * 20_000}
    begun = time.process_time()
    if message is None:
        assert run(expression, data) == 1
        return
    with pytest.raises(errors.StackValidationFailed) as caught:
        run(expression, data)
    assert message in caught.value.message
    assert time.process_time() - begun < 5


def test_a_fault_does_not_show_what_a_method_was_called_on() -> None:
    for method in ("bogus()", "split(1, 2, 3)"):
        with pytest.raises(errors.StackValidationFailed) as caught:
            run(f"$.data.{method}", "S3cret!")
        assert "S3cret!" not in caught.value.message
        assert method.partition("(")[0] in caught.value.message
    for expression in ("int($.data)", "{a => 1}[$.data]", "{a => 1}.get($.data).foo($.data)"):
        with pytest.raises(errors.StackValidationFailed) as caught:
            run(expression, "S3cret!")
        assert "S3cret!" not in caught.value.message


@pytest.mark.parametrize(
    "expression",
    [
        "sequence().len()",
        "[1, 2].cycle().select($ + 1).len()",
        "generateMany(1, sequence())",
        "generateMany(1, [$].cycle())",
    ],
)
def test_what_has_no_end_is_neither_counted_nor_kept(expression: str) -> None:
    with pytest.raises(errors.StackValidationFailed, match="exceeds 200"):
        run(expression)
    assert run("range(150).len()") == 150


LOOPS = "range(200).select(" * 4 + "$" + ")" * 4


@pytest.mark.parametrize(
    "expression",
    [
        LOOPS,
        "range(200).aggregate($1 + range(200).select($ + 1).sum(), 0)",
        "let(a => [1]) -> " + DOUBLING * 40 + "str($a)",
        "let(a => [1]) -> " + DOUBLING * 40 + "[$a].toSet()",
        "let(a => [1]) -> " + DOUBLING * 40 + "$a",
        "let(a => [1]) -> let(b => [1]) -> "
        + "let(a => [$a, $a], b => [$b, $b]) -> " * 40
        + "$a = $b",
    ],
)
def test_work_is_bounded(expression: str) -> None:
    begun = time.process_time()
    with pytest.raises(errors.RequestLimitExceeded):
        run(expression)
    assert time.process_time() - begun < 10


def test_many_expressions_share_the_budget_of_their_template() -> None:
    budget = Budget()
    statement = sandbox.parse("range(100).select($ + 1)")
    sandbox.evaluate(statement, None, Resolution(Static(), shared=budget))
    used = Budget().left - budget.left
    assert 100 * 800 < used < 1_000_000


def test_values_nested_too_deeply() -> None:
    for expression in ("[" * 150 + "]" * 150, "range(199).aggregate([$1], 0)"):
        with pytest.raises(errors.StackValidationFailed, match=r"levels deep|recursion"):
            run(expression)


def test_expressions_are_read_by_many_threads_at_once() -> None:
    def one(number: int) -> Any:
        return run(f"$.data.select($ + {number}).where($ > {number + 1}).sum()", [1, 2, 3])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(200))) == [5 + 2 * number for number in range(200)]


NAMES = sorted(name for name in sandbox.function_names() if name.isidentifier())
PATTERNS = ["regex('a(.*)b')", "regex('(x+)+y')", "'['"]
SCALARS = ["1", "-3", "100000000000", "2.5", "''", "ab", "true", "null", "('x' * 9000)"]
COLLECTIONS = ["[]", "{}", "[1, b]", "{a => 1}", "sequence()", "range(150)", "[[1], [2]]"]
GIVEN = ["$", "$.data", "$.data.list", "$.data.map", "$.data.list.toSet()", "$.k"]
MADE = ["$1 + $2", "$ > 1", "k => 1", "pow(2, 900)"]
ATOMS = st.sampled_from([*SCALARS, *COLLECTIONS, *GIVEN, *MADE, *PATTERNS])
OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "mod", ">", "<", "=", "!=", "in", "and", "or", "->", ".", "?.", "=>", "=~"]
)
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds(
            lambda name, given: f"{name}({', '.join(given)})",
            st.sampled_from(NAMES),
            st.lists(inner, max_size=3),
        ),
        st.builds(
            lambda of, name, given: f"{of}.{name}({', '.join(given)})",
            inner,
            st.sampled_from(NAMES),
            st.lists(inner, max_size=3),
        ),
        st.builds(lambda a, sign, b: f"{a} {sign} {b}", inner, OPERATORS, inner),
        st.builds(lambda members: f"[{', '.join(members)}]", st.lists(inner, max_size=3)),
        st.builds(lambda a, b: f"{a}[{b}]", inner, inner),
    ),
    max_leaves=8,
)


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(expression=EXPRESSIONS)
def test_any_expression_gives_data_or_an_error_of_the_catalogue(expression: str) -> None:
    begun = time.process_time()
    try:
        value = run(expression, {"list": [1, "b", {"k": None}], "map": {"k": [1]}})
    except errors.Invalid:
        pass
    else:
        assert isinstance(value, None | bool | int | float | str | list | dict)
        json.dumps(value)
    assert time.process_time() - begun < 5
