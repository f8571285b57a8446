"""The one way to a cloud: a few verbs over (service, collection).

Bodies are shaped as the OpenStack services' own APIs shape them, without the outer envelope
(``{"name": ..., "flavorRef": ...}``, not ``{"server": {...}}``). Services: ``compute``,
``network``, ``volume``, ``image``, ``object-store``; collections: ``servers``, ``flavors``,
``keypairs``, ``networks``, ``subnets``, ``ports``, ``security_groups``, ``volumes``, ``images``,
``containers``, ``objects`` ...
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Document = dict[str, Any]
# An action that makes a thing (``createImage``) takes the thing's token as metadata of this name.
TOKEN = "hearth:token"  # noqa: S105


class CloudError(Exception):
    """A cloud said no.

    ``kind`` is not_found, conflict, invalid, forbidden, over_limit or unavailable. The last two may
    pass with time; the others will not.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind

    @property
    def retryable(self) -> bool:
        return self.kind in ("unavailable", "over_limit")


class Cloud(Protocol):
    """A session of one project with one cloud. All calls may block and may raise ``CloudError``."""

    def create(
        self, service: str, collection: str, body: Mapping[str, Any], *, token: str
    ) -> Document:
        """Make a thing. ``token`` travels with it: a second create with the same token in the same
        collection gives back the first one's thing and makes nothing."""

    def find(self, service: str, collection: str, token: str) -> Document | None:
        """What ``token`` made, or None."""

    def get(self, service: str, collection: str, id: str) -> Document:
        """One thing; CloudError not_found when it is gone."""

    def list(self, service: str, collection: str, **query: str) -> list[Document]:
        """Things whose fields equal the query's."""

    def update(self, service: str, collection: str, id: str, body: Mapping[str, Any]) -> Document:
        """Change some fields of a thing."""

    def delete(self, service: str, collection: str, id: str) -> None:
        """Begin to delete; not_found when it is gone already."""

    def forget(self, service: str, collection: str, token: str) -> None:
        """Delete whatever ``token`` made and refuse (conflict) any later create with that token."""

    def act(
        self, service: str, collection: str, id: str, action: str, body: Mapping[str, Any]
    ) -> Document | None:
        """One of the thing's own actions: ``os-start``, ``os-stop``, ``reboot``, ``rebuild``,
        ``os-getConsoleOutput``, ``os-attach`` ..."""


class Clouds(Protocol):
    """Where sessions come from; one per process."""

    def session(self, project_id: str, credentials: Mapping[str, Any]) -> Cloud:
        """A session for that project; ``credentials`` is what the stack stored (may be empty)."""
