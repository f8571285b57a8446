from __future__ import annotations

import time
from typing import Any

import pytest

from common import errors
from heat_engine.language.functions import sandbox
from heat_engine.language.functions.base import Resolution
from heat_engine.language.scope import Static


def run(expression: str, data: Any = None) -> Any:
    return sandbox.evaluate(sandbox.parse(expression), data, Resolution(Static()))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$.data.where($.matches('^a'))", ["ab", "Ax"][:1]),
        ("$.data.where(regex('^a', ignoreCase => true).matches($))", ["ab", "Ax"]),
        ("$.data.where($ =~ 'x$')", ["Ax", "cx"]),
        ("$.data.where($ !~ regex('x$'))", ["ab"]),
        ("regex('[0-9]+').search('a12b3')", "12"),
        ("regex('z').search(a)", None),
        ("regex('[0-9]+').searchAll('a12b3')", ["12", "3"]),
        ("regex('[,;] *').split('a, b;c')", ["a", "b", "c"]),
        ("regex(',').split('a,b,c', 1)", ["a", "b,c"]),
        ("'a,b'.split(',')", ["a", "b"]),
        ("'a.b'.matches(escapeRegex('.'))", True),
        ("[isRegex(regex(a)), isRegex(a)]", [True, False]),
        ("regex('^b.c$', multiLine => true, dotAll => true).search('a\\nb\\nc')", "b\nc"),
        ("range(200).select(str($).matches('[0-9]+')).distinct()", [True]),
    ],
)
def test_patterns(expression: str, value: Any) -> None:
    assert run(expression, ["ab", "Ax", "cx"]) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("regex('[')", "pattern is not valid"),
        ("a =~ '('", "pattern is not valid"),
        ("regex('x' * 2000)", "pattern is longer than 1024 characters"),
        ("('a' * 200).matches('(a|aa|aaa)*(b|c)(?:d)\\\\1$|(a+)+$x')", "takes too long to match"),
    ],
)
def test_faults(expression: str, message: str) -> None:
    begun = time.process_time()
    with pytest.raises(errors.StackValidationFailed) as caught:
        run(expression)
    assert message in caught.value.message
    assert time.process_time() - begun < 5


def test_many_slow_matches_are_bounded_together() -> None:
    slow = "('a' * 40).matches('^(a|a|aa)+$b?c')"
    begun = time.process_time()
    with pytest.raises(errors.Invalid):
        run(f"range(200).select(coalesce({slow}, 1))")
    assert time.process_time() - begun < 5
