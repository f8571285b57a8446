from __future__ import annotations

import pytest

from common.auth import cache
from common.auth.cache import IdentityCache

USER = {"user_id": "u1"}
CREDENTIALS = {"username": "demo", "password": "pw"}


def test_only_the_same_credentials_are_remembered() -> None:
    known = IdentityCache()
    known.put(CREDENTIALS, USER)
    assert known.get(dict(reversed(CREDENTIALS.items()))) == USER
    assert known.get({**CREDENTIALS, "password": "other"}) is None
    assert known.get({"username": "demopw", "password": ""}) is None


def test_secrets_are_not_kept() -> None:
    known = IdentityCache()
    known.put({"username": "demo", "password": "very secret"}, USER)
    assert "very secret" not in repr(vars(known))


def test_entries_are_bounded_in_number_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    known = IdentityCache(ttl=60, max_entries=2)
    for name in "abc":
        known.put({"token": name}, USER)
    assert [known.get({"token": name}) for name in "abc"] == [None, USER, USER]
    gone = IdentityCache(ttl=0)
    gone.put(CREDENTIALS, USER)
    assert gone.get(CREDENTIALS) is None
    assert cache.TTL_SECONDS <= 60
