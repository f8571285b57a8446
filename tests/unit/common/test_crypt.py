"""Secrets come back with their key, and only with it."""

from __future__ import annotations

import pytest

from common import errors
from common.crypt import Vault


def test_what_goes_in_comes_out_and_does_not_show() -> None:
    vault = Vault([Vault.new_key()])
    for text in ("", "pässwörd\x00", "x" * 100_000):
        token = vault.encrypt(text)
        assert vault.decrypt(token) == text
        assert not text or text not in token
    value = {"a": [1, None, True, "ü"], "b": {}}
    assert vault.decrypt_json(vault.encrypt_json(value)) == value


def test_the_same_secret_never_looks_the_same() -> None:
    vault = Vault([Vault.new_key()])
    assert vault.encrypt("same") != vault.encrypt("same")


def test_rotation_lets_the_old_key_go() -> None:
    old, new = Vault.new_key(), Vault.new_key()
    token = Vault([old]).encrypt("secret")
    both = Vault([new, old])
    assert both.decrypt(token) == "secret"
    assert Vault([new]).decrypt(both.rotate(token)) == "secret"
    with pytest.raises(errors.InternalError):
        Vault([new]).decrypt(token)
    with pytest.raises(errors.InternalError):
        Vault([new]).rotate(token)


def test_a_changed_token_is_refused() -> None:
    vault = Vault([Vault.new_key()])
    token = vault.encrypt("secret")
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for wrong in (changed, "", "not base64 at all!"):
        with pytest.raises(errors.InternalError) as caught:
            vault.decrypt(wrong)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("keys", [[], ["short"], [""]])
def test_keys_that_are_none(keys: list[str]) -> None:
    with pytest.raises(ValueError):
        Vault(keys)


def test_keys_do_not_show() -> None:
    key = Vault.new_key()
    assert key not in repr(Vault([key]))
