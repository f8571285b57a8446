"""The application behind the filters: signals of guests, and the actions."""

from __future__ import annotations

import webob
import webob.exc
from routes import Mapper

from common import pipeline, wsgi
from heat_api_cfn.handlers import signals

HANDLERS = {"wait_condition": signals.wait_condition, "signal": signals.signal}


class Application:
    """The CloudFormation API with the callbacks of guests."""

    def __init__(self, services: pipeline.Services) -> None:
        self.services = services
        self.mapper = Mapper(controller_scan=None, explicit=True)
        self.mapper.minimization = False
        self._connect("/waitcondition/{arn:.*}", "PUT", "wait_condition")
        self._connect("/signal/{arn:.*}", "POST", "signal")
        self.mapper.create_regs([])

    def __call__(
        self, environ: wsgi.Environ, start_response: wsgi.StartResponse
    ) -> wsgi.AnswerBody:
        return self.answer(webob.Request(environ))(environ, start_response)

    def answer(self, request: webob.Request) -> wsgi.Application:
        found = self.mapper.match(request.path_info, request.environ)
        if not found:
            unknown: wsgi.Application = webob.exc.HTTPNotFound()
            return unknown
        limit = self.services.conf.max_json_body_size
        answer: wsgi.Application = HANDLERS[found["handler"]](
            request, self.services.engine, found["arn"], limit
        )
        return answer

    def _connect(self, path: str, method: str, handler: str) -> None:
        self.mapper.connect(None, path, conditions={"method": [method]}, handler=handler)


def app_factory(global_conf: dict[str, str], **_local: str) -> Application:
    """Paste application ``heat_api_cfn``."""
    return Application(pipeline.services(global_conf))
