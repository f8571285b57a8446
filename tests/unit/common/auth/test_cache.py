from __future__ import annotations

import pytest

from common.auth import cache
from common.auth.cache import IdentityCache, TokenCache

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


def test_tokens_are_kept_for_as_long_as_is_said() -> None:
    known = TokenCache()
    known.set("tokens/a", b"{}", time=300)
    known.set("tokens/b", b"{}", time=-1)
    known.set("tokens/c", b"{}", time=0)
    assert [known.get(f"tokens/{name}") for name in "abcd"] == [b"{}", None, None, None]
    known.set("tokens/a", b"[]", time=-1)
    assert known.get("tokens/a") is None


def test_tokens_are_bounded_in_bytes_and_the_least_used_goes() -> None:
    known = TokenCache(max_bytes=20)
    known.set("a", b"0123456789", time=300)
    known.set("b", b"0123456789", time=300)
    assert known.get("a")
    known.set("c", b"0123456789", time=300)
    assert [bool(known.get(name)) for name in "abc"] == [True, False, True]
    known.set("d", b"0" * 21, time=300)
    assert [bool(known.get(name)) for name in "acd"] == [True, True, False]
