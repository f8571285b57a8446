"""Errors as the native API shows them (contract/native-api.md section 14)."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import webob
import webob.exc

from common import errors, pipeline, wsgi
from common.context import RequestContext

LOG = logging.getLogger(__name__)


def document(error: Exception, *, debug: bool = False) -> tuple[int, dict[str, Any]]:
    """Status and body for an error.

    An error of the catalogue or of webob shows its text; any other shows none. The traceback is
    text only with ``debug``.
    """
    details: dict[str, Any] = {"type": type(error).__name__, "traceback": None}
    status = 500
    if isinstance(error, errors.HearthError):
        status = error.http_status
        details["message"] = error.message
    elif isinstance(error, webob.exc.HTTPException):
        status = error.code
        details["message"] = error.detail or error.explanation
    # What a handler says in another class than the engine did keeps the places of the faults.
    told = error.__cause__ if isinstance(error, webob.exc.HTTPException) else error
    if isinstance(told, errors.HearthError) and told.problems:
        details["errors"] = [_problem(problem) for problem in told.problems]
    if debug:
        details["traceback"] = "".join(traceback.format_exception(error))
    http = webob.exc.status_map[status]
    return status, {
        "code": status,
        "title": http.title,
        "explanation": http.explanation,
        "error": details,
    }


def response(error: Exception, *, debug: bool = False) -> webob.Response:
    """The answer for an error; headers that webob's exception carries (Allow) are kept."""
    status, body = document(error, debug=debug)
    answer = wsgi.json_response(body, status)
    for name in ("Allow", "WWW-Authenticate"):
        if isinstance(error, webob.exc.HTTPException) and name in error.headers:
            answer.headers[name] = error.headers[name]
    return answer


class FaultWrapper(wsgi.Middleware):
    """Turns whatever is raised below it into an error document; the cause of a 500 is logged."""

    def __init__(self, application: wsgi.Application, *, debug: bool = False) -> None:
        super().__init__(application)
        self.debug = debug

    def process(self, request: webob.Request) -> wsgi.Application:
        # Until somebody is authenticated, log lines carry the request id alone.
        RequestContext(request_id=wsgi.request_id_of(request.environ))
        try:
            answer: wsgi.Application = request.get_response(self.application)
        except (errors.HearthError, webob.exc.HTTPException) as error:
            if isinstance(error, errors.InternalError):
                LOG.error("The engine failed; its log has the cause under the same request id.")
            return response(error, debug=self.debug)
        except Exception as error:
            LOG.exception("Unexpected error in %s %s", request.method, request.path)
            return response(error, debug=self.debug)
        return answer


def filter_factory(global_conf: dict[str, str], **_local: str) -> pipeline.Filter:
    """Paste filter ``faultwrap``."""
    debug = bool(pipeline.services(global_conf).conf.debug)
    return lambda application: FaultWrapper(application, debug=debug)


def _problem(problem: errors.Problem) -> dict[str, Any]:
    return {
        "error": problem.error,
        "path": errors.dotted(problem.path),
        "message": problem.message,
        "line": problem.line,
        "column": problem.column,
    }
