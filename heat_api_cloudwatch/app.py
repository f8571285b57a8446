"""The application behind the filters."""

from __future__ import annotations

import webob.exc

from common import wsgi


class Application:
    """The CloudWatch API. Its filters refuse the actions it does not know."""

    def __call__(
        self, environ: wsgi.Environ, start_response: wsgi.StartResponse
    ) -> wsgi.AnswerBody:
        unknown: wsgi.Application = webob.exc.HTTPNotFound()
        return unknown(environ, start_response)


def app_factory(_global_conf: dict[str, str], **_local: str) -> Application:
    """Paste application ``heat_api_cloudwatch``."""
    return Application()
