"""What the resolution of a snippet needs to know of the living stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from heat_engine.language.unknown import UNKNOWN


@dataclass(frozen=True, slots=True)
class Selectable:
    """An attribute that takes the rest of get_attr's path itself, as those of groups do."""

    select: Callable[[Sequence[Any]], Any]


def follow(value: Any, path: Sequence[Any]) -> Any:
    """What get_attr's path leads to in an attribute's value; None where it misses."""
    for step in path:
        if value is UNKNOWN:
            break
        value = _step(value, step)
    return value


def _step(value: Any, step: Any) -> Any:
    """An index must be a number."""
    try:
        if isinstance(value, dict):
            return value.get(step)
        if isinstance(value, (list, str)) and isinstance(step, int):
            return value[step]
    except (IndexError, TypeError):
        return None
    return None


class Scope(Protocol):
    """Answers are plain data, None, or UNKNOWN while nothing can be known yet."""

    def reference_id(self, resource: str) -> Any:
        """What get_resource and Ref give."""
        ...

    def attribute(self, resource: str, name: str) -> Any:
        """One attribute, or a ``Selectable``.

        Raises InvalidTemplateAttribute when the type has none of that name.
        """
        ...

    def attributes(self, resource: str) -> Any:
        """All attributes but ``show``, by name."""
        ...

    def facade(self, key: str) -> Any:
        """``metadata``, ``deletion_policy`` or ``update_policy`` of the parent's resource."""
        ...

    def availability_zones(self) -> Any:
        """Names of the compute availability zones."""
        ...

    def import_value(self, name: str) -> Any:
        """What another stack of the project exports. Raises Invalid when none exports the name."""
        ...


class Static:
    """Knows nothing: for checks of a template before any resource exists."""

    def reference_id(self, resource: str) -> Any:
        return UNKNOWN

    def attribute(self, resource: str, name: str) -> Any:
        return UNKNOWN

    def attributes(self, resource: str) -> Any:
        return UNKNOWN

    def facade(self, key: str) -> Any:
        return UNKNOWN

    def availability_zones(self) -> Any:
        return UNKNOWN

    def import_value(self, name: str) -> Any:
        return UNKNOWN
