"""Errors as the two AWS interfaces show them (contract/aws-apis.md section 1.6)."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from xml.etree import ElementTree

import webob
import webob.exc

from common import errors, pipeline, wsgi
from common.context import RequestContext

FORM = "application/x-www-form-urlencoded"
# Beyond it a request is refused anyway; what it asks for is not worth reading it.
LARGEST_FORM = 1048576

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

LOG = logging.getLogger(__name__)

# What is a 4xx of its own in the native API is a plain 400, or a 403, here.
_STATUSES = {401: 403, 404: 400, 409: 400}
_CODES = {
    400: "InvalidParameterValue",
    401: "MissingAuthenticationToken",
    403: "AccessDenied",
    503: "ServiceUnavailable",
}


@dataclass(eq=False)
class AwsFault(Exception):
    """An error that only the AWS interfaces know."""

    code: str
    message: str
    status: int = 400


def fault_of(error: Exception) -> AwsFault:
    """Code, status and text for any error; errors that are none of ours show no text."""
    if isinstance(error, AwsFault):
        return error
    if isinstance(error, errors.HearthError):
        status = _STATUSES.get(error.http_status, error.http_status)
        return AwsFault(error.aws_code, error.message, status)
    if isinstance(error, webob.exc.HTTPException):
        code = _CODES.get(error.code, "InternalFailure")
        status = _STATUSES.get(error.code, error.code)
        return AwsFault(code, error.detail or error.explanation, status)
    return AwsFault("InternalFailure", errors.InternalError().message, 500)


def response(request: webob.Request, error: Exception, namespace: str) -> webob.Response:
    """The error document: XML, or JSON when the query says ContentType=JSON."""
    fault = fault_of(error)
    request_id = wsgi.request_id_of(request.environ) or ""
    details = {
        "Type": "Sender" if fault.status < 500 else "Server",
        "Code": fault.code,
        "Message": fault.message,
    }
    if wants_json(request):
        document = {"Error": details, "RequestId": request_id}
        answer = wsgi.json_response({"ErrorResponse": document, **document}, fault.status)
    else:
        answer = webob.Response(
            body=_xml(details, request_id, namespace),
            status=f"{fault.status} {fault.code}",
            content_type="text/xml",
            charset="UTF-8",
        )
    answer.headers["x-amzn-RequestId"] = request_id
    return answer


def wants_json(request: webob.Request) -> bool:
    """Whether the query or the form asks for JSON in the way old clients do."""
    try:
        if request.content_type == FORM and (request.content_length or 0) <= LARGEST_FORM:
            return bool(request.params.get("ContentType") == "JSON")
        return bool(request.GET.get("ContentType") == "JSON")
    except UnicodeDecodeError:
        return False


class AwsFaults(wsgi.Middleware):
    """Turns whatever is raised below it into an error document; the cause of a 500 is logged."""

    def __init__(self, application: wsgi.Application, namespace: str) -> None:
        super().__init__(application)
        self.namespace = namespace

    def process(self, request: webob.Request) -> wsgi.Application:
        RequestContext(request_id=wsgi.request_id_of(request.environ))
        try:
            answer: wsgi.Application = request.get_response(self.application)
        except Exception as error:
            if fault_of(error).code == "InternalFailure":
                LOG.exception("Unexpected error in %s %s", request.method, request.path)
            return response(request, error, self.namespace)
        return answer


def filter_factory(global_conf: dict[str, str], namespace: str, **_local: str) -> pipeline.Filter:
    """Paste filter; ``namespace`` is that of the service's XML."""
    return lambda application: AwsFaults(application, namespace)


def _xml(details: dict[str, str], request_id: str, namespace: str) -> bytes:
    root = ElementTree.Element("ErrorResponse", {"xmlns": namespace})
    error = ElementTree.SubElement(root, "Error")
    for name, text in details.items():
        ElementTree.SubElement(error, name).text = _printable(text)
    ElementTree.SubElement(root, "RequestId").text = request_id
    return ElementTree.tostring(root, encoding="utf-8")


def _printable(text: str) -> str:
    """XML cannot carry most control characters, however they are written."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
