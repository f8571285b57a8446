"""User and password checked against Keystone (contract/native-api.md section 5.2)."""

from __future__ import annotations

import json

import webob
import webob.exc
from keystoneauth1 import access, exceptions, session
from keystoneauth1.identity import v3
from oslo_config import cfg

from common import pipeline, wsgi
from common.auth import guests, identity

TIMEOUT_SECONDS = 30

_REFUSED = (
    exceptions.Unauthorized,
    exceptions.Forbidden,
    exceptions.NotFound,
    exceptions.AuthorizationFailure,
)


class PasswordAuth(wsgi.Middleware):
    """Turns X-Auth-User and X-Auth-Key into a token scoped to the project in the path."""

    def __init__(self, application: wsgi.Application, conf: cfg.ConfigOpts) -> None:
        super().__init__(application)
        self.conf = conf

    def process(self, request: webob.Request) -> wsgi.Application | None:
        domain = request.headers.get("X-User-Domain-Id")
        identity.strip(request)
        url = request.headers.get("X-Auth-Url", "")
        refusal = self._refuse(request, url)
        if refusal is not None:
            return refusal
        try:
            user = self._authenticate(request, url, domain)
        except _REFUSED:
            return identity.unauthorized(f"Keystone uri='{url}'")
        except exceptions.ClientException:
            return webob.exc.HTTPServiceUnavailable("Keystone does not answer.")
        _set_identity(request, user)
        return None

    def _refuse(self, request: webob.Request, url: str) -> webob.exc.HTTPError | None:
        if self.conf.auth_password.multi_cloud:
            if not url:
                return webob.exc.HTTPBadRequest("X-Auth-Url header is needed.")
            if url not in self.conf.auth_password.allowed_auth_uris:
                return identity.unauthorized(f"Keystone uri='{url}'")
        headers = request.headers
        if not (headers.get("X-Auth-User") and headers.get("X-Auth-Key") and _project(request)):
            return identity.unauthorized(f"Keystone uri='{url}'")
        return None

    def _authenticate(
        self, request: webob.Request, url: str, domain: str | None
    ) -> access.AccessInfo:
        plugin = v3.Password(
            auth_url=url if url.rstrip("/").endswith("/v3") else f"{url.rstrip('/')}/v3",
            username=request.headers["X-Auth-User"],
            password=request.headers["X-Auth-Key"],
            user_domain_id=domain or "default",
            project_id=_project(request),
        )
        return plugin.get_access(session.Session(timeout=TIMEOUT_SECONDS))


def filter_factory(global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``authpassword``."""
    services = pipeline.services(global_conf)
    return lambda application: guests.GuestsFirst(
        application, PasswordAuth(application, services.conf), services.engine
    )


def _project(request: webob.Request) -> str:
    """The first segment of the path; version negotiation has taken the version away."""
    return request.path_info.strip("/").partition("/")[0]


def _set_identity(request: webob.Request, user: access.AccessInfo) -> None:
    catalog = user.service_catalog.catalog if user.has_service_catalog() else []
    values = {
        "X-Identity-Status": identity.CONFIRMED,
        "X-Auth-Token": user.auth_token,
        "X-User-Id": user.user_id,
        "X-User-Name": user.username,
        "X-User-Domain-Id": user.user_domain_id,
        "X-Project-Id": user.project_id,
        "X-Project-Name": user.project_name,
        "X-Project-Domain-Id": user.project_domain_id,
        "X-Roles": ",".join(user.role_names or ()),
        "X-Service-Catalog": json.dumps(catalog),
    }
    for name, value in values.items():
        if value:
            request.headers[name] = value
