"""Regular expressions in YAQL, each match in bounded time.

The library's own functions use an engine that may take exponential time; these take the same
expressions and give up. A match is tried with a short time first; the time it is granted is paid
from the budget of the template's functions, so many matches together are bounded as well. Forms
that select parts of a match or replace it are left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import regex as engine
from yaql.language import specs, yaqltypes

LONGEST = 1024
"""Characters that a pattern may have."""

_GRANTS = (0.0005, 0.01, 0.1)
_UNITS_PER_SECOND = 10_000_000

Found = TypeVar("Found")


class PatternError(ValueError):
    """Not a pattern, or one that takes too long."""


class Payer(Protocol):
    """What pays for time."""

    def pay(self, units: int) -> None: ...


class Pattern:
    """What ``regex(...)`` gives."""

    __slots__ = ("_compiled",)

    def __init__(self, expression: str, flags: int = 0) -> None:
        """Raises PatternError."""
        if len(expression) > LONGEST:
            raise PatternError(f"the pattern is longer than {LONGEST} characters")
        self._compiled = _compiled(expression, flags)

    def found_in(self, text: str, payer: Payer) -> str | None:
        """The first match."""
        match = _patiently(lambda time: self._compiled.search(text, timeout=time), payer)
        return None if match is None else match.group()

    def all_in(self, text: str, payer: Payer) -> list[str]:
        """Every match, from left to right."""
        return _patiently(
            lambda time: [m.group() for m in self._compiled.finditer(text, timeout=time)], payer
        )

    def parts_of(self, text: str, most: int, payer: Payer) -> list[str]:
        """What lies between the matches."""
        return _patiently(lambda time: self._compiled.split(text, most, timeout=time), payer)


@lru_cache(maxsize=256)
def _compiled(expression: str, flags: int) -> engine.Pattern[str]:
    try:
        return engine.compile(expression, flags)
    except (engine.error, RecursionError, OverflowError, ValueError) as error:
        raise PatternError(f"the pattern is not valid: {error}") from None


def _patiently(attempt: Callable[[float], Found], payer: Payer) -> Found:
    for grant in _GRANTS:
        payer.pay(int(grant * _UNITS_PER_SECOND))
        try:
            return attempt(grant)
        except TimeoutError:
            continue
    raise PatternError("the pattern takes too long to match")


_PATTERN = yaqltypes.PythonType(Pattern, False)
_TEXT = yaqltypes.String()


@specs.parameter("pattern", _TEXT)
@specs.parameter("ignore_case", bool)
@specs.parameter("multi_line", bool)
@specs.parameter("dot_all", bool)
@specs.name("regex")
def _regex(
    pattern: str, ignore_case: bool = False, multi_line: bool = False, dot_all: bool = False
) -> Pattern:
    flags = engine.IGNORECASE if ignore_case else 0
    flags |= engine.MULTILINE if multi_line else 0
    return Pattern(pattern, flags | (engine.DOTALL if dot_all else 0))


@specs.parameter("pattern", _PATTERN)
@specs.parameter("string", _TEXT)
@specs.method
@specs.name("matches")
def _pattern_matches(context: Any, pattern: Pattern, string: str) -> bool:
    return pattern.found_in(string, context.meter) is not None


@specs.parameter("string", _TEXT)
@specs.parameter("regexp", _TEXT)
@specs.method
@specs.name("matches")
def _text_matches(context: Any, string: str, regexp: str) -> bool:
    return Pattern(regexp).found_in(string, context.meter) is not None


@specs.parameter("string", _TEXT)
@specs.parameter("regexp", yaqltypes.AnyOf(_TEXT, _PATTERN))
@specs.name("#operator_=~")
def _operator_matches(context: Any, string: str, regexp: Any) -> bool:
    pattern = regexp if isinstance(regexp, Pattern) else Pattern(regexp)
    return pattern.found_in(string, context.meter) is not None


@specs.parameter("string", _TEXT)
@specs.parameter("regexp", yaqltypes.AnyOf(_TEXT, _PATTERN))
@specs.name("#operator_!~")
def _operator_differs(context: Any, string: str, regexp: Any) -> bool:
    return not _operator_matches(context, string, regexp)


@specs.parameter("pattern", _PATTERN)
@specs.parameter("string", _TEXT)
@specs.method
@specs.name("search")
def _search(context: Any, pattern: Pattern, string: str) -> str | None:
    return pattern.found_in(string, context.meter)


@specs.parameter("pattern", _PATTERN)
@specs.parameter("string", _TEXT)
@specs.method
@specs.name("searchAll")
def _search_all(context: Any, pattern: Pattern, string: str) -> list[str]:
    return pattern.all_in(string, context.meter)


@specs.parameter("pattern", _PATTERN)
@specs.parameter("string", _TEXT)
@specs.parameter("max_split", int)
@specs.method
@specs.name("split")
def _split(context: Any, pattern: Pattern, string: str, max_split: int = 0) -> list[str]:
    return pattern.parts_of(string, max_split, context.meter)


@specs.parameter("string", _TEXT)
@specs.name("escapeRegex")
def _escape(string: str) -> str:
    return engine.escape(string)


@specs.name("isRegex")
def _is_regex(value: Any) -> bool:
    return isinstance(value, Pattern)


FUNCTIONS = (
    _regex,
    _pattern_matches,
    _text_matches,
    _operator_matches,
    _operator_differs,
    _search,
    _search_all,
    _split,
    _escape,
    _is_regex,
)
"""To register in a context whose ``meter`` is a Payer."""
