"""The embedded user store: people, their passwords and EC2 key pairs (design section 6)."""

from __future__ import annotations

import builtins
import hashlib
import hmac
import json
import secrets
import threading
import uuid
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from common import errors
from heat_engine.store import clock
from heat_engine.store.records import LocalUser
from heat_engine.store.session import Session
from heat_engine.store.tables import local_user

# RFC 7914 parameters: 16 MiB, five passes of it.
_COST, _BLOCK_SIZE, _PARALLELISM = 2**14, 8, 5
# Two users of the same project name get the same project id, on every machine.
_PROJECTS = uuid.UUID("5a0c6cbb-4b0f-4d2c-9d4e-0f1d8a3c7b62")


def add(
    session: Session, name: str, password: str, project_name: str, roles: Sequence[str]
) -> LocalUser:
    """A new user with a key pair. Raises ``Invalid`` when the name is taken or empty."""
    if not name or not password or not project_name:
        raise errors.Invalid(reason="a user needs a name, a password and a project")
    user = LocalUser(
        id=uuid.uuid4().hex,
        name=name,
        project_id=uuid.uuid5(_PROJECTS, project_name).hex,
        project_name=project_name,
        roles=tuple(roles),
        access=secrets.token_hex(16),
        secret=secrets.token_hex(32),
        created_at=clock.utc(),
    )
    row = {
        "id": user.id,
        "name": name,
        "password_hash": _hash(password),
        "project_id": user.project_id,
        "project_name": project_name,
        "roles": json.dumps(user.roles),
        "access": user.access,
        "secret": session.vault.encrypt(user.secret or ""),
        "created_at": user.created_at,
    }
    try:
        session.execute(insert(local_user), [row])
    except IntegrityError as error:
        raise errors.Invalid(reason=f"there is a user {name} already") from error
    return user


def authenticate(session: Session, name: str, password: str) -> LocalUser | None:
    """The user, if the password is right. Takes as long for a name that nobody has."""
    row = session.execute(select(local_user).where(local_user.c.name == name)).one_or_none()
    if not _verified.check(row.password_hash if row else _NOBODY, password) or row is None:
        return None
    return _user(session, row)


def by_access(session: Session, access: str) -> LocalUser | None:
    """The user with this EC2 access key."""
    return _one(session, local_user.c.access == access)


def by_name(session: Session, name: str) -> LocalUser | None:
    """The user with this name."""
    return _one(session, local_user.c.name == name)


def list(session: Session) -> builtins.list[LocalUser]:  # noqa: A001
    """All users by name."""
    rows = session.execute(select(local_user).order_by(local_user.c.name))
    return [_user(session, row) for row in rows]


def remove(session: Session, name: str) -> bool:
    """Delete a user; False when there is none of that name."""
    return session.execute(delete(local_user).where(local_user.c.name == name)).rowcount > 0


class Verified:
    """Passwords that were right a moment ago, so that scrypt is not run for every request.

    Kept as keyed digests of the password with the stored hash: a changed password is not known.
    """

    def __init__(self, size: int = 1024) -> None:
        self._size = size
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, stored: str, password: str) -> bool:
        """Whether ``password`` is what the hash ``stored`` was made of."""
        text = f"{stored}\n{password}".encode()
        digest = hmac.digest(self._key, text, "sha256")
        with self._lock:
            if digest in self._known:
                self._known.move_to_end(digest)
                return True
        if not _matches(stored, password):
            return False
        with self._lock:
            self._known[digest] = None
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return True


def _hash(password: str) -> str:
    salt = secrets.token_bytes(16)
    parameters = (_COST, _BLOCK_SIZE, _PARALLELISM)
    encoded = [b64encode(part).decode() for part in (salt, _scrypt(password, salt, *parameters))]
    return "$".join(["scrypt", *map(str, parameters), *encoded])


def _matches(stored: str, password: str) -> bool:
    _, cost, block_size, parallelism, salt, expected = stored.split("$")
    found = _scrypt(password, b64decode(salt), int(cost), int(block_size), int(parallelism))
    return hmac.compare_digest(found, b64decode(expected))


def _scrypt(password: str, salt: bytes, cost: int, block_size: int, parallelism: int) -> bytes:
    memory = 128 * block_size * (cost + parallelism + 2)
    return hashlib.scrypt(
        password.encode(), salt=salt, n=cost, r=block_size, p=parallelism, maxmem=memory
    )


_verified = Verified()
# What the password of an unknown user is checked against; made from nothing anybody can type.
_NOBODY = "$".join(
    [
        "scrypt",
        *map(str, (_COST, _BLOCK_SIZE, _PARALLELISM)),
        b64encode(secrets.token_bytes(16)).decode(),
        b64encode(secrets.token_bytes(64)).decode(),
    ]
)


def _one(session: Session, condition: ColumnElement[bool]) -> LocalUser | None:
    row = session.execute(select(local_user).where(condition)).one_or_none()
    return None if row is None else _user(session, row)


def _user(session: Session, row: Row[Any]) -> LocalUser:
    return LocalUser(
        id=row.id,
        name=row.name,
        project_id=row.project_id,
        project_name=row.project_name,
        roles=tuple(json.loads(row.roles)),
        access=row.access,
        secret=None if row.secret is None else session.vault.decrypt(row.secret),
        created_at=row.created_at,
    )
