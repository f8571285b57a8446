from __future__ import annotations

import copy
from typing import Any

import pytest

from heat_engine.language.unknown import ABSENT, UNKNOWN, contains_unknown


def test_unknown_stays_single_through_copies() -> None:
    assert copy.deepcopy({"a": [UNKNOWN]})["a"][0] is UNKNOWN
    assert repr(UNKNOWN) == "UNKNOWN"


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (UNKNOWN, True),
        ({"a": [1, {"b": UNKNOWN}]}, True),
        ({"a": [1, {"b": None}]}, False),
        (ABSENT, False),
        ("UNKNOWN", False),
    ],
)
def test_unknown_is_found_at_any_depth(value: Any, answer: bool) -> None:
    assert contains_unknown(value) is answer
