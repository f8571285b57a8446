"""How the parameters of several environment files become one set (templates.md section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from common.errors import HearthError
from heat_engine.language import parameter_types
from heat_engine.language.document import parse_json
from heat_engine.language.parameter_schema import ParameterSchema

OVERWRITE, MERGE, DEEP_MERGE = "overwrite", "merge", "deep_merge"
STRATEGIES = (OVERWRITE, MERGE, DEEP_MERGE)


class Strategies:
    """The strategy of each parameter, fixed by the first file that states one for it."""

    def __init__(self) -> None:
        self._fixed: dict[str, str] = {}

    def of(self, name: str, stated: Mapping[str, Any], file: str) -> str:
        """Strategy for a parameter in a file. Raises ConflictingMergeStrategyForParam."""
        default = stated.get("default", OVERWRITE)
        if default not in STRATEGIES:
            default = OVERWRITE
        own = stated.get(name)
        if own not in STRATEGIES:
            own = default if own is not None else None
        fixed = self._fixed.get(name)
        if own is None:
            return fixed or str(default)
        if fixed is not None and own != fixed:
            raise errors.ConflictingMergeStrategyForParam(strategy=own, param=name, file=file)
        self._fixed[name] = own
        return str(own)


def merged(name: str, old: Any, new: Any, strategy: str, schema: ParameterSchema | None) -> Any:
    """Two values of one parameter as one. Raises InvalidMergeStrategyForParam.

    Without ``schema`` the values' own types decide.
    """
    if strategy == OVERWRITE or old is None:
        return new
    if new is None:
        return old
    deep = strategy == DEEP_MERGE
    refusal = errors.InvalidMergeStrategyForParam(strategy=strategy, param=name)
    kind = _kind(schema, new)
    if kind == parameter_types.JSON:
        return _json(old, new, deep, refusal)
    if kind == parameter_types.LIST:
        return _list(old, new, refusal)
    if kind == parameter_types.STRING and isinstance(old, str) and isinstance(new, str):
        return old + new
    if kind == parameter_types.NUMBER:
        return _number(old, new, refusal)
    raise refusal


def _kind(schema: ParameterSchema | None, value: Any) -> str:
    if schema is not None:
        return schema.type
    if isinstance(value, bool):
        return parameter_types.BOOLEAN
    if isinstance(value, int | float):
        return parameter_types.NUMBER
    if isinstance(value, list):
        return parameter_types.LIST
    return parameter_types.JSON if isinstance(value, dict) else parameter_types.STRING


def _number(old: Any, new: Any, refusal: HearthError) -> Any:
    numbers = []
    for value in (old, new):
        try:
            numbers.append(float(value) if "." in str(value) else int(value))
        except (TypeError, ValueError, OverflowError):
            raise refusal from None
    return sum(numbers)


def _list(old: Any, new: Any, refusal: HearthError) -> Any:
    if isinstance(old, str) and isinstance(new, str):
        return f"{old},{new}"
    parts: list[Any] = []
    for value in (old, new):
        if isinstance(value, str):
            parts.extend(value.split(",") if value else [])
        elif isinstance(value, list):
            parts.extend(value)
        else:
            raise refusal
    return parts


def _json(old: Any, new: Any, deep: bool, refusal: HearthError) -> Any:
    try:
        old = parse_json(old) if isinstance(old, str) else old
        new = parse_json(new) if isinstance(new, str) else new
    except ValueError:
        raise refusal from None
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    if not isinstance(old, dict) or not isinstance(new, dict):
        raise refusal
    if deep:
        return _deep(old, new)
    return {**old, **{key: value for key, value in new.items() if value is not None}}


def _deep(old: Any, new: Any) -> Any:
    """Maps merge, lists extend, strings concatenate, all else is taken from ``new``."""
    if isinstance(old, dict) and isinstance(new, dict):
        joined = dict(old)
        for key, value in new.items():
            if value is not None:
                joined[key] = _deep(old[key], value) if key in old else value
        return joined
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    if isinstance(old, str) and isinstance(new, str):
        return old + new
    return new
