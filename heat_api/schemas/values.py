"""Booleans, integers and lists as query parameters and body keys carry them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import webob
import webob.exc

# What every database keeps as a plain integer.
LARGEST = 2**31 - 1

_INTEGER = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)


def boolean(name: str, value: Any) -> bool:
    """``true`` or ``false`` in any letter case, or a JSON boolean; all else is refused."""
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise webob.exc.HTTPBadRequest(
            f'Unrecognized value "{value}" for "{name}", acceptable values are: true, false'
        )
    return text == "true"


def integer(name: str, value: Any) -> int:
    """A whole number, zero or more."""
    text = str(value).strip()
    if isinstance(value, bool) or not _INTEGER.match(text):
        raise webob.exc.HTTPBadRequest(f"Only integer is allowed: invalid '{name}' value '{value}'")
    number = int(text)
    if number > LARGEST:
        raise webob.exc.HTTPBadRequest(f"Value '{value}' for '{name}' is larger than {LARGEST}")
    if number < 0:
        raise webob.exc.HTTPBadRequest(
            f"Value '{value}' for '{name}' must not be negative: it must be 0 or more"
        )
    return number


class Query:
    """The query of a request. A single-valued parameter takes the last value given.

    told: the parameters that the operation has; asking for another one is an error of ours.
    """

    def __init__(self, request: webob.Request, told: Collection[str] | None = None) -> None:
        self._values = _decoded(request)
        self._told = told

    def names(self) -> Iterable[str]:
        return self._values.keys()

    def text(self, name: str) -> str | None:
        values = self.all(name)
        return values[-1] if values else None

    def all(self, name: str) -> list[str] | None:
        if self._told is not None and name not in self._told:
            raise LookupError(f"the operation does not tell of its parameter {name}")
        return self._values.get(name)

    def boolean(self, name: str, *, default: bool) -> bool:
        value = self.text(name)
        return default if value is None else boolean(name, value)

    def integer(self, name: str) -> int | None:
        """None when absent or empty."""
        value = self.text(name)
        return None if not value else integer(name, value)

    def words(self, name: str) -> list[str] | None:
        """A comma-separated list; None when absent or empty."""
        value = self.text(name)
        return value.split(",") if value else None

    def filters(self, names: Mapping[str, str]) -> dict[str, Any]:
        """The filters given, by the engine's name.

        names: what the caller may write, to the engine's name; several spellings of one filter
        are merged. One value is text, several are a list; empty ones are ignored.
        """
        found: dict[str, list[str]] = {}
        for name, engine_name in names.items():
            found.setdefault(engine_name, []).extend(v for v in self.all(name) or () if v)
        return {
            name: values[0] if len(values) == 1 else values
            for name, values in found.items()
            if values
        }


def _decoded(request: webob.Request) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    try:
        for name, value in request.GET.items():
            values.setdefault(name, []).append(value)
    except UnicodeDecodeError:
        raise webob.exc.HTTPBadRequest("The query is not valid UTF-8.") from None
    if any("\0" in value for items in values.values() for value in items):
        raise webob.exc.HTTPBadRequest("The query holds a NUL character.")
    return values
