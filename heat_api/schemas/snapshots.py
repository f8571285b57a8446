"""The body of a request to make a snapshot (contract/native-api.md section 8.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import webob.exc


def name(body: Mapping[str, Any]) -> str | None:
    """The name that the snapshot shall have, if any."""
    given = body.get("name")
    if given is not None and not isinstance(given, str):
        raise webob.exc.HTTPBadRequest("The name of a snapshot must be text")
    return given
