"""Encryption at rest. The first key encrypts, every key decrypts, so a key can be rotated out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from common import errors


class Vault:
    """What turns secrets into text that may be stored, and back."""

    def __init__(self, keys: Sequence[str]) -> None:
        """``keys``: url-safe base64 of 32 bytes each, newest first. Raises ``ValueError``."""
        if not keys:
            raise ValueError("a vault needs at least one key")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @staticmethod
    def new_key() -> str:
        return Fernet.generate_key().decode()

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Raises ``InternalError`` when none of the keys made ``token``."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise errors.InternalError from error

    def encrypt_json(self, value: Any) -> str:
        return self.encrypt(json.dumps(value, separators=(",", ":")))

    def decrypt_json(self, token: str) -> Any:
        return json.loads(self.decrypt(token))

    def rotate(self, token: str) -> str:
        """The same secret under the newest key. Raises ``InternalError`` like ``decrypt``."""
        try:
            return self._fernet.rotate(token).decode()
        except InvalidToken as error:
            raise errors.InternalError from error

    def __repr__(self) -> str:
        return "Vault(...)"
