from __future__ import annotations

import re
from typing import Any

import pytest
import webob

from common import wsgi
from common.request_id import HEADER, RequestId

GIVEN = "req-01234567-89ab-cdef-0123-456789abcdef"


def application(environ: dict[str, Any], start_response: Any) -> Any:
    found = [environ[wsgi.REQUEST_ID], environ.get(wsgi.GLOBAL_REQUEST_ID)]
    headers = {"X-OpenStack-Request-Id": "of-another"} if environ["PATH_INFO"] == "/own" else {}
    return webob.Response(json=found, headers=headers)(environ, start_response)


def ask(path: str = "/", **headers: str) -> webob.Response:
    request = webob.Request.blank(path, headers=headers)
    return request.get_response(RequestId(application))


def test_each_request_has_an_id_of_its_own() -> None:
    first, second = ask(), ask()
    assert first.headers[HEADER] == first.json[0] != second.json[0]
    assert re.fullmatch(r"req-[0-9a-f-]{36}", first.json[0])
    assert first.json[1] is None


@pytest.mark.parametrize(("given", "kept"), [(GIVEN, GIVEN), (f"{GIVEN}0", None), ("me", None)])
def test_a_global_id_is_taken_over_when_it_is_one(given: str, kept: str | None) -> None:
    own, taken = ask(**{"X-OpenStack-Request-Id": given}).json
    assert taken == kept
    assert own != given


def test_what_says_its_id_is_left_alone() -> None:
    assert ask("/own").headers.getall(HEADER) == ["of-another"]
