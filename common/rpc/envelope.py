"""What travels: JSON. A reply is ``{"ok": value}`` or ``{"error": HearthError.to_wire()}``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors

Reply = dict[str, Any]


def ok(value: Any) -> Reply:
    return {"ok": value}


def error(cause: errors.HearthError) -> Reply:
    return {"error": cause.to_wire()}


def unwrap(reply: Any) -> Any:
    """The value of a reply. Raises the error that the engine raised, rebuilt from the catalogue."""
    if isinstance(reply, Mapping):
        if "error" in reply:
            raise errors.HearthError.from_wire(reply["error"])
        if "ok" in reply:
            return reply["ok"]
    raise errors.InternalError()
