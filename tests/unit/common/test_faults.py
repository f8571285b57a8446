from __future__ import annotations

import pytest
import webob.exc

from common import errors, faults


@pytest.mark.parametrize("name", sorted(errors.CATALOGUE))
def test_every_error_of_the_catalogue_has_a_document(name: str) -> None:
    kind = errors.CATALOGUE[name]
    status, document = faults.document(kind("what happened"))
    assert status == kind.http_status == document["code"]
    assert document["title"]
    assert document["explanation"]
    assert document["error"]["type"] == name
    assert "what happened" in document["error"]["message"]
    assert document["error"]["traceback"] is None


def test_an_error_of_webob_keeps_its_headers_and_words() -> None:
    answer = faults.response(webob.exc.HTTPMethodNotAllowed("no", headers={"Allow": "GET"}))
    assert (answer.status_int, answer.headers["Allow"]) == (405, "GET")
    assert answer.json["error"]["message"] == "no"


def test_anything_else_is_a_silent_500() -> None:
    status, document = faults.document(KeyError("secret"))
    assert status == 500
    assert "message" not in document["error"]
    assert "secret" not in str(document)
