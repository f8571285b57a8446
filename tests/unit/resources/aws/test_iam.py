from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.resources.aws.iam import UNKNOWN_SECRET, AccessKey, User, allows
from heat_engine.resources.protocol import Outcome, Peer
from tests.unit.resources.driver import GUEST, request, run


def peer(
    name: str, type: str = "AWS::IAM::User", state: str = "CREATE_COMPLETE", **given: Any
) -> Peer:
    return Peer(name, type, f"s-{name}-abc", given, {}, state)


def policy(name: str, *allowed: str) -> Peer:
    return peer(name, "OS::Heat::AccessPolicy", AllowedResources=list(allowed))


POLICIES = (policy("p", "a", "b"), policy("q", "b"))


@pytest.mark.parametrize(
    ("named", "reached"),
    [
        (None, ["a", "b", "c"]),
        ([], ["a", "b", "c"]),
        (["p"], ["a", "b"]),
        (["p", "q"], ["b"]),
        (["p", {"Statement": []}], ["a", "b"]),
        (["gone"], []),
    ],
)
def test_a_user_reaches_what_all_its_policies_allow(named: Any, reached: list[str]) -> None:
    user = peer("u", Policies=named)
    assert [name for name in "abc" if allows(user, POLICIES, name)] == reached


@pytest.mark.parametrize("state", ["SUSPEND_COMPLETE", "DELETE_IN_PROGRESS", "INIT_COMPLETE"])
def test_a_user_who_is_not_there_reaches_nothing(state: str) -> None:
    assert not allows(peer("u", state=state, Policies=None), (), "a")


def test_a_password_is_the_users_own() -> None:
    assert User().guest_secret({"LoginProfile": {"Password": "pw"}}) == "pw"
    assert User().guest_secret({"LoginProfile": None}) is None


def test_a_key_is_its_guests() -> None:
    kind = AccessKey()
    given = {"UserName": "s-u-abc"}
    users = (peer("u", Policies=["q"]), *POLICIES)
    progress, call = run(kind.create, request(kind, given, guest=GUEST, peers=users))
    assert (progress.outcome, call.physical_id) == (Outcome.DONE, GUEST.access)
    assert kind.read(call, "UserName") == "s-u-abc"
    assert kind.read(call, "SecretAccessKey") == GUEST.secret
    assert [name for name in "abc" if kind.admits(call, name)] == ["b"]
    assert kind.read(request(kind, given), "SecretAccessKey") == UNKNOWN_SECRET
    assert not kind.admits(request(kind, given), "b")


def test_a_key_needs_a_user() -> None:
    kind = AccessKey()
    with pytest.raises(errors.NotFound, match="could not find user nobody"):
        kind.create(request(kind, {"UserName": "nobody"}, guest=GUEST, peers=POLICIES))
