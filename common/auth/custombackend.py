"""Authentication by the engine's own user store (contract/native-api.md section 5.3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import webob

from common import pipeline, wsgi
from common.auth import identity
from common.auth.cache import IdentityCache
from common.context import RequestContext

CHALLENGE = 'Basic realm="Hearth", charset="UTF-8"'


def credentials_of(request: webob.Request) -> dict[str, str] | None:
    """User and password from headers or HTTP Basic, else a guest's token, else None."""
    headers = request.headers
    if headers.get("X-Auth-User"):
        return {
            "username": _text(headers["X-Auth-User"]),
            "password": _text(headers.get("X-Auth-Key", "")),
        }
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        return _basic(value.strip())
    if headers.get("X-Auth-Token"):
        return {"token": headers["X-Auth-Token"]}
    return None


def context_of(request: webob.Request, user: Mapping[str, Any]) -> RequestContext:
    """The context of somebody the engine knows; ``user`` is its ``authenticated_to_backend``."""
    return wsgi.new_context(
        request,
        user_id=user.get("user_id"),
        user_name=user.get("user_name"),
        project_id=user.get("project_id"),
        project_name=user.get("project_name"),
        roles=identity.with_implied(list(user.get("roles") or ())),
        guest_stack_id=user.get("guest_stack_id"),
        guest_resource=user.get("guest_resource"),
    )


class CustomBackendAuth(wsgi.Middleware):
    """Asks the engine who the caller is, or remembers."""

    def __init__(self, application: wsgi.Application, engine: wsgi.Engine) -> None:
        super().__init__(application)
        self.engine = engine
        self.cache = IdentityCache()

    def process(self, request: webob.Request) -> wsgi.Application | None:
        identity.strip(request)
        credentials = credentials_of(request)
        user = self._identify(request, credentials) if credentials else None
        if user is None:
            return identity.unauthorized(CHALLENGE)
        context_of(request, user)
        return None

    def _identify(
        self, request: webob.Request, credentials: dict[str, str]
    ) -> Mapping[str, Any] | None:
        user = self.cache.get(credentials)
        if user is None:
            context = RequestContext(request_id=wsgi.request_id_of(request.environ))
            user = self.engine.call(context, "authenticated_to_backend", credentials=credentials)
            if user:
                self.cache.put(credentials, user)
        return user or None


def filter_factory(global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``custombackendauth``."""
    engine = pipeline.services(global_conf).engine
    return lambda application: CustomBackendAuth(application, engine)


def _text(value: str) -> str:
    """WSGI shows the bytes of a header as latin-1; clients send UTF-8 if they can."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def _basic(value: str) -> dict[str, str] | None:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    username, colon, password = text.partition(":")
    return {"username": username, "password": password} if colon and username else None
