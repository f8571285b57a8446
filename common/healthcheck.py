"""Whether a process lives and whether it can serve: for load balancers and supervisors."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late

import webob
import webob.exc

from common import errors, pipeline, wsgi
from common.context import RequestContext

LOG = logging.getLogger(__name__)

ENGINE_SECONDS = 2.0


class HealthCheck:
    """``/healthcheck`` and ``/healthcheck/live``: this process answers. ``/healthcheck/ready``: an
    engine answers too, and the database answers the engine, else 503. Plain text, empty when
    healthy.

    At most one question to the engine is under way, so that probes cannot pile up behind an engine
    that is gone.
    """

    def __init__(self, engine: wsgi.Engine, seconds: float = ENGINE_SECONDS) -> None:
        self._engine = engine
        self._seconds = seconds
        self._lock = threading.Lock()
        self._asked: Future[str] | None = None

    def __call__(
        self, environ: wsgi.Environ, start_response: wsgi.StartResponse
    ) -> wsgi.AnswerBody:
        return self._answer(webob.Request(environ))(environ, start_response)

    def _answer(self, request: webob.Request) -> wsgi.Application:
        if request.method not in ("GET", "HEAD"):
            refused: wsgi.Application = webob.exc.HTTPMethodNotAllowed(
                headers={"Allow": "GET,HEAD"}
            )
            return refused
        check = request.environ["PATH_INFO"].removeprefix("/healthcheck").strip("/")
        if check not in ("", "live", "ready"):
            unknown: wsgi.Application = webob.exc.HTTPNotFound()
            return unknown
        reason = self._engine_fault() if check == "ready" else ""
        answer: wsgi.Application = webob.Response(
            body=reason.encode(), status=503 if reason else 200, content_type="text/plain"
        )
        return answer

    def _engine_fault(self) -> str:
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                # A daemon, so that a question without an answer does not keep the process alive.
                threading.Thread(
                    target=self._ask, args=(self._asked,), name="healthcheck", daemon=True
                ).start()
            asked = self._asked
        try:
            return asked.result(self._seconds)
        except Late:
            return "No engine answers, or the database does not answer it."

    def _ask(self, answer: Future[str]) -> None:
        try:
            self._engine.call(RequestContext(overwrite=False), "list_services")
        except errors.HearthError as error:
            answer.set_result(error.message)
        except Exception:
            LOG.exception("The engine could not be asked")
            answer.set_result("The engine could not be asked.")
        else:
            answer.set_result("")


def app_factory(global_conf: dict[str, str], **_local: str) -> HealthCheck:
    """Paste application ``healthcheck``."""
    return HealthCheck(pipeline.services(global_conf).engine)
