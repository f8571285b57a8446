"""Regular expressions of users, in bounded time.

Python's own engine may take exponential time; ``regex`` takes the same expressions (look-around
and back references included) and gives up after a set time. What one document's expressions may
take together is bounded too, without a clock: a match is tried with a short time first, and what
was granted is charged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import regex

LONGEST = 8192
"""Characters that an expression may have; compiling is linear in them."""

_GRANTS = (0.002, 0.05, 0.25)
_SECONDS_PER_CHARACTER = 20e-6
_REFUSED = (regex.error, RecursionError, OverflowError, MemoryError, ValueError)
"""What the library raises for an expression that it cannot take."""


class PatternError(ValueError):
    """The expression is not one, or it takes too long on this value."""


class Patience:
    """Seconds that the expressions of one document may still take."""

    __slots__ = ("_left",)

    def __init__(self, seconds: float = 2.0) -> None:
        self._left = seconds

    def charge(self, seconds: float) -> None:
        """Raises PatternError when nothing is left."""
        if self._left <= 0:
            raise PatternError("the patterns of this document take too long together")
        self._left -= seconds


@lru_cache(maxsize=512)
def _compiled(expression: str) -> regex.Pattern[str]:
    return regex.compile(expression)


def check(expression: str) -> None:
    """Raises PatternError for what is no expression."""
    if len(expression) > LONGEST:
        raise PatternError(f"it is longer than {LONGEST} characters")
    try:
        _compiled(expression)
    except _REFUSED as error:
        raise PatternError(str(error)) from None


def matches(
    expression: str, text: str, patience: Patience | None = None, *, whole: bool = True
) -> bool:
    """Whether the whole of ``text`` matches, or else its beginning. Raises PatternError.

    ``patience`` is for expressions that users bring; those of resource types need none.
    """
    check(expression)
    try:
        pattern = _compiled(expression)
        match = pattern.fullmatch if whole else pattern.match
        if patience is None:
            return match(text, timeout=_GRANTS[-1]) is not None
        patience.charge(len(expression) * _SECONDS_PER_CHARACTER)
        return _patiently(match, text, patience)
    except TimeoutError:
        raise PatternError("it takes too long to match") from None
    except PatternError:
        raise
    except _REFUSED as error:
        raise PatternError(str(error)) from None


def _patiently(match: Callable[..., Any], text: str, patience: Patience) -> bool:
    for grant in _GRANTS:
        patience.charge(grant)
        try:
            return match(text, timeout=grant) is not None
        except TimeoutError:
            continue
    raise TimeoutError
