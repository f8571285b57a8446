"""Which version of the API a path means (contract/native-api.md section 2)."""

from __future__ import annotations

import re

import webob
import webob.exc

from common import pipeline, wsgi
from heat_api.openapi import document

_SEGMENT = re.compile(r"v(\d+)(?:\.(\d+))?\Z")
_ACCEPT = re.compile(r"application/vnd\.openstack\.orchestration-v(\d+)(?:\.(\d+))?\s*(?:;|,|\Z)")


def versions(request: webob.Request) -> wsgi.Application:
    """The versions document, status 300."""
    href = f"{request.application_url}/v1/"
    document = {
        "versions": [{"id": "v1.0", "status": "CURRENT", "links": [{"rel": "self", "href": href}]}]
    }
    return wsgi.json_response(document, 300)


def openapi(request: webob.Request) -> wsgi.Application:
    """The OpenAPI document: for everybody, and the same for everybody."""
    if request.method != "GET":
        headers = {"Allow": "GET"}
        if request.method == "OPTIONS":
            return webob.exc.HTTPNoContent(headers=headers)
        raise webob.exc.HTTPMethodNotAllowed(headers=headers)
    body, tag = document.text()
    answer = webob.Response(body=body, content_type="application/json", etag=tag)
    answer.cache_control = "public, max-age=3600"
    answer.conditional_response = True
    return answer


class VersionNegotiation(wsgi.Middleware):
    """Answers questions about versions and takes ``/v1`` off the path of everything else."""

    def process(self, request: webob.Request) -> wsgi.Application | None:
        try:
            path: str = request.path_info
        except UnicodeDecodeError:
            return webob.exc.HTTPBadRequest("The path is not valid UTF-8.")
        first = path.lstrip("/").partition("/")[0]
        # Some clients begin by asking /v1/ itself for a version document.
        if first in ("", "versions") or path in ("/v1", "/v1/", "/v1.0", "/v1.0/"):
            return versions(request)
        match = _SEGMENT.match(first)
        if match:
            if not _is_ours(match):
                return versions(request)
            request.path_info_pop()
            return openapi(request) if request.path_info == "/openapi.json" else None
        match = _ACCEPT.match(request.headers.get("Accept", ""))
        if match is None:
            return webob.exc.HTTPNotFound()
        if not _is_ours(match):
            return versions(request)
        return None


def filter_factory(_global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``versionnegotiation``."""
    return VersionNegotiation


def _is_ours(match: re.Match[str]) -> bool:
    return match[1] == "1" and (match[2] or "0") == "0"
