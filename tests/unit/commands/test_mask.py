"""What people read holds no secret."""

from __future__ import annotations

from typing import Any

import pytest

from heat_engine.commands import mask
from heat_engine.language import template
from heat_engine.language.parameters import Parameters

TEMPLATE: dict[str, Any] = {
    "heat_template_version": "2018-08-31",
    "parameters": {
        "word": {"type": "string", "hidden": True},
        "words": {"type": "comma_delimited_list", "hidden": True},
        "tree": {"type": "json", "hidden": True},
        "open": {"type": "string", "default": "anyone"},
    },
}
GIVEN = {"word": "swordfish", "words": "one-time,pad-page", "tree": {"a": [{"b": "leaf-word"}, 12]}}


@pytest.fixture
def parameters() -> Parameters:
    return Parameters.resolve(template.parse(TEMPLATE).parameters, GIVEN)


def test_the_longest_secret_is_covered_first() -> None:
    assert mask.masked("abcd abcdefg", ["abcd", "abcdefg"]) == "****** ******"


def test_a_short_secret_stands_in_too_many_places() -> None:
    assert mask.masked("a cat sat", ["cat", ""]) == "a cat sat"


def test_secrets_within_data() -> None:
    given = {"swordfish": ["say swordfish", {"n": 12345, "b": True, "none": None}], "x": 1.5}
    assert mask.masked_within(given, {"swordfish", "12345", "True"}) == {
        "******": ["say ******", {"n": "******", "b": True, "none": None}],
        "x": 1.5,
    }


def test_parts_of_hidden_parameters_are_secrets_too(parameters: Parameters) -> None:
    secrets = mask.of_parameters(parameters)
    assert {"swordfish", "one-time", "pad-page", "leaf-word", "12"} <= secrets
    assert "anyone" not in secrets


def test_hidden_parameters_of_an_environment() -> None:
    schemas = template.parse(TEMPLATE).parameters
    given = {"parameters": {"word": "x", "open": "y"}, "parameter_defaults": {"tree": {}}}
    assert mask.hide_parameters({**given, "event_sinks": []}, schemas) == {
        "parameters": {"word": "******", "open": "y"},
        "parameter_defaults": {"tree": "******"},
        "event_sinks": [],
    }


def test_what_an_environment_gives_to_hidden_parameters() -> None:
    schemas = template.parse(TEMPLATE).parameters
    given = {
        "parameters": {"word": "x-word", "open": "y"},
        "parameter_defaults": {"tree": {"a": 7}},
    }
    assert mask.of_environment(given, schemas) == {"x-word", "7"}
    assert mask.of_environment({}, schemas) == set()
