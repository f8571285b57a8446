"""Templates and maps of files, stored once under the hash of their content."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from common import errors
from heat_engine.store import clock
from heat_engine.store.session import Session
from heat_engine.store.tables import document
from heat_engine.store.writing import upsert

# Retention leaves a document alone for this long after it was last put, used or not, so that
# whoever put it has time to commit the row that uses it.
GRACE = timedelta(hours=1)

_PUT_AT = select(document.c.created_at).where(document.c.hash == bindparam("key"))
_BODY = select(document.c.body).where(document.c.hash == bindparam("key"))


def put(session: Session, value: Any) -> str:
    """Store a JSON value unless it is there; its hash. Members keep their order."""
    body = json.dumps(value, separators=(",", ":"))
    key = hashlib.sha256(body.encode()).hexdigest()
    now = clock.utc()
    stored = session.execute(_PUT_AT, {"key": key}).scalar()
    # A fresh one is not touched: stacks made from one template would queue for its row.
    if stored is None or stored < now - GRACE / 2:
        upsert(session, document, [{"hash": key, "body": body, "created_at": now}])
    return key


def get(session: Session, key: str) -> Any:
    """The JSON value that ``put`` stored. Raises ``EntityNotFound``."""
    body = session.execute(_BODY, {"key": key}).scalar()
    if body is None:
        raise errors.EntityNotFound(entity="Document", name=key)
    return json.loads(body)
