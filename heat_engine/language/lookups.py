"""Values that only a service can judge: what constraints of its kinds ask for (section 2.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from heat_engine.language.custom_constraints import SERVICE_BACKED
from heat_engine.language.functions.base import Path
from heat_engine.language.parameters import Parameters
from heat_engine.language.schema import Constraint, Property, TypeInterface


@dataclass(frozen=True, slots=True)
class Lookup:
    """``value`` is to be the id or name of a thing of the kind ``constraint``."""

    constraint: str
    value: str
    path: Path
    description: str | None = None

    @property
    def thing(self) -> tuple[str, str]:
        return self.constraint, self.value


def of_parameters(parameters: Parameters) -> Iterator[Lookup]:
    for name, schema in parameters.schemas.items():
        yield from _of_value(schema.constraints, parameters.value(name), ("parameters", name))


def asks(interface: TypeInterface) -> bool:
    """Whether a type's properties have such constraints."""
    return any(map(_asks, interface.properties.values()))


def of_properties(
    interface: TypeInterface, given: Mapping[str, Any], path: Path
) -> Iterator[Lookup]:
    """``given``: complete properties; what is not known yet is left out."""
    return _of_map(interface.properties, given, path)


def _asks(item: Property) -> bool:
    """Whether a property, or one within it, has such a constraint."""
    inner = item.schema
    below = (inner,) if isinstance(inner, Property) else (inner or {}).values()
    return any(map(_wanted, item.constraints)) or any(map(_asks, below))


def _wanted(constraint: Constraint) -> bool:
    return constraint.rule == "custom_constraint" and constraint.body in SERVICE_BACKED


def _of_map(schema: Mapping[str, Property], given: Any, path: Path) -> Iterator[Lookup]:
    if isinstance(given, Mapping):
        for name, item in schema.items():
            yield from _of_property(item, given.get(name), (*path, name))


def _of_property(item: Property, value: Any, path: Path) -> Iterator[Lookup]:
    yield from _of_value(item.constraints, value, path)
    if isinstance(item.schema, Property) and isinstance(value, list):
        for position, member in enumerate(value):
            yield from _of_property(item.schema, member, (*path, position))
    elif isinstance(item.schema, Mapping):
        yield from _of_map(item.schema, value, path)


def _of_value(constraints: Iterable[Constraint], value: Any, path: Path) -> Iterator[Lookup]:
    members = value if isinstance(value, list) else [value]
    for constraint in filter(_wanted, constraints):
        for member in members:
            if isinstance(member, str) and member:
                yield Lookup(constraint.body, member, path, constraint.description)
