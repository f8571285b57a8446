"""Versions of the AWS interfaces (contract/aws-apis.md section 1.1)."""

from __future__ import annotations

import re

import webob
import webob.exc

from common import pipeline, wsgi

_SEGMENT = re.compile(r"v\d+(?:\.\d+)?\Z")
_OURS = ("v1", "v1.0")


class AwsVersions(wsgi.Middleware):
    """Takes the version off the path: ``/``, ``/v1`` and ``/v1/`` all reach the actions.

    A plain GET of ``/`` or ``/versions`` gets the versions document, status 300.
    """

    def process(self, request: webob.Request) -> wsgi.Application | None:
        try:
            path: str = request.path_info
        except UnicodeDecodeError:
            malformed: wsgi.Application = webob.exc.HTTPBadRequest("The path is not valid UTF-8.")
            return malformed
        first = path.lstrip("/").partition("/")[0]
        if first in _OURS:
            request.path_info_pop()
            return None
        if first == "" and (request.method == "POST" or _calls(request)):
            return None
        if first in ("", "versions") or _SEGMENT.match(first):
            return _versions(request)
        unknown: wsgi.Application = webob.exc.HTTPNotFound()
        return unknown


def filter_factory(_global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``awsversions``."""
    return AwsVersions


def _calls(request: webob.Request) -> bool:
    return "Action=" in request.query_string or "X-Amz-Target" in request.headers


def _versions(request: webob.Request) -> wsgi.Application:
    href = f"{request.application_url}/v1/"
    version = {"id": "v1.0", "status": "CURRENT", "links": [{"rel": "self", "href": href}]}
    return wsgi.json_response({"versions": [version]}, 300)
