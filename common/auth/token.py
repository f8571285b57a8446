"""The context from what keystonemiddleware or the password filter has verified."""

from __future__ import annotations

from typing import Any

import webob
from keystonemiddleware import auth_token
from oslo_config import cfg

from common import pipeline, wsgi
from common.auth import identity


class ContextFilter(wsgi.Middleware):
    """Builds the request context from verified identity headers."""

    def process(self, request: webob.Request) -> None:
        identity.context_of_headers(request)


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
    for _group, offered in auth_token.list_opts():
        conf.register_opts(offered, "keystone_authtoken")
    return str(conf.keystone_authtoken.www_authenticate_uri or "")


def authtoken_filter(global_conf: dict[str, str], **local: str) -> pipeline.Filter:
    """Paste filter ``authtoken``: keystonemiddleware with our configuration."""
    conf = pipeline.services(global_conf).conf
    options: dict[str, Any] = {**local, "oslo_config_config": conf}
    return lambda application: auth_token.AuthProtocol(application, options)


def authurl_filter(global_conf: dict[str, str], **local: str) -> pipeline.Filter:
    """Paste filter ``authurl``; its own option ``auth_uri`` comes before the configuration."""
    conf = pipeline.services(global_conf).conf
    url = local.get("auth_uri") or keystone_url(conf)
    keep_callers = bool(conf.auth_password.multi_cloud)
    return lambda application: AuthUrl(application, url, keep_callers=keep_callers)


def context_filter(_global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``context``."""
    return ContextFilter
