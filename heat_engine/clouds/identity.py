"""Acting for users when they are gone, and users for guests: what an identity service does for us.

The base does without one: nothing is delegated, and guests are the engine's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Credentials = Mapping[str, Any]
# Where a stack's credentials have what was delegated.
AUTH = "auth"
# What was delegated can be found by this. Keystone keeps, and shows, fields of a trust that it does
# not know.
CLIENT_TOKEN = "client_token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for a change, with what that user could prove it. ``roles``: in the project."""

    user_id: str
    project_id: str
    roles: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class GuestUser:
    """A guest as a user.

    name: the id by which the engine knows it. place: the root stack whose project in the guests'
    domain it is in. access and secret: its EC2 key pair; the secret is its password too.
    """

    name: str
    place: str
    access: str
    secret: str = field(repr=False)


class Identity:
    """All calls may block and may raise ``CloudError``; all may be repeated.

    delegates: whether stacks need something to act for their makers. keeps_guests: whether guests
    are users of a domain, guest_domain_id: of which, guest_auth_url: where they authenticate.
    """

    delegates: bool = False
    keeps_guests: bool = False
    guest_auth_url: str = ""

    @property
    def guest_domain_id(self) -> str | None:
        return None

    def promised(self, caller: Caller, token: str) -> dict[str, Any]:
        """What ``revoke`` finds by, that ``delegate`` with this token may have made; empty where it
        makes nothing. Asks nobody."""
        return {}

    def delegate(self, caller: Caller, token: str) -> dict[str, Any]:
        """What a stack stores to act for the caller from now on, whatever becomes of its token.

        token: travels with the call, so that what is made can be found without its answer.
        Raises ``MissingCredentialError`` when the request does not bring what that takes.
        """
        return {}

    def borrow(self, caller: Caller) -> dict[str, Any]:
        """What does in its place for as long as the caller's token lasts."""
        return {}

    def good(self, credentials: Credentials) -> bool:
        """Whether what a stack has stored can still be used."""
        return True

    def revoke(self, credentials: Credentials) -> None:
        """Give back what ``delegate`` gave; gone already is well."""

    def invite(self, guest: GuestUser) -> dict[str, str]:
        """Make the user of a guest; ``{user_id, project_id}``, as the service calls them."""
        return {}

    def dismiss(self, name: str) -> None:
        """Take a guest's user away; gone already is well."""

    def dissolve(self, place: str) -> None:
        """Take away what is left of the guests of a stack; gone already is well."""
