"""What a resource type says of its properties and attributes.

Source: contract/templates.md section 5.5. These are plain data; checking and
coercing values against them is done in ``properties``.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Kind(enum.StrEnum):
    """Type of a property or attribute, spelt as ``resource_types`` documents spell it."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    MAP = "map"
    LIST = "list"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Constraint:
    """One limit on a value.

    ``rule`` is ``range``, ``length``, ``modulo``, ``allowed_values``, ``allowed_pattern`` or
    ``custom_constraint``; ``body`` is what the serialised form holds behind that key: a map with
    min and/or max, a map with step and offset, a list, a pattern, a constraint's name.
    """

    rule: str
    body: Any
    description: str | None = None


def between(minimum: float | None = None, maximum: float | None = None) -> Constraint:
    """A number's range, ends included."""
    return Constraint("range", {"min": minimum, "max": maximum})


def length(minimum: int | None = None, maximum: int | None = None) -> Constraint:
    """Bounds of a string's, list's or map's length, ends included."""
    return Constraint("length", {"min": minimum, "max": maximum})


def one_of(*values: Any) -> Constraint:
    return Constraint("allowed_values", list(values))


def pattern(regular_expression: str) -> Constraint:
    return Constraint("allowed_pattern", regular_expression)


def custom(name: str) -> Constraint:
    return Constraint("custom_constraint", name)


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a resource type.

    ``schema`` of a MAP is a mapping name to Property; of a LIST the Property of every item.
    ``updatable``: changed in place, otherwise a change replaces; ``immutable``: a change fails.
    ``converts``: takes what a parameter of that kind takes, such as a list as comma-separated text.
    """

    kind: Kind
    description: str = ""
    default: Any = None
    required: bool = False
    updatable: bool = False
    immutable: bool = False
    implemented: bool = True
    hidden: bool = False
    constraints: tuple[Constraint, ...] = ()
    schema: Mapping[str, Property] | Property | None = None
    converts: bool = False


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of a resource type. ``live``: never served from the stored copy.

    ``hidden``: works, but is not listed.
    """

    description: str = ""
    kind: Kind = Kind.STRING
    live: bool = False
    hidden: bool = False


SHOW = {"show": Attribute("Detailed information about resource.", Kind.MAP, live=True)}


@dataclass(frozen=True, slots=True)
class TypeInterface:
    """What the language needs to know of a resource type to check a template."""

    name: str
    properties: Mapping[str, Property]
    attributes: Mapping[str, Attribute]
    open_properties: bool = False
    open_attributes: bool = False
    deletion_snapshot: bool = False
    update_policy: Mapping[str, Property] = field(default_factory=dict)
