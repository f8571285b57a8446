"""Filters of oslo.middleware. Loaded only where one of them is configured."""

from __future__ import annotations

from oslo_config import cfg
from oslo_middleware import CORS, HTTPProxyToWSGI
from oslo_middleware import cors as cors_options

from common.pipeline import Filter


def cors(conf: cfg.ConfigOpts) -> Filter:
    """Cross-origin requests, with the headers and methods of contract/native-api.md section 1."""
    cors_options.set_defaults(
        allow_headers=[
            "X-Auth-Token",
            "X-Identity-Status",
            "X-Roles",
            "X-Service-Catalog",
            "X-User-Id",
            "X-Tenant-Id",
            "X-OpenStack-Request-ID",
            "Last-Event-ID",  # of our own: a page of a browser goes on with its stream
        ],
        expose_headers=[
            "X-Auth-Token",
            "X-Subject-Token",
            "X-Service-Token",
            "X-OpenStack-Request-ID",
        ],
        allow_methods=["GET", "PUT", "POST", "DELETE", "PATCH"],
    )
    conf.register_opts(cors_options.OPTS, "cors")
    # Without an allowed origin the filter would only cost time.
    return lambda application: CORS(application, conf) if conf.cors.allowed_origin else application


def proxy(conf: cfg.ConfigOpts) -> Filter:
    """Where the client asked, as a proxy in front of us says; does nothing unless switched on."""
    probe = HTTPProxyToWSGI(None, conf)
    wanted = probe.oslo_conf.oslo_middleware.enable_proxy_headers_parsing
    return lambda application: HTTPProxyToWSGI(application, conf) if wanted else application
