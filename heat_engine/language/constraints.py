"""Limits on values, of parameters and of properties alike (templates.md section 2.2)."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from heat_engine.language import custom_constraints
from heat_engine.language.patterns import Patience, PatternError, matches
from heat_engine.language.schema import Constraint
from heat_engine.language.unknown import UNKNOWN, contains_unknown

CLASS_NAMES = {
    "range": "Range",
    "length": "Length",
    "modulo": "Modulo",
    "allowed_values": "AllowedValues",
    "allowed_pattern": "AllowedPattern",
    "custom_constraint": "CustomConstraint",
}

Cast = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Terms:
    """How values are judged.

    cast: brings an allowed value to the declared type. custom: whether those constraints count.
    patience: what the document's own patterns may still take; None for a resource type's.
    given: the value as the user wrote it, for messages; None: as it is judged.
    """

    cast: Cast
    custom: bool = True
    patience: Patience | None = None
    given: Any = None


def first_failure(constraints: Iterable[Constraint], value: Any, terms: Terms) -> str | None:
    """What the first broken constraint says, None when all hold.

    A value not known yet breaks nothing.
    """
    if value is UNKNOWN:
        return None
    for constraint in constraints:
        if constraint.rule == "custom_constraint" and not terms.custom:
            continue
        detail = _RULES[constraint.rule](constraint.body, value, terms)
        if detail is not None:
            return constraint.description or detail
    return None


def serialise(constraint: Constraint) -> dict[str, Any]:
    """The form of type and template introspection: ``{rule: body, description?}``."""
    body = constraint.body
    if isinstance(body, dict):
        body = {key: limit for key, limit in body.items() if limit is not None}
    shown = {constraint.rule: body}
    if constraint.description:
        shown["description"] = constraint.description
    return shown


def number(value: Any) -> Any:
    """A number from a number or its text. Raises ValueError, TypeError.

    What JSON has no word for, infinity and "not a number", is none: no client could read it.
    """
    if isinstance(value, int):
        return value
    try:
        found: Any = value if isinstance(value, float) else int(value)
    except (ValueError, TypeError):
        found = float(value)
    if isinstance(found, float) and not math.isfinite(found):
        raise ValueError(f"{value} is not a finite number")
    return found


def _range(body: dict[str, Any], value: Any, terms: Terms) -> str | None:
    low, high = body.get("min"), body.get("max")
    if not isinstance(value, int | float):
        return f"{value!r} is not a number"
    if (low is not None and value < low) or (high is not None and value > high):
        return f"{value} is out of range (min: {low}, max: {high})"
    return None


def _length(body: dict[str, Any], value: Any, terms: Terms) -> str | None:
    low, high = body.get("min"), body.get("max")
    if not isinstance(value, str | list | dict):
        value = str(value)
    size = len(value)
    if (low is not None and size < low) or (high is not None and size > high):
        return f"length ({size}) is out of range (min: {low}, max: {high})"
    return None


def _modulo(body: dict[str, Any], value: Any, terms: Terms) -> str | None:
    step, offset = body["step"], body["offset"]
    try:
        holds = value % step == offset
    except (TypeError, ArithmeticError):
        holds = False
    if holds:
        return None
    return f"{value} is not a multiple of {step} with an offset of {offset}"


def _allowed_values(body: list[Any], value: Any, terms: Terms) -> str | None:
    if isinstance(value, list):
        holds = contains_unknown(value) or _all_among(value, body)
    else:
        holds = any(_same(choice, value, terms.cast) for choice in body)
    if holds:
        return None
    choices = ", ".join(json.dumps(choice, default=str) for choice in body)
    shown = value if terms.given is None or isinstance(value, list) else terms.given
    return f"{json.dumps(shown, default=str)} is not an allowed value [{choices}]"


def _all_among(items: list[Any], choices: list[Any]) -> bool:
    try:
        return set(items) <= set(choices)
    except TypeError:
        return all(item in choices for item in items)


def _same(choice: Any, value: Any, cast: Cast) -> bool:
    try:
        return bool(cast(choice) == cast(value))
    except (TypeError, ValueError, ArithmeticError):
        return False


def _allowed_pattern(body: str, value: Any, terms: Terms) -> str | None:
    for item in value if isinstance(value, list) else [value]:
        text = item if isinstance(item, str) else str(item)
        try:
            holds = item is UNKNOWN or matches(body, text, terms.patience)
        except PatternError as error:
            return f'"{text}" cannot be matched with pattern "{body}": {error}'
        if not holds:
            return f'"{text}" does not match pattern "{body}"'
    return None


def _custom(body: str, value: Any, terms: Terms) -> str | None:
    for item in value if isinstance(value, list) else [value]:
        if item is UNKNOWN:
            continue
        try:
            reason = custom_constraints.check(body, item)
        except KeyError:
            return f'"{value}" does not validate {body} (constraint not found)'
        if reason is not None:
            return f"Error validating value '{value}': {reason}"
    return None


_RULES: dict[str, Callable[[Any, Any, Terms], str | None]] = {
    "range": _range,
    "length": _length,
    "modulo": _modulo,
    "allowed_values": _allowed_values,
    "allowed_pattern": _allowed_pattern,
    "custom_constraint": _custom,
}
