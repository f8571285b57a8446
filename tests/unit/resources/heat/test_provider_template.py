"""The interface that a template has as a type, and how values pass into it."""

from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import properties
from heat_engine.language.schema import Kind
from heat_engine.language.template import parse
from heat_engine.language.unknown import UNKNOWN
from heat_engine.resources.heat.provider_template import ProviderTemplate

DOCUMENT = {
    "heat_template_version": "2018-08-31",
    "description": "A box.",
    "parameters": {
        "text": {"type": "string", "description": "What it says.", "immutable": True},
        "number": {"type": "number", "default": 1, "constraints": [{"range": {"max": 5}}]},
        "items": {"type": "comma_delimited_list", "default": []},
        "data": {"type": "json", "default": {}},
        "flag": {"type": "boolean", "default": False},
    },
    "resources": {},
    "outputs": {"said": {"value": 1, "description": "The word."}},
}
KIND = ProviderTemplate("My::Box", parse(DOCUMENT), mapping=("My::Box",))


def passed(**given: Any) -> dict[str, Any]:
    complete = properties.complete(KIND.properties, {"text": "x", **given})
    child = KIND.sample(complete, {})
    assert child is not None
    return dict(child.parameters)


def test_parameters_are_properties() -> None:
    kinds = {name: item.kind for name, item in KIND.properties.items()}
    assert kinds == {
        "text": Kind.STRING,
        "number": Kind.NUMBER,
        "items": Kind.LIST,
        "data": Kind.MAP,
        "flag": Kind.BOOLEAN,
    }
    assert [name for name, item in KIND.properties.items() if item.required] == ["text"]
    assert all(item.updatable and not item.immutable for item in KIND.properties.values())
    assert KIND.properties["text"].description == "What it says."
    assert len(KIND.properties["number"].constraints) == 1


def test_a_default_of_the_environment_makes_a_parameter_optional() -> None:
    kind = ProviderTemplate("My::Box", parse(DOCUMENT), defaults=["text"])
    assert not kind.properties["text"].required


def test_outputs_are_attributes() -> None:
    assert KIND.attributes["said"].description == "The word."
    assert KIND.interface().open_attributes


def test_what_is_not_given_is_not_passed() -> None:
    assert passed() == {"text": "x"}


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("items", ["a", None, 3], "a,,3"),
        ("items", [], ""),
        ("items", "a,b", "a,b"),
        ("items", [{"k": "v", "l": 2}, {"k": "w"}], ".member.0.k=v,.member.0.l=2,.member.1.k=w"),
        ("data", {"a": [1]}, {"a": [1]}),
        ("data", [1, 2], "[1, 2]"),
        ("data", '{"a": 1}', '{"a": 1}'),
        ("text", {"a": 1}, '{"a": 1}'),
        ("flag", True, True),
        ("text", UNKNOWN, UNKNOWN),
    ],
)
def test_values_pass_as_the_parameter_takes_them(name: str, given: Any, expected: Any) -> None:
    assert passed(**{name: given})[name] == expected
