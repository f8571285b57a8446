from __future__ import annotations

import json
from typing import Any

import pytest
import webob
import webob.exc
from hypothesis import given
from hypothesis import strategies as st

from common import errors, wsgi

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def request(body: bytes, content_type: str = "application/json") -> webob.Request:
    return webob.Request.blank("/", method="POST", body=body, content_type=content_type)


@given(st.dictionaries(st.text(), JSON))
def test_any_object_comes_through_or_is_refused(value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    try:
        assert wsgi.json_body(request(body), 10**6) == value
    except webob.exc.HTTPBadRequest:
        assert b"\\u0000" in body or b"Infinity" in body


@given(st.binary(max_size=60))
def test_garbage_is_never_a_fault_of_ours(noise: bytes) -> None:
    try:
        found = wsgi.json_body(request(b"{" + noise), 10**6)
    except webob.exc.HTTPBadRequest:
        return
    assert isinstance(found, dict)


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("", True),
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON", True),
        ("text/plain", True),
        ("text/plain;charset=x", True),
        ("application/xml", False),
        ("multipart/form-data", False),
    ],
)
def test_content_types(content_type: str, accepted: bool) -> None:
    found = wsgi.json_body(request(b'{"a": 1}', content_type), 100)
    assert found == ({"a": 1} if accepted else None)


def test_the_limit_is_in_bytes_and_inclusive() -> None:
    body = b'{"a": 1}'
    assert wsgi.json_body(request(body), len(body)) == {"a": 1}
    with pytest.raises(errors.RequestLimitExceeded):
        wsgi.json_body(request(body), len(body) - 1)


def test_characters_outside_ascii_are_escaped() -> None:
    answer = wsgi.json_response({"a": "ä"}, 201)
    assert (answer.status_int, answer.body) == (201, b'{"a": "\\u00e4"}')
    assert answer.headers["Content-Type"] == "application/json"
