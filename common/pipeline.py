"""Building the WSGI application of one API from etc/api-paste.ini.

PasteDeploy hands factories nothing but text. What they need as objects, the configuration and the
engine's client, they get with ``services(global_conf)``.
"""

from __future__ import annotations

import itertools
import os
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import webob.exc
from oslo_config import cfg
from paste import deploy

from common import options, wsgi
from common.request_id import RequestId
from common.rpc.news import News

Filter = Callable[[wsgi.Application], Any]

DEFAULT = "keystone"

_KEY = "hearth_services"
_numbers = itertools.count(1)
_registered: dict[str, Services] = {}


@dataclass(frozen=True, slots=True)
class Services:
    """What the parts of one application share."""

    conf: cfg.ConfigOpts
    engine: wsgi.Engine
    news: News | None = None


def load(
    paste_file: str,
    name: str,
    *,
    flavor: str | None,
    conf: cfg.ConfigOpts,
    engine: wsgi.Engine,
    news: News | None = None,
) -> wsgi.Application:
    """The application ``name`` (for example ``heat-api``) with its flavor's filters around it.

    paste_file: absolute path. flavor: ``custombackend``, ``standalone``, ``noauth``, or the default
    (Keystone tokens), which is None or ``keystone``. news: the engines' hints. Raises
    LookupError when the file has no such application.
    """
    options.register(conf)
    key = str(next(_numbers))
    _registered[key] = Services(conf, engine, news)
    full_name = name if flavor in (None, "", DEFAULT) else f"{name}-{flavor}"
    application: wsgi.Application = deploy.loadapp(
        f"config:{paste_file}", name=full_name, global_conf={_KEY: key}
    )
    return application


def services(global_conf: Mapping[str, str]) -> Services:
    """What ``load`` was given, for a paste factory."""
    return _registered[global_conf[_KEY]]


def cors_filter(global_conf: dict[str, str], **_local: str) -> Filter:
    """Paste filter ``cors``; nothing unless the operator configured it."""
    return _when_configured("cors", "cors", global_conf)


def request_id_filter(_global_conf: dict[str, str], **_local: str) -> Filter:
    """Paste filter ``request_id``."""
    return RequestId


def proxy_filter(global_conf: dict[str, str], **_local: str) -> Filter:
    """Paste filter ``http_proxy_to_wsgi``; nothing unless the operator switched it on."""
    return _when_configured("oslo_middleware", "proxy", global_conf)


def _when_configured(group: str, name: str, global_conf: Mapping[str, str]) -> Filter:
    """A filter of ``common.middleware``, by name: its library takes 2 MiB of each API and a tenth
    of its start, and few have any option of it set."""
    conf = services(global_conf).conf
    in_environment = any(item.startswith(f"OS_{group.upper()}__") for item in os.environ)
    if in_environment or conf.config_source or group in conf.list_all_sections():
        made: Filter = pkgutil.resolve_name(f"common.middleware:{name}")(conf)
        return made
    return lambda application: application


def by_path(loader: Any, global_conf: dict[str, str], **local: str) -> wsgi.Application:
    """Paste composite: each option is a path prefix and the application that answers it."""
    applications = {
        prefix.rstrip("/"): loader.get_app(name, global_conf=global_conf)
        for prefix, name in local.items()
    }
    longest_first = sorted(applications, key=len, reverse=True)

    def application(environ: dict[str, Any], start_response: wsgi.StartResponse) -> Any:
        path = environ.get("PATH_INFO", "")
        for prefix in longest_first:
            if path == prefix or path.startswith(f"{prefix}/") or not prefix:
                return applications[prefix](environ, start_response)
        return webob.exc.HTTPNotFound()(environ, start_response)

    return application
