"""Regular expressions of users, in bounded time.

Python's own engine may take exponential time; ``regex`` takes the same expressions (look-around
and back references included) and gives up after a set time.
"""

from __future__ import annotations

from functools import lru_cache

import regex

_SECONDS = 0.25


class PatternError(ValueError):
    """The expression is not one, or it takes too long on this value."""


@lru_cache(maxsize=512)
def _compiled(expression: str) -> regex.Pattern[str]:
    return regex.compile(expression)


def matches(expression: str, text: str) -> bool:
    """Whether the whole of ``text`` matches. Raises PatternError."""
    try:
        return _compiled(expression).fullmatch(text, timeout=_SECONDS) is not None
    except TimeoutError:
        raise PatternError("it takes too long to match") from None
    except (regex.error, RecursionError, OverflowError, MemoryError, ValueError) as error:
        raise PatternError(str(error)) from None
