"""What the resolution of a snippet needs to know of the living stack."""

from __future__ import annotations

from typing import Any, Protocol

from heat_engine.language.unknown import UNKNOWN


class Scope(Protocol):
    """Answers are plain data, None, or UNKNOWN while nothing can be known yet."""

    def reference_id(self, resource: str) -> Any:
        """What get_resource and Ref give."""
        ...

    def attribute(self, resource: str, name: str) -> Any:
        """One attribute. Raises InvalidTemplateAttribute when the type has none of that name."""
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
