"""Guests as users of a real Keystone's domain; trusts have their scenarios in test_delegation."""

from __future__ import annotations

from typing import Any

import pytest
from keystoneauth1 import session
from keystoneauth1.identity import v3

from common import errors
from heat_engine.clouds.identity import Caller, GuestUser
from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.openstack.identity import KeystoneIdentity
from heat_engine.clouds.openstack.sessions import Sessions
from heat_engine.clouds.openstack.settings import GuestDomain, KeystoneSettings
from tests.keystone.cast import DOMAIN_ADMIN, HEAT_DOMAIN, PASSWORD, SERVICE
from tests.keystone.service import Keystone

GUEST = GuestUser(name="guest-1", place="stack-1", access="ab" * 16, secret="cd" * 16)
NOWHERE = "http://127.0.0.1:1"


def identity_at(url: str, **fields: Any) -> KeystoneIdentity:
    user, project = SERVICE

    def service_auth(**scope: Any) -> Any:
        at = {"project_name": project, "project_domain_id": "default", **scope}
        return v3.Password(
            f"{url}/v3", username=user, password=PASSWORD, user_domain_id="default", **at
        )

    domain = GuestDomain(DOMAIN_ADMIN, PASSWORD, name=HEAT_DOMAIN)
    settings = KeystoneSettings(url, service_auth, "trusts", guests=domain, **fields)
    return KeystoneIdentity(Sessions(settings))


def test_a_guest_is_made_once_and_goes_once(keystone: Keystone) -> None:
    identity = identity_at(keystone.url)
    domain = identity.guest_domain_id
    assert domain == keystone.id_of("domains", HEAT_DOMAIN)
    made = identity.invite(GUEST)
    assert identity.invite(GUEST) == made
    plugin = v3.Password(
        keystone.v3,
        user_id=made["user_id"],
        password=GUEST.secret,
        project_id=made["project_id"],
    )
    access = plugin.get_access(session.Session())
    assert (access.role_names, access.username) == (["heat_stack_user"], GUEST.name)
    assert access.user_domain_id == domain
    pairs = keystone.list("credentials", user_id=made["user_id"])
    assert len(pairs) == 1
    for _ in range(2):
        identity.dismiss(GUEST.name)
        identity.dissolve(GUEST.place)
    assert keystone.list("users", name=GUEST.name) == []
    assert keystone.list("projects", name=GUEST.place) == []
    assert keystone.list("credentials", user_id=made["user_id"]) == []


def test_a_keystone_that_is_away() -> None:
    identity = identity_at(NOWHERE, timeout=5.0)
    with pytest.raises(CloudError) as error:
        identity.invite(GUEST)
    assert error.value.retryable
    with pytest.raises(errors.ServiceUnavailable):
        _ = identity.guest_domain_id
    with pytest.raises(errors.ServiceUnavailable):
        identity.delegate(Caller(user_id="u", project_id="p", roles=("member",), token="t"), "t1")
    held = {"project_id": "p", "auth": {"method": "trust", "trust_id": "t", "user_id": "u"}}
    assert identity.good(held)
    with pytest.raises(CloudError):
        identity.revoke(held)


def test_a_token_that_is_no_good_delegates_nothing(keystone: Keystone) -> None:
    identity = identity_at(keystone.url)
    caller = Caller(user_id="u", project_id="p", roles=("member",), token="nonsense")
    with pytest.raises(errors.MissingCredentialError, match="member"):
        identity.delegate(caller, "t1")
    with pytest.raises(errors.MissingCredentialError, match="X-Auth-Token"):
        identity.delegate(Caller(user_id="u", project_id="p"), "t1")


def test_a_trust_is_given_back_that_nobody_was_told_of(keystone: Keystone) -> None:
    """By the token that went with the call; another one, and one that is gone, do no harm."""
    identity = identity_at(keystone.url)
    place = keystone.settle(mia="member")
    opened = keystone.session(f"mia-{place}", place)
    caller = Caller(
        user_id=str(opened.get_user_id()),
        project_id=str(opened.get_project_id()),
        roles=("member",),
        token=str(opened.get_token()),
    )
    made = {name: identity.delegate(caller, name)["auth"]["trust_id"] for name in ("t1", "t2")}
    for _ in range(2):
        identity.revoke({"project_id": caller.project_id, **identity.promised(caller, "t1")})
    left = keystone.list("OS-TRUST/trusts", trustor_user_id=caller.user_id)
    assert [item["id"] for item in left] == [made["t2"]]
    identity.revoke({"project_id": caller.project_id, **identity.promised(caller, "t2")})
    assert keystone.list("OS-TRUST/trusts", trustor_user_id=caller.user_id) == []
