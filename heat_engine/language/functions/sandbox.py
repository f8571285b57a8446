"""Expressions of the query language YAQL, in bounded time and memory.

The library bounds how many members of a collection it walks (200) and how much memory one value
takes at its own level (10,000 bytes). Neither bounds the time: loops nest, and values that hold
one value many times are small until something walks them. So every call of a function, operators
included, is paid for: a fixed price, and the size of what it gave as it would be written out. The
payer is the budget of the template's functions; there is no clock, so the same expression always
ends the same way. Functions whose cost is not in the size of what they are given or give are
bounded one by one; those that look at the clock or at chance are left out, and those of regular
expressions are our own, bounded by time.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaql
from yaql.language import contexts, exceptions, expressions, utils
from yaql.standard_library import collections as lists
from yaql.standard_library import math, strings

from heat_engine.language.functions import sandbox_patterns
from heat_engine.language.functions.base import Resolution, fault

LONGEST = 8192
"""Characters that an expression may have."""

_ITERATIONS = 200
_MEMORY = 10_000
_CALL = 800
"""Units that a call costs; it takes about as long as making that many characters."""
_DEEPEST = 100
_BITS = 10_000
_MOST_TRIMMED = 100
_MOST_SHOWN = 200
_FAILURES = (
    exceptions.YaqlException,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
)


class _RefusalError(ValueError):
    """Something that the library would do and this sandbox does not."""


class _Meter:
    """Pays for the calls of one evaluation."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self._weights: dict[int, tuple[Any, int, int]] = {}

    def call(self) -> None:
        """Raises RequestLimitExceeded."""
        self.pay(_CALL)

    def pay(self, units: int) -> None:
        """Raises RequestLimitExceeded."""
        self._resolution.charge(units)

    def result(self, value: Any) -> None:
        """Raises RequestLimitExceeded, and _RefusalError for what is nested too deeply."""
        weight, _ = self.weigh(value)
        self._resolution.charge(weight)

    def weigh(self, value: Any) -> tuple[int, int]:
        """Entries of a value as it would be written out, and its depth; texts count by length."""
        if isinstance(value, str):
            return 1 + len(value) // 16, 0
        if isinstance(value, Mapping):
            parts: Iterable[Any] = (part for entry in value.items() for part in entry)
        elif isinstance(value, tuple | list | frozenset | set):
            parts = value
        else:
            return 1 + (value.bit_length() // 64 if isinstance(value, int) else 0), 0
        known = self._weights.get(id(value))
        if known is None:
            weight, depth = 1, 0
            for part in parts:
                inner, deep = self.weigh(part)
                weight += 1 + inner
                depth = max(depth, deep)
            if depth >= _DEEPEST:
                raise _RefusalError(f"a value is nested more than {_DEEPEST} levels deep")
            # The value is kept, so that no other one gets its identity.
            known = self._weights[id(value)] = (value, weight, depth + 1)
        return known[1], known[2]


class _Context(contexts.Context):
    """The library's context; each call made in it goes by the meter."""

    meter: _Meter | None = None

    def __init__(self, parent_context: Any = None, *args: Any, **options: Any) -> None:
        super().__init__(parent_context, *args, **options)
        if isinstance(parent_context, _Context):
            self.meter = parent_context.meter

    def __call__(self, *args: Any, **options: Any) -> Callable[..., Any]:
        function = super().__call__(*args, **options)
        meter = self.meter
        if meter is None:
            return function

        def paid(*given: Any, **named: Any) -> Any:
            meter.call()
            result = function(*given, **named)
            meter.result(result)
            # Some of the library's functions walk through what has no end, or keep all of it.
            endless = isinstance(result, Iterator)
            return utils.limit_iterable(result, _ITERATIONS) if endless else result

        return paid


def _small_power(base: Any, exponent: Any, modulus: Any = None) -> None:
    for number in (base, exponent, modulus):
        if isinstance(number, int) and number.bit_length() > _BITS // 10:
            raise _RefusalError("the number is too large for a power")
    whole = isinstance(base, int) and isinstance(exponent, int) and modulus is None
    if whole and base.bit_length() * abs(exponent) > _BITS:
        raise _RefusalError("the power is too large")


def _small_shift(value: Any, bits: int) -> None:
    if bits > _BITS:
        raise _RefusalError("the shift is too large")


def _small_rounding(number: Any, digits: int = 0) -> None:
    if abs(digits) > _BITS // 100:
        raise _RefusalError("there are not that many digits to round to")


def _few_copies(left: Any, right: Any, engine: Any = None) -> None:
    count, copied = (left, right) if isinstance(left, int) else (right, left)
    if count * len(copied) > _ITERATIONS:
        raise exceptions.CollectionTooLargeException(_ITERATIONS)


def _few_characters(string: str, *rest: Any, **named: Any) -> None:
    for chars in (*rest, *named.values()):
        if isinstance(chars, str) and len(chars) > _MOST_TRIMMED:
            raise _RefusalError(f"more than {_MOST_TRIMMED} characters to trim")


def _small_replacement(string: str, old: str, new: str, count: int = -1) -> None:
    if string.count(old) * len(new) > _MEMORY:
        raise exceptions.MemoryQuotaExceededException


def _replace_each(
    string: str, as_text: Any, replacements: Mapping[Any, Any], count: int = -1
) -> str:
    for key, value in replacements.items():
        old, new = as_text(key), as_text(value)
        _small_replacement(string, old, new)
        string = string.replace(old, new, count)
    return string


_CHANGED: Mapping[Callable[..., Any], Callable[..., Any]] = {
    strings.replace_with_dict: _replace_each,
}
_LEFT_OUT = (math.random_, math.random__)
_GUARDS: Mapping[Callable[..., Any], Callable[..., None]] = {
    math.pow_: _small_power,
    math.shift_bits_left: _small_shift,
    math.round_: _small_rounding,
    lists.list_by_int: _few_copies,
    lists.int_by_list: _few_copies,
    strings.trim: _few_characters,
    strings.trim_left: _few_characters,
    strings.trim_right: _few_characters,
    strings.norm: _few_characters,
    strings.is_empty: _few_characters,
    strings.replace: _small_replacement,
}


def _guarded(check: Callable[..., None], payload: Callable[..., Any]) -> Callable[..., Any]:
    def function(*args: Any, **named: Any) -> Any:
        check(*args, **named)
        return payload(*args, **named)

    return function


@lru_cache(maxsize=1)
def _engine() -> Any:
    options = {
        "yaql.limitIterators": _ITERATIONS,
        "yaql.memoryQuota": _MEMORY,
        "yaql.convertOutputData": False,
    }
    return yaql.YaqlFactory().create(options=options)


@lru_cache(maxsize=1)
def _functions() -> _Context:
    """The library's functions but for those left out, and with the guards."""
    context = yaql.create_context(
        context=_Context(convention=yaql.conventions.CamelCaseConvention()),
        regex=False,
        datetime=False,
        yaqlized=False,
    )
    for name in list(context._functions):
        for definition in list(context._functions[name]):
            payload = definition.payload
            if payload in _CHANGED:
                changed: Any = _CHANGED[payload]
            elif payload in _GUARDS:
                changed = _guarded(_GUARDS[payload], payload)
            elif payload in _LEFT_OUT:
                changed = None
            else:
                continue
            context.delete_function(definition)
            if changed is not None:
                replacement = definition.clone()
                replacement.payload = changed
                context.register_function(replacement)
    for function in sandbox_patterns.FUNCTIONS:
        context.register_function(function)
    return context


def function_names() -> frozenset[str]:
    """Names of what expressions may call; operators have names of their own."""
    return frozenset(name for name, found in _functions()._functions.items() if found)


@lru_cache(maxsize=256)
def parse(expression: str) -> Any:
    """A statement to evaluate. Raises StackValidationFailed.

    The library's lexer and parser keep state while they work, so each use gets copies of its own.
    """
    if len(expression) > LONGEST:
        raise fault(f"Bad expression It is longer than {LONGEST} characters.")
    engine = _engine()
    try:
        tree = copy.copy(engine.parser).parse(expression, lexer=engine.lexer.clone())
    except _FAILURES as error:
        raise fault(f"Bad expression {str(error)[:_MOST_SHOWN]}.") from None
    return expressions.Statement(tree, engine)


def evaluate(statement: Any, data: Any, resolution: Resolution) -> Any:
    """Plain data of a statement over ``$.data``. Raises StackValidationFailed,
    RequestLimitExceeded.
    """
    meter = _Meter(resolution)
    context = _functions().create_child_context()
    context.meter = meter
    try:
        value = statement.evaluate(data={"data": data}, context=context)
        return _plain(value, resolution, 0)
    except _FAILURES as error:
        raise fault(_told(error)) from None


def _told(error: BaseException) -> str:
    """What may be told of a failure: not the value at hand, which may be secret."""
    if isinstance(error, exceptions.YaqlException):
        text = str(error).partition(" for receiver ")[0]
    elif isinstance(error, ValueError | LookupError) and not isinstance(
        error, _RefusalError | sandbox_patterns.PatternError
    ):
        missing = isinstance(error, LookupError)
        reason = "a key or position is not there" if missing else "a function cannot use a value"
        text = f"The expression fails: {reason} ({type(error).__name__})"
    else:
        text = str(error)
    return text[:_MOST_SHOWN] or f"The expression fails with {type(error).__name__}"


def _plain(value: Any, resolution: Resolution, depth: int) -> Any:
    """Lists, maps and scalars of what an expression gave. Raises _RefusalError for other things."""
    resolution.charge(_CALL // 50)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        if value.bit_length() > _BITS:
            raise _RefusalError("the number is too large")
        return value
    if isinstance(value, str):
        resolution.charge(len(value))
        return value
    if depth >= _DEEPEST:
        raise _RefusalError(f"the result is nested more than {_DEEPEST} levels deep")
    if isinstance(value, Mapping):
        entries = utils.limit_iterable(value, _ITERATIONS).items()
        return {_key(key): _plain(item, resolution, depth + 1) for key, item in entries}
    if not utils.is_iterable(value):
        raise _RefusalError("the result is not data")
    items = utils.limit_iterable(value, _ITERATIONS)
    members = [_plain(item, resolution, depth + 1) for item in items]
    # The order of a set is no one's, so it is made the same everywhere.
    return sorted(members, key=json.dumps) if isinstance(value, frozenset | set) else members


def _key(key: Any) -> Any:
    if isinstance(key, str | int | float | None):
        return key
    raise _RefusalError("the result is a map whose keys are no texts")
