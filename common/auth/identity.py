"""What all ways of authentication share."""

from __future__ import annotations

import webob
import webob.exc

from common import wsgi
from common.context import RequestContext

CONFIRMED = "Confirmed"

# Only our own filters may say who somebody is. What keystonemiddleware sets, of a caller and of a
# service that comes with one, ...
_SIDES = ("X", "X-Service")
_SAID_OF_SIDES = (
    "Identity-Status",
    "Roles",
    *(
        f"{noun}-{part}"
        for noun in ("Domain", "Project", "Project-Domain", "User", "User-Domain")
        for part in ("Id", "Name")
    ),
)
IDENTITY_HEADERS = (
    *(f"{side}-{name}" for side in _SIDES for name in _SAID_OF_SIDES),
    "X-Is-Admin-Project",
    "X-Service-Catalog",
    "OpenStack-System-Scope",
    "X-Role",
    "X-Tenant",
    "X-Tenant-Id",
    "X-Tenant-Name",
    "X-User",
    # ... and what Heat, other middleware and older versions read besides.
    "X-OpenStack-System-Scope",
    "X-Auth-EC2-Creds",
    "X-Is-Admin",
    "X-Trust-Id",
    "X-Trustor-User-Id",
    "X-Trustee-User-Id",
)
_KEYS = tuple(f"HTTP_{name.upper().replace('-', '_')}" for name in IDENTITY_HEADERS)

_IMPLIED = {"admin": ("member", "reader"), "member": ("reader",)}


def strip(request: webob.Request) -> None:
    """Remove the headers that would claim an identity."""
    for key in _KEYS:
        request.environ.pop(key, None)


class Stripped(wsgi.Middleware):
    """A filter that finds out who somebody is, given nothing that claims it."""

    def process(self, request: webob.Request) -> None:
        strip(request)


def with_implied(roles: list[str]) -> list[str]:
    """``roles`` and those they imply, as Keystone gives them: admin, member, reader."""
    implied = [name for role in roles for name in _IMPLIED.get(role, ())]
    return list(dict.fromkeys([*roles, *implied]))


def context_of_headers(request: webob.Request) -> RequestContext:
    """The context from the headers that a verifying filter has set."""
    headers = request.headers
    roles = [role.strip() for role in headers.get("X-Roles", "").split(",") if role.strip()]
    return wsgi.new_context(
        request,
        auth_token=headers.get("X-Auth-Token"),
        user_id=headers.get("X-User-Id"),
        user_name=headers.get("X-User-Name"),
        user_domain_id=headers.get("X-User-Domain-Id"),
        project_id=headers.get("X-Project-Id"),
        project_name=headers.get("X-Project-Name"),
        project_domain_id=headers.get("X-Project-Domain-Id"),
        roles=roles,
        is_admin_project=headers.get("X-Is-Admin-Project", "true").lower() == "true",
        username=headers.get("X-Auth-User"),
        password=headers.get("X-Auth-Key") if headers.get("X-Auth-User") else None,
        auth_url=headers.get("X-Auth-Url"),
    )


def unauthorized(challenge: str) -> wsgi.Application:
    answer: wsgi.Application = webob.exc.HTTPUnauthorized(headers={"WWW-Authenticate": challenge})
    return answer
