"""Properties against a resource type's schema (templates.md section 5.5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from common.errors import Problem, StackValidationFailed
from heat_engine.language.constraints import Terms, first_failure, number
from heat_engine.language.functions.base import Path
from heat_engine.language.schema import Kind, Property
from heat_engine.language.unknown import UNKNOWN, contains_unknown

ERROR = "Property error"
_ZERO: Mapping[Kind, Callable[[], Any]] = {
    Kind.STRING: str,
    Kind.INTEGER: int,
    Kind.NUMBER: int,
    Kind.BOOLEAN: bool,
    Kind.MAP: dict,
    Kind.LIST: list,
    Kind.ANY: lambda: None,
}


def check(
    schema: Mapping[str, Property], given: Any, path: Path, *, open: bool = False
) -> list[Problem]:
    """Faults of ``given``, all of them. ``open``: names the schema does not know are fine."""
    return [problem for problem, _ in placed(schema, given, path, open=open)]


def placed(
    schema: Mapping[str, Property], given: Any, path: Path, *, open: bool = False
) -> list[tuple[Problem, Path]]:
    """As ``check``, each fault with the path of the entry that causes it."""
    reader = _Reader(path, open)
    reader.map(schema, given, path)
    return list(zip(reader.problems, reader.places, strict=True))


def complete(
    schema: Mapping[str, Property], given: Any, *, open: bool = False, path: Path = ()
) -> dict[str, Any]:
    """``given`` with every property of the schema: coerced, defaults in, missing ones None.

    UNKNOWN passes through. Raises StackValidationFailed with all faults.
    """
    reader = _Reader(path, open)
    values = reader.map(schema, given, path)
    if reader.problems:
        raise StackValidationFailed(problems=reader.problems)
    return values


def lenient(schema: Mapping[str, Property], given: Any, *, open: bool = False) -> dict[str, Any]:
    """As ``complete``, but what is at fault reads as None instead of raising."""
    return _Reader((), open).map(schema, given, ())


def changed(
    schema: Mapping[str, Property], before: Mapping[str, Any], after: Mapping[str, Any]
) -> frozenset[str]:
    """Names of the properties whose value differs; a value not known yet counts as different."""
    names = {*before, *after}
    return frozenset(
        name for name in names if before.get(name) != after.get(name) or after.get(name) is UNKNOWN
    )


class _Reader:
    """Checks and coerces in one walk; faults gather in ``problems``."""

    def __init__(self, path: Path, open: bool) -> None:
        self.problems: list[Problem] = []
        self.places: list[Path] = []
        self._root = path
        self._open = open

    def _report(self, message: str, path: Path, place: Path | None = None) -> None:
        self.problems.append(Problem(message, path, ERROR))
        self.places.append(path if place is None else place)

    def map(self, schema: Mapping[str, Property], given: Any, path: Path) -> dict[str, Any]:
        if given is None or given is UNKNOWN:
            given = {}
        if not isinstance(given, Mapping):
            self._report(f'"{given}" is not a map', path)
            return {}
        is_open = self._open and path == self._root
        values: dict[str, Any] = {}
        for name in given:
            if name not in schema:
                if is_open:
                    values[name] = given[name]
                else:
                    self._report(f"Unknown Property {name}", path, (*path, str(name)))
        for name, item in schema.items():
            values[name] = self._entry(name, item, given, path)
        return values

    def _entry(self, name: str, item: Property, given: Mapping[str, Any], path: Path) -> Any:
        if name not in given:
            if item.required and item.default is None:
                self._report(f"Property {name} not assigned", path)
            return self.value(item, item.default, path) if item.default is not None else None
        value = given[name]
        if value is None and item.default is not None:
            value = item.default
        value = self.value(item, value, (*path, name))
        if not item.implemented:
            self._report(f"Property {name} not implemented yet", path, (*path, name))
        return value

    def value(self, item: Property, given: Any, path: Path) -> Any:
        if given is UNKNOWN:
            return UNKNOWN
        if item.converts:
            given = _converted(item.kind, given)
            if item.kind is Kind.MAP and isinstance(given, str):
                return given
        try:
            value = _ZERO[item.kind]() if given is None else _COERCE[item.kind](given)
        except (ValueError, TypeError, OverflowError) as error:
            self._report(str(error), path)
            return None
        if item.schema is not None:
            value = self._nested(item.schema, value, path, given is None)
        if item.constraints:
            detail = first_failure(item.constraints, value, _TERMS[item.kind])
            if detail is not None:
                self._report(detail, path)
        return value

    def _nested(
        self, schema: Mapping[str, Property] | Property, value: Any, path: Path, absent: bool
    ) -> Any:
        if isinstance(schema, Property):
            return [
                self.value(schema, item, (*path, position)) for position, item in enumerate(value)
            ]
        return value if absent else self.map(schema, value, path)


def _converted(kind: Kind, value: Any) -> Any:
    """A value as the nested template's parameter of that kind takes it."""
    if contains_unknown(value):
        return UNKNOWN
    if kind is Kind.LIST and isinstance(value, str):
        return value.split(",") if value else []
    if kind is Kind.STRING and isinstance(value, (Mapping, list)):
        return json.dumps(value)
    if kind is Kind.STRING and isinstance(value, float):
        return str(value)
    return json.dumps(value) if kind is Kind.MAP and isinstance(value, list) else value


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int)):
        return str(value)
    raise ValueError(f"Value must be a string; got {value!r}")


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"Value '{value}' is not an integer") from None


def _number(value: Any) -> Any:
    try:
        return number(value)
    except (TypeError, ValueError):
        raise ValueError(f"could not convert string to float: '{value}'") from None


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        value = value.lower()
        if value in ("true", "false"):
            return value == "true"
    raise ValueError(f'"{value}" is not a valid boolean')


def _map(value: Any) -> Any:
    if isinstance(value, Mapping):
        return value
    raise ValueError(f'"{value}" is not a map')


def _list(value: Any) -> Any:
    if isinstance(value, list):
        return value
    if isinstance(value, tuple):
        return list(value)
    raise ValueError(f'"{value!r}" is not a list')


def _any(value: Any) -> Any:
    return value


_COERCE: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.STRING: _string,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _boolean,
    Kind.MAP: _map,
    Kind.LIST: _list,
    Kind.ANY: _any,
}

_TERMS = {kind: Terms(coerce) for kind, coerce in _COERCE.items()}
