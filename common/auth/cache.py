"""A short memory of who has authenticated, so that not every request costs a password hash."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Mapping
from typing import Any

from cachetools import TTLCache

TTL_SECONDS = 30.0
MAX_ENTRIES = 4096


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
