"""AWS::IAM::User and AWS::IAM::AccessKey (contract/engine-semantics.md section 10.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common import errors
from heat_engine.language.schema import Attribute, Kind, Property
from heat_engine.resources.granting import GrantingType
from heat_engine.resources.heat.access_policy import AccessPolicy
from heat_engine.resources.protocol import Peer, Progress, Request, done, failed

# States in which a user is none that may reach anything.
DISABLED = ("INIT", "SUSPEND", "DELETE")
UNKNOWN_SECRET = "000-000-000"  # noqa: S105


def allows(user: Peer, policies: Sequence[Peer], resource: str) -> bool:
    """Whether a user may reach a resource: all policies that it names allow it, or it has none."""
    if user.state.startswith(DISABLED):
        return False
    named = {name for name in user.properties["Policies"] or () if isinstance(name, str)}
    allowed = {
        policy.name: policy.properties.get("AllowedResources") or ()
        for policy in policies
        if policy.type == AccessPolicy.name
    }
    return all(resource in allowed.get(name, ()) for name in named)


class User(GrantingType):
    """A credential of the engine's own. Suspending the stack disables it."""

    name = "AWS::IAM::User"
    description = "A user of this stack, to whom access keys can be given."
    instant = True
    peers = ("AWS::IAM::User", AccessPolicy.name)
    properties = {
        "Path": Property(Kind.STRING, "Has no effect."),
        "Groups": Property(Kind.LIST, "Has no effect."),
        "LoginProfile": Property(
            Kind.MAP,
            "How the user logs in.",
            schema={"Password": Property(Kind.STRING, "The user's password.")},
        ),
        "Policies": Property(
            Kind.LIST, "Names of access policies, all of which must allow a resource."
        ),
    }

    def guest_secret(self, properties: Mapping[str, Any]) -> str | None:
        profile = properties.get("LoginProfile")
        password = profile.get("Password") if isinstance(profile, Mapping) else None
        return str(password) if password else None

    def create(self, request: Request) -> Progress:
        if request.guest is None:
            return failed("There is no credential for the user.", "Error")
        present = {peer.name for peer in request.peers if peer.type == AccessPolicy.name}
        for name in request.properties["Policies"] or ():
            if isinstance(name, str) and name not in present:
                raise errors.InvalidTemplateAttribute(resource=request.name, key="Policies")
        return done(physical_id=request.guest.user_id, reference_id=request.physical_name)

    def admits(self, request: Request, resource: str) -> bool:
        return any(
            allows(peer, request.peers, resource)
            for peer in request.peers
            if peer.name == request.name
        )


class AccessKey(GrantingType):
    """A key pair of a user's: it reaches what the user's policies allow."""

    name = "AWS::IAM::AccessKey"
    description = "An access key for a user of this stack."
    instant = True
    peers = (User.name, AccessPolicy.name)
    properties = {
        "Serial": Property(Kind.INTEGER, "Is not supported.", implemented=False),
        "UserName": Property(Kind.STRING, "Reference of the user.", required=True),
        "Status": Property(Kind.STRING, "Is not supported.", implemented=False),
    }
    attributes = {
        "UserName": Attribute("Name of the user.", live=True),
        "SecretAccessKey": Attribute("The secret of the key.", live=True),
    }

    def create(self, request: Request) -> Progress:
        wanted = request.properties["UserName"]
        if self._user(request) is None:
            raise errors.NotFound(f"could not find user {wanted}")
        if request.guest is None:
            return failed("There is no credential for the key.", "Error")
        return done(physical_id=request.guest.access)

    def read(self, request: Request, attribute: str) -> Any:
        if attribute == "UserName":
            return request.properties["UserName"]
        if attribute == "SecretAccessKey":
            return request.guest.secret if request.guest else UNKNOWN_SECRET
        return super().read(request, attribute)

    def admits(self, request: Request, resource: str) -> bool:
        user = self._user(request)
        return user is not None and allows(user, request.peers, resource)

    @staticmethod
    def _user(request: Request) -> Peer | None:
        wanted = request.properties["UserName"]
        users = (peer for peer in request.peers if peer.type == User.name)
        return next((user for user in users if user.reference_id == wanted), None)
