"""The WSGI request as the three front ends see it, and the shapes of answers they share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import webob
import webob.exc

from common import errors
from common.context import RequestContext

CONTEXT = "hearth.context"
REQUEST_ID = "openstack.request_id"
# Of the service that asked us, so that its log and ours can be laid side by side.
GLOBAL_REQUEST_ID = "openstack.global_request_id"

StartResponse = Callable[..., Any]
Environ = dict[str, Any]
AnswerBody = Iterable[bytes]
Application = Callable[[Environ, StartResponse], AnswerBody]

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NUL = b"\\u0000"
_ACCEPTED_TYPES = ("", "application/json")


class Engine(Protocol):
    """What a front end needs of the RPC client."""

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any: ...


class Middleware:
    """A filter: answers itself or lets the application below answer.

    Unlike webob's ``wsgify`` it lets errors pass, so that the one fault filter sees them all.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> AnswerBody:
        answer = self.process(webob.Request(environ)) or self.application
        return answer(environ, start_response)

    def process(self, request: webob.Request) -> Application | None:
        """An answer (a webob response or exception), or None to go on."""
        raise NotImplementedError


def context_of(request: webob.Request) -> RequestContext:
    """The context that the authentication filter of the pipeline made."""
    context: RequestContext = request.environ[CONTEXT]
    return context


def request_id_of(environ: dict[str, Any]) -> str | None:
    """``req-<uuid>`` as given by the request id filter."""
    value = environ.get(REQUEST_ID)
    return str(value) if value else None


def new_context(request: webob.Request, **fields: Any) -> RequestContext:
    """Make the context of this request, known to the log of this thread from now on."""
    context = RequestContext(
        request_id=request_id_of(request.environ),
        global_request_id=request.environ.get(GLOBAL_REQUEST_ID),
        region_name=request.headers.get("X-Region-Name") or None,
        **fields,
    )
    request.environ[CONTEXT] = context
    return context


def json_response(value: Any, status: int = 200) -> webob.Response:
    """``value`` as a JSON document, characters outside ASCII escaped."""
    return webob.Response(
        body=json.dumps(value, default=str).encode(),
        status=status,
        content_type="application/json",
    )


def text_of(request: webob.Request, limit: int) -> bytes:
    """The raw body; raises ``RequestLimitExceeded`` beyond ``limit`` bytes."""
    length = request.content_length or 0
    if length > limit:
        raise errors.RequestLimitExceeded(
            limit=f"JSON body size ({length} bytes) exceeds maximum allowed size ({limit} bytes)."
        )
    body: bytes = request.body if length else b""
    return body


def parse_json(body: bytes) -> dict[str, Any]:
    """A JSON object from text that begins with ``{``; raises HTTPBadRequest with the cause."""
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        raise webob.exc.HTTPBadRequest("The JSON document is nested too deeply.") from None
    except ValueError as error:
        raise webob.exc.HTTPBadRequest(str(error)) from None
    if _NUL in body:
        raise webob.exc.HTTPBadRequest("The JSON document holds a NUL character.")
    if _SURROGATE.search(body) and not _encodable(value):
        raise webob.exc.HTTPBadRequest("The JSON document holds half of a surrogate pair.")
    document: dict[str, Any] = value
    return document


def json_body(request: webob.Request, limit: int) -> dict[str, Any] | None:
    """The request's JSON object, None when there is none (contract/native-api.md section 3)."""
    content_type = (request.content_type or "").lower()
    if content_type not in _ACCEPTED_TYPES and not content_type.startswith("text/plain"):
        return None
    body = text_of(request, limit)
    return parse_json(body) if body.startswith(b"{") else None


def _encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")
