"""Who asks: the request context, carried from a front end to the engine as JSON."""

from __future__ import annotations

from typing import Any

from oslo_context import context

GUEST_ROLE = "heat_stack_user"


class RequestContext(context.RequestContext):
    """oslo's request context plus what the engine needs for a guest.

    A guest is a credential that the engine made for one resource; ``guest_stack_id`` and
    ``guest_resource`` name what it may reach (design section 6). Both are None for people.
    """

    def __init__(
        self,
        *,
        guest_stack_id: str | None = None,
        guest_resource: str | None = None,
        region_name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.guest_stack_id = guest_stack_id
        self.guest_resource = guest_resource
        self.region_name = region_name

    @property
    def is_guest(self) -> bool:
        return GUEST_ROLE in (self.roles or ())

    @property
    def only_reads(self) -> bool:
        """Whether the caller may look and change nothing, as the role ``reader`` alone says."""
        roles = set(self.roles or ())
        return "reader" in roles and not roles & {"member", "admin"}

    def to_wire(self) -> dict[str, Any]:
        """The context dictionary of the RPC contract (contract/native-api.md section 15)."""
        return {
            "user_id": self.user_id,
            "user_name": self.user_name,
            "project_id": self.project_id,
            "project_name": self.project_name,
            "user_domain_id": self.user_domain_id,
            "project_domain_id": self.project_domain_id,
            "roles": list(self.roles or ()),
            "is_admin": bool(self.is_admin),
            "request_id": self.request_id,
            "global_request_id": self.global_request_id,
            "auth_token": self.auth_token,
            "region_name": self.region_name,
            "guest_stack_id": self.guest_stack_id,
            "guest_resource": self.guest_resource,
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> RequestContext:
        return cls(overwrite=False, **wire)
