from __future__ import annotations

from xml.etree import ElementTree

import pytest
import webob
import webob.exc

from common import errors
from common.aws import faults

SPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.EntityNotFound(entity="Stack", name="x"), 400, "ValidationError"),
        (errors.StackValidationFailed("x"), 400, "ValidationError"),
        (errors.StackExists(stack_name="x"), 400, "AlreadyExistsException"),
        (errors.ActionInProgress(stack_name="x", action="UPDATE"), 400, "InvalidAction"),
        (errors.Forbidden(action="x"), 403, "AccessDenied"),
        (errors.SignatureDoesNotMatch(), 403, "SignatureDoesNotMatch"),
        (errors.NotAuthenticated(), 403, "InvalidClientTokenId"),
        (errors.ServiceUnavailable(), 503, "ServiceUnavailable"),
        (errors.InternalError(), 500, "InternalFailure"),
        (webob.exc.HTTPBadRequest("x"), 400, "InvalidParameterValue"),
        (faults.AwsFault("IncompleteSignature", "x"), 400, "IncompleteSignature"),
        (KeyError("secret"), 500, "InternalFailure"),
    ],
)
def test_codes(error: Exception, status: int, code: str) -> None:
    fault = faults.fault_of(error)
    assert (fault.status, fault.code) == (status, code)
    assert "secret" not in fault.message


@pytest.mark.parametrize("text", ["<&>", "a\x00b", "\ud800", "\uffff", "ä\N{GRINNING FACE}", "\n"])
def test_any_text_makes_a_document(text: str) -> None:
    answer = faults.response(webob.Request.blank("/"), faults.AwsFault("X", text), SPACE)
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    document = ElementTree.fromstring(answer.body)
    message = document.findtext(f"{{{SPACE}}}Error/{{{SPACE}}}Message")
    assert message is not None
    assert len(message) == len(text)
