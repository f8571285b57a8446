"""No authentication at all, for tests and closed machines (contract/native-api.md section 5.4)."""

from __future__ import annotations

import webob

from common import pipeline, wsgi
from common.auth import identity

ROLES = ["admin", "member", "reader"]


class NoAuth(wsgi.Middleware):
    """Everybody is an administrator of the project they name."""

    def process(self, request: webob.Request) -> None:
        identity.strip(request)
        user = request.headers.get("X-Auth-User") or "admin"
        project = request.headers.get("X-Auth-Project") or "admin"
        wsgi.new_context(
            request,
            user_id=user,
            user_name=user,
            project_id=project,
            project_name=project,
            roles=list(ROLES),
        )


def filter_factory(_global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``noauth``."""
    return NoAuth
