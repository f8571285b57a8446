"""A short memory of who has authenticated, so that not every request costs a password hash or a
question to Keystone."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import TLRUCache, TTLCache

TTL_SECONDS = 30.0
MAX_ENTRIES = 4096
# What Keystone says of a token fills 2 to 20 KiB, the most of it the catalog.
MAX_TOKEN_BYTES = 8 * 2**20


class IdentityCache:
    """Successful authentications by a keyed hash of the credentials.

    The key is random and never leaves the process, so the entries are worthless outside it.
    """

    def __init__(self, ttl: float = TTL_SECONDS, max_entries: int = MAX_ENTRIES) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._entries: TTLCache[bytes, Mapping[str, Any]] = TTLCache(max_entries, ttl)

    def get(self, credentials: Mapping[str, Any]) -> Mapping[str, Any] | None:
        with self._lock:
            return self._entries.get(self._digest(credentials))

    def put(self, credentials: Mapping[str, Any], identity: Mapping[str, Any]) -> None:
        with self._lock:
            self._entries[self._digest(credentials)] = identity

    def _digest(self, credentials: Mapping[str, Any]) -> bytes:
        text = json.dumps(credentials, sort_keys=True).encode()
        return hmac.new(self._key, text, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class _Kept:
    text: bytes
    seconds: float


class TokenCache:
    """What Keystone has said of tokens, as keystonemiddleware keeps it in a cache of its host.

    The middleware's own memory is one dictionary for each thread that was busy at a time, none of
    them bounded, and walked through whole at each request. This one is for all threads, and lets
    what was not used for longest go. Keys are hashes of tokens.
    """

    def __init__(self, max_bytes: int = MAX_TOKEN_BYTES) -> None:
        self._lock = threading.Lock()
        self._entries: TLRUCache[str, _Kept] = TLRUCache(
            max_bytes, lambda _key, kept, now: now + kept.seconds, getsizeof=_size
        )

    def get(self, key: str) -> bytes | None:
        with self._lock:
            kept = self._entries.get(key)
        return None if kept is None else kept.text

    def set(self, key: str, value: bytes, time: float = 0) -> None:
        """``time``: seconds that it is kept, ``token_cache_time``; none at all for less than 1."""
        kept = _Kept(value, time)
        with self._lock:
            self._entries.pop(key, None)
            if _size(kept) <= self._entries.maxsize:
                self._entries[key] = kept


def _size(kept: _Kept) -> int:
    return len(kept.text)
