from __future__ import annotations

import contextlib
from typing import Any

import pytest
import webob.exc
from hypothesis import given
from hypothesis import strategies as st

from heat_api.schemas import environment

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)


@pytest.mark.parametrize("nothing", [None, "", "  \n", {}, "{}", "# only words"])
def test_every_section_is_filled(nothing: Any) -> None:
    assert environment.complete(nothing) == {
        "parameters": {},
        "parameter_defaults": {},
        "resource_registry": {},
        "encrypted_param_names": [],
        "event_sinks": [],
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"parameters": {"day": "2026-01-02", "n": 1}}',
        "parameters:\n  day: 2026-01-02\n  n: 1\n",
        "{parameters: {day: 2026-01-02, n: 1}}",
    ],
)
def test_json_and_yaml_with_times_as_text(text: str) -> None:
    assert environment.complete(text)["parameters"] == {"day": "2026-01-02", "n": 1}


def test_aliases_within_reason() -> None:
    text = "parameters: {a: &x [1, 2], b: *x}"
    assert environment.complete(text)["parameters"] == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (BOMB, "too large"),
        ("parameters: &a {b: *a}", "too large"),
        ("[" * 5000, "Error parsing"),
        ("- " * 5000, "too large"),
        ("parameters: !!python/object/apply:os.system [ls]", "Error parsing"),
        ("parameters: {? [a] : b}", "unhashable key"),
        ("parameters: {a: !!set {x}}", "not JSON serializable"),
        ("parameters: {a: !!binary aGk=}", "not JSON serializable"),
        ("parameters: {a: .nan}", "not JSON compliant"),
        ("parameters: {a: 0x" + "f" * 20000 + "}", "Exceeds the limit"),
        ('parameters: {a: "\\0"}', "NUL"),
        ('parameters: {a: "\\ud800"}', "invalid Unicode"),
        ("5", "not a valid"),
        ("words", "not a valid"),
        (["a"], "not a valid"),
        (5, "not a valid"),
        ({"nonsense": {}}, "nonsense"),
        ({"parameters": None}, "parameters"),
        ({"parameters": []}, "parameters"),
        ({"event_sinks": {}}, "event_sinks"),
        ("parameters: {a: b}\n\x01", "Error parsing"),
    ],
    ids=lambda value: str(value)[:12].encode("ascii", "replace").decode(),
)
def test_bad_environments(value: Any, words: str) -> None:
    with pytest.raises(webob.exc.HTTPBadRequest, match=words):
        environment.complete(value)


@given(st.text(max_size=40))
def test_no_text_is_a_fault_of_ours(text: str) -> None:
    with contextlib.suppress(webob.exc.HTTPBadRequest):
        environment.complete(text)
