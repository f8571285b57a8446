from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.unit.language.helpers import value_of


@pytest.mark.parametrize(
    ("parts", "url"),
    [
        ({}, ""),
        ({"scheme": "http", "host": "h"}, "http://h"),
        ({"host": "h", "path": "a b"}, "//h/a%20b"),
        ({"path": "a"}, "a"),
        (
            {
                "scheme": "http",
                "username": "u@x",
                "password": "p/w",
                "host": "[::1]",
                "port": 80,
                "path": "/a/b",
                "query": {"k": "v w/x"},
                "fragment": "f",
            },
            "http://u%40x:p%2Fw@[::1]:80/a/b?k=v+w/x#f",
        ),
        ({"scheme": "http", "host": "::1", "port": "8080"}, "http://[::1]:8080"),
        ({"scheme": "http", "host": "h", "password": "p"}, "http://:p@h"),
        ({"scheme": "http", "host": "h", "username": "u", "port": ""}, "http://u@h"),
    ],
)
def test_make_url(parts: dict[str, Any], url: str) -> None:
    assert value_of({"make_url": parts}) == url


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ("x", 'The arguments to "make_url" must be a map'),
        ({"hostname": "h"}, 'Invalid arguments to "make_url": hostname'),
        ({"host": 5}, 'The "host" argument to "make_url" must be a string'),
        ({"query": "q"}, 'The "query" argument to "make_url" must be a map'),
        ({"port": "x"}, "Invalid URL port \"x\" for make_url called with {'port': 'x'}"),
        ({"port": 70000}, "Invalid URL port 70000, must be in range 1-65535"),
        ({"scheme": "a:b"}, "URL \"scheme\" should not contain ':'"),
        ({"host": {"get_param": "l"}}, 'The "host" argument to "make_url" must be a string'),
    ],
)
def test_faults(parts: Any, message: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        value_of({"make_url": parts}, parameters={"l": ["x"]})
    assert caught.value.problems[0].message == message
