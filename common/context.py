"""Who asks: the request context, carried from a front end to the engine as JSON."""

from __future__ import annotations

from typing import Any

from oslo_context import context

GUEST_ROLE = "heat_stack_user"
# What tokens and access keys of the engine's own guests begin with, so that nobody else is asked.
GUEST_TOKEN = "guest."  # noqa: S105
GUEST_ACCESS = "GUEST"
_OLD_NAMES = {"tenant_id": "project_id", "tenant": "project_name"}


class RequestContext(context.RequestContext):
    """oslo's request context plus what the engine needs for guests and for work done later.

    A guest is a credential that the engine made for one resource; ``guest_stack_id`` and
    ``guest_resource`` name what it may reach (design section 6), ``guest_project_id`` the project
    that Keystone has it in. All are None for people. ``username`` and ``password`` are there when a
    request brought them, ``auth_url`` says which Keystone knows the caller.
    """

    def __init__(
        self,
        *,
        guest_stack_id: str | None = None,
        guest_resource: str | None = None,
        guest_project_id: str | None = None,
        region_name: str | None = None,
        username: str | None = None,
        password: str | None = None,
        auth_url: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.guest_stack_id = guest_stack_id
        self.guest_resource = guest_resource
        self.guest_project_id = guest_project_id
        self.region_name = region_name
        self.username = username
        self.password = password
        self.auth_url = auth_url

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
            "guest_project_id": self.guest_project_id,
            "username": self.username,
            "password": self.password,
            "auth_url": self.auth_url,
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> RequestContext:
        """The context of a call; the older names of two keys are understood, unknown keys are
        those of a newer sender."""
        renamed = {_OLD_NAMES.get(key, key): value for key, value in wire.items()}
        known = cls(overwrite=False).to_wire()
        return cls(
            overwrite=False, **{key: value for key, value in renamed.items() if key in known}
        )
