"""An id for each request: in its environment, its log lines and its answer."""

from __future__ import annotations

import re
from typing import Any

from oslo_context.context import generate_request_id

from common import wsgi

HEADER = "x-openstack-request-id"

_FORM = re.compile(r"req-[a-f0-9]{8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}")


class RequestId:
    """Filter: makes the request's own id, and takes over the global one that came with it."""

    def __init__(self, application: wsgi.Application) -> None:
        self.application = application

    def __call__(
        self, environ: wsgi.Environ, start_response: wsgi.StartResponse
    ) -> wsgi.AnswerBody:
        given = environ.get("HTTP_X_OPENSTACK_REQUEST_ID", "")
        if _FORM.fullmatch(given):
            environ[wsgi.GLOBAL_REQUEST_ID] = given
        made = environ[wsgi.REQUEST_ID] = generate_request_id()

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if not any(name.lower() == HEADER for name, _value in headers):
                headers = [*headers, (HEADER, made)]
            return start_response(status, headers, *rest)

        return self.application(environ, start)
