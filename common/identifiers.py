"""Names and identities of stacks and resources (contract/engine-semantics.md section 9.5)."""

from __future__ import annotations

import base64
import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from common import errors

_ARN = re.compile(r"stacks/([^/]+)/([^/]+)(/.*)?\Z")
STACK_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,254}\Z")


def new_id() -> str:
    """A version-4 UUID as text."""
    return str(uuid.uuid4())


def short_id(identifier: str) -> str:
    """12 characters (a-z, 2-7) from the 60 random bits in a version-4 UUID's time field."""
    bits = uuid.UUID(identifier).time << 4
    return base64.b32encode(bits.to_bytes(8, "big"))[:12].decode().lower()


def physical_name(stack_name: str, resource_name: str, resource_id: str, limit: int = 255) -> str:
    """``<stack>-<resource>-<short id>``; too long: two characters, a dash, the last limit - 3."""
    if limit < 4:
        raise ValueError("limit cannot be less than 4")
    name = f"{stack_name}-{resource_name}-{short_id(resource_id)}"
    return name if len(name) <= limit else f"{name[:2]}-{name[-(limit - 3) :]}"


@dataclass(frozen=True, slots=True)
class StackIdentity:
    """Who a stack is: project, name, id; ``path`` leads to a resource or event in it."""

    tenant: str
    stack_name: str
    stack_id: str
    path: str = ""

    def to_dict(self) -> dict[str, str]:
        """The ``stack_identity`` of the RPC contract (contract/native-api.md section 15)."""
        return {
            "tenant": self.tenant,
            "stack_name": self.stack_name,
            "stack_id": self.stack_id,
            "path": self.path,
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any]) -> StackIdentity:
        return cls(value["tenant"], value["stack_name"], value["stack_id"], value.get("path", ""))

    def resource(self, resource_name: str) -> StackIdentity:
        return StackIdentity(
            self.tenant, self.stack_name, self.stack_id, f"/resources/{resource_name}"
        )

    @property
    def resource_name(self) -> str | None:
        """The resource that ``path`` leads to, None for the stack itself."""
        parts = self.path.split("/")
        return parts[2] if len(parts) > 2 and parts[1] == "resources" else None

    def arn(self) -> str:
        return f"arn:openstack:heat::{quote(self.tenant, '')}:{self.stack_path()}"

    def stack_path(self) -> str:
        """``stacks/NAME/ID[/...]``, percent-encoded, as in URLs of the native API."""
        return (
            f"stacks/{quote(self.stack_name, '')}/{quote(self.stack_id, '')}{quote(self.path, '/')}"
        )

    @classmethod
    def from_arn(cls, arn: str) -> StackIdentity:
        """Parse an ARN, percent-encoded or not. Raises ``Invalid``."""
        fields = unquote(arn).split(":", 5) if "%3A" in arn[:8].upper() else arn.split(":", 5)
        if len(fields) < 6 or fields[0].lower() != "arn":
            raise errors.Invalid(f'"{arn}" is not a valid ARN')
        match = _ARN.match(fields[5])
        if fields[1] != "openstack" or fields[2] != "heat" or not match:
            raise errors.Invalid(f'"{arn}" is not a valid Heat ARN')
        return cls(
            unquote(fields[4]),
            unquote(match[1]),
            unquote(match[2]),
            unquote(match[3] or ""),
        )
