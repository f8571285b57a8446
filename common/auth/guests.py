"""Guests of the engine's own before filters that know only Keystone's users (design section 6).

A guest's token and access key tell by their first characters what they are, so that no request of
anybody else costs a call of the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import webob

from common import wsgi
from common.auth import identity
from common.auth.cache import IdentityCache
from common.context import GUEST_ACCESS, GUEST_TOKEN, RequestContext

_KEY = "hearth.guest"
CHALLENGE = "Guest"


def known(request: webob.Request) -> Mapping[str, Any] | None:
    """The guest that a filter before has found out, as ``authenticated_to_backend`` tells it."""
    guest: Mapping[str, Any] | None = request.environ.get(_KEY)
    return guest


def is_key(access: str) -> bool:
    """Whether an EC2 access key is a guest's."""
    return access.startswith(GUEST_ACCESS)


def authenticate(
    request: webob.Request, engine: wsgi.Engine, credentials: Mapping[str, Any]
) -> bool:
    """Ask the engine; whether it knows the guest, which then is ``known``."""
    context = RequestContext(request_id=wsgi.request_id_of(request.environ))
    user = engine.call(context, "authenticated_to_backend", credentials=dict(credentials))
    if user:
        request.environ[_KEY] = user
    return bool(user)


class GuestsFirst(wsgi.Middleware):
    """Lets guests go around a filter, with whoever else going through it."""

    def __init__(
        self, application: wsgi.Application, filtered: wsgi.Application, engine: wsgi.Engine
    ) -> None:
        """application: what is behind the filter. filtered: the filter around it."""
        super().__init__(application)
        self.filtered = filtered
        self.engine = engine
        self.cache = IdentityCache()

    def process(self, request: webob.Request) -> wsgi.Application | None:
        if known(request) is not None:
            identity.strip(request)
            return None
        token = request.headers.get("X-Auth-Token", "")
        if not token.startswith(GUEST_TOKEN):
            return self.filtered
        credentials = {"token": token}
        remembered = self.cache.get(credentials)
        if remembered is not None:
            request.environ[_KEY] = remembered
        elif authenticate(request, self.engine, credentials):
            self.cache.put(credentials, request.environ[_KEY])
        else:
            return identity.unauthorized(CHALLENGE)
        identity.strip(request)
        return None
