"""The context from what keystonemiddleware or the password filter has verified."""

from __future__ import annotations

from typing import Any

import webob
from keystonemiddleware import auth_token
from oslo_config import cfg

from common import pipeline, wsgi
from common.auth import custombackend, guests, identity
from common.auth.cache import TokenCache
from common.context import RequestContext

_CACHE = "hearth.tokens"


class Remembering(wsgi.Middleware):
    """Offers keystonemiddleware a cache, which it looks for in the environment of requests."""

    def __init__(self, application: wsgi.Application) -> None:
        super().__init__(application)
        self.cache = TokenCache()

    def process(self, request: webob.Request) -> None:
        request.environ[_CACHE] = self.cache


class ContextFilter(wsgi.Middleware):
    """Builds the request context from verified identity headers, or from what the engine said."""

    def __init__(self, application: wsgi.Application, engine: wsgi.Engine, challenge: str) -> None:
        super().__init__(application)
        self.engine = engine
        self.challenge = challenge

    def process(self, request: webob.Request) -> wsgi.Application | None:
        guest = guests.known(request)
        if guest is not None:
            custombackend.context_of(request, guest)
            return None
        if request.headers.get("X-Identity-Status") != identity.CONFIRMED:
            return identity.unauthorized(self.challenge)
        context = identity.context_of_headers(request)
        if context.is_guest:
            self._place(context)
        return None

    def _place(self, context: RequestContext) -> None:
        """Which resource a guest from Keystone belongs to, and so which project it works in."""
        asking = RequestContext(request_id=context.request_id, overwrite=False)
        place = self.engine.call(
            asking,
            "identify_guest",
            user_name=context.user_name,
            user_domain_id=context.user_domain_id,
        )
        if place:
            context.guest_stack_id = place["guest_stack_id"]
            context.guest_resource = place["guest_resource"]
            context.guest_project_id = context.project_id
            context.project_id = place["project_id"]


class AuthUrl(wsgi.Middleware):
    """Tells the filters below which Keystone to ask; a caller's own X-Auth-Url counts only in
    multi-cloud installations (contract/native-api.md section 5.2)."""

    def __init__(self, application: wsgi.Application, url: str, *, keep_callers: bool) -> None:
        super().__init__(application)
        self.url = url
        self.keep_callers = keep_callers

    def process(self, request: webob.Request) -> None:
        if not self.keep_callers:
            request.headers["X-Auth-Url"] = self.url


def keystone_url(conf: cfg.ConfigOpts) -> str:
    """``[clients_keystone] auth_uri``, else ``[keystone_authtoken] www_authenticate_uri``."""
    if conf.clients_keystone.auth_uri:
        return str(conf.clients_keystone.auth_uri)
    return str(_authtoken_options(conf).www_authenticate_uri or "")


def _authtoken_options(conf: cfg.ConfigOpts) -> Any:
    for _group, offered in auth_token.list_opts():
        conf.register_opts(offered, "keystone_authtoken")
    return conf.keystone_authtoken


def authtoken_filter(global_conf: dict[str, str], **local: str) -> pipeline.Filter:
    """Paste filter ``authtoken``: keystonemiddleware with our configuration; guests pass it.

    What it learns of tokens is kept in this process, unless the operator has named a place.
    """
    services = pipeline.services(global_conf)
    known = _authtoken_options(services.conf)
    elsewhere = any(local.get(name) or known[name] for name in ("memcached_servers", "cache"))
    options: dict[str, Any] = {**local, "oslo_config_config": services.conf}
    if not elsewhere:
        options["cache"] = _CACHE

    def around(application: wsgi.Application) -> wsgi.Application:
        checked = auth_token.AuthProtocol(application, dict(options))
        filtered = checked if elsewhere else Remembering(checked)
        return guests.GuestsFirst(application, identity.Stripped(filtered), services.engine)

    return around


def authurl_filter(global_conf: dict[str, str], **local: str) -> pipeline.Filter:
    """Paste filter ``authurl``; its own option ``auth_uri`` comes before the configuration."""
    conf = pipeline.services(global_conf).conf
    url = local.get("auth_uri") or keystone_url(conf)
    keep_callers = bool(conf.auth_password.multi_cloud)
    return lambda application: AuthUrl(application, url, keep_callers=keep_callers)


def context_filter(global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``context``."""
    services = pipeline.services(global_conf)
    challenge = f'Keystone uri="{keystone_url(services.conf)}"'
    return lambda application: ContextFilter(application, services.engine, challenge)
