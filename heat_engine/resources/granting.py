"""Types whose guest may reach other resources of the stack than its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from heat_engine.resources.protocol import Progress, Request, ResourceType


class GrantingType(ResourceType):
    """Its guest stands for a user of the stack, so that it is the type that says what is open."""

    needs_guest = True

    def guest_secret(self, properties: Mapping[str, Any]) -> str | None:
        """The secret that the ``Guest`` shall have; None: a random one."""
        return None

    def adopt(self, request: Request) -> Progress:
        """The old credential was good for another stack only."""
        return self.create(request)

    def admits(self, request: Request, resource: str) -> bool:
        """Whether the guest may reach the resource of that name, in the same stack."""
        raise NotImplementedError
