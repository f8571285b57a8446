"""Keeps secrets out of what people read: reasons, events, error messages."""

from __future__ import annotations

from collections.abc import Iterable

from heat_engine.store.resources import ResourceRecord

STARS = "******"
# A shorter text stands in too many places by chance to be told from a secret.
SHORTEST = 4
# Where a resource's data keeps the credential that was made for it.
GUEST = "guest"


def masked(text: str, secrets: Iterable[str]) -> str:
    """The text with stars in place of each secret."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, STARS)
    return text


def of_guests(rows: Iterable[ResourceRecord]) -> set[str]:
    """The tokens, secret keys and signed URLs of a stack's guests."""
    secrets: set[str] = set()
    for row in rows:
        guest = row.data.get(GUEST)
        if guest:
            secrets.update((guest["token"], guest["secret"]))
            if row.reference_id != row.physical_id:
                secrets.add(str(row.reference_id))
    return secrets
