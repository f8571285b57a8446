"""What is configured about a Keystone and the cloud behind it, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class GuestDomain:
    """The domain of stacks' guests and who administers it; ``id`` or ``name`` says which."""

    admin: str
    password: str = field(repr=False)
    id: str | None = None
    name: str | None = None
    role: str = "heat_stack_user"


@dataclass(frozen=True, slots=True)
class KeystoneSettings:
    """Times are seconds.

    auth_url: root of Keystone, without a version. service_auth: makes the plugin of our own user;
    keyword arguments replace what is configured of its scope. deferred: how a stack acts for its
    maker later, ``trusts``, ``password``, or empty where it need not. delegated_roles: those that a
    trust hands on; none named: all that the maker has. verify: False, True, or a file of CAs.
    """

    auth_url: str
    service_auth: Callable[..., Any] = field(repr=False)
    deferred: str = ""
    delegated_roles: tuple[str, ...] = ()
    guests: GuestDomain | None = None
    region: str | None = None
    interface: str = "public"
    verify: bool | str = True
    timeout: float = 60.0

    @property
    def url(self) -> str:
        """Root of Keystone's API of version 3."""
        root = self.auth_url.rstrip("/")
        return root if root.endswith("/v3") else f"{root}/v3"
