"""Reading fields of bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local import fields


@pytest.mark.parametrize(
    ("read", "value", "problem"),
    [
        (fields.text, 1, "must be text, not int"),
        (fields.text, "x" * 65537, "is longer than 65536 characters"),
        (fields.required, "", "is required"),
        (fields.required, None, "is required"),
        (fields.integer, None, "is required"),
        (fields.integer, "x", "'x' is not a number"),
        (fields.integer, -1, "-1 is less than 0"),
        (fields.mapping, [], "must be a mapping"),
        (fields.entries, {}, "must be a list of mappings"),
        (fields.entries, ["x"], "must be a list of mappings"),
    ],
)
def test_errors_name_the_field(read: Callable[..., Any], value: Any, problem: str) -> None:
    with pytest.raises(CloudError) as raised:
        read({"size": value}, "volumes", "size")
    assert raised.value.kind == "invalid"
    assert str(raised.value) == f"volumes.size: {problem}"


def test_defaults() -> None:
    assert fields.text({}, "a", "b", "c") == "c"
    assert fields.integer({"b": "7"}, "a", "b") == 7
    assert fields.integer({}, "a", "b", default=3) == 3
    assert fields.mapping({}, "a", "b") == {}
    assert fields.entries({"b": [{"c": 1}]}, "a", "b") == [{"c": 1}]
