"""Who somebody is, for the embedded users and for guests (design section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from common.aws import signature
from common.context import GUEST_ROLE
from heat_engine.commands.core import Core
from heat_engine.store import guests, users
from heat_engine.store.records import GuestRecord, LocalUser
from heat_engine.store.session import Session

ADMIN = "admin"


def authenticate(core: Core, credentials: Mapping[str, Any]) -> dict[str, Any] | None:
    """The identity that the credentials prove, None when they prove none.

    credentials: ``{username, password}`` (of a guest: its user id or access key, and its secret),
    ``{token}`` (a guest's), or ``{ec2: {access, signature,
    verb, host, path, params}}`` for a request signed as contract/aws-apis.md section 2.5 says.
    Raises ``SignatureDoesNotMatch`` when the access key is known and the signature is not its own.
    """
    with core.database.read() as session:
        if "ec2" in credentials:
            return _signed(session, credentials["ec2"])
        if credentials.get("token"):
            guest = guests.by_token(session, str(credentials["token"]))
            return _guest(guest) if guest else None
        if credentials.get("username") and credentials.get("password"):
            name, password = str(credentials["username"]), str(credentials["password"])
            guest = guests.authenticate(session, name, password)
            user = None if guest else users.authenticate(session, name, password)
            return _guest(guest) if guest else _user(user) if user else None
    return None


def place_of(core: Core, user_name: str, user_domain_id: str) -> dict[str, Any] | None:
    """The resource of a user of the guests' domain, as ``authenticate`` tells it; None for others.

    In that domain a guest's name is the id by which the engine knows it.
    """
    if not user_domain_id or user_domain_id != core.identity.guest_domain_id:
        return None
    guest = core.database.query(guests.by_user, user_name)
    return _guest(guest) if guest else None


def _signed(session: Session, request: Mapping[str, Any]) -> dict[str, Any] | None:
    access = str(request.get("access", ""))
    guest = guests.by_access(session, access)
    user = None if guest else users.by_access(session, access)
    holder = guest or user
    if holder is None:
        return None
    proven = signature.verify_v2(
        holder.secret or "",
        str(request["verb"]),
        str(request["host"]),
        str(request["path"]),
        dict(request["params"]),
        str(request["signature"]),
    )
    if not proven:
        raise errors.SignatureDoesNotMatch
    return _guest(guest) if guest else _user(user) if user else None


def _guest(guest: GuestRecord) -> dict[str, Any]:
    return {
        "user_id": guest.user_id,
        "user_name": guest.resource_name,
        "project_id": guest.project_id,
        "project_name": guest.project_id,
        "roles": [GUEST_ROLE],
        "guest_stack_id": guest.stack_id,
        "guest_resource": guest.resource_name,
    }


def _user(user: LocalUser) -> dict[str, Any]:
    return {
        "user_id": user.id,
        "user_name": user.name,
        "project_id": user.project_id,
        "project_name": user.project_name,
        "roles": list(user.roles),
        "guest_stack_id": None,
        "guest_resource": None,
    }
