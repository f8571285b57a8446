"""Short ways to a bound template, for the tests of the language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.errors import Problem
from heat_engine.language import document, functions, template, validation
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.schema import Attribute, Kind, Property, TypeInterface, between
from heat_engine.language.scope import Static
from heat_engine.language.template import BoundTemplate

LATEST = "2021-04-16"
TYPES = {
    "T": TypeInterface(
        "T",
        properties={
            "value": Property(Kind.ANY),
            "text": Property(Kind.STRING),
            "size": Property(Kind.INTEGER, default=1, constraints=(between(0, 10),)),
        },
        attributes={"out": Attribute(), "tree": Attribute("", Kind.MAP)},
    ),
    "Needy": TypeInterface("Needy", {"must": Property(Kind.STRING, required=True)}, {}),
    "Open": TypeInterface("Open", {}, {}, open_properties=True, open_attributes=True),
}


class Living(Static):
    """A scope with answers: every resource's id is ``id-<name>``."""

    def __init__(self, **attributes: Any) -> None:
        self.values = attributes

    def reference_id(self, resource: str) -> Any:
        return f"id-{resource}"

    def attribute(self, resource: str, name: str) -> Any:
        return self.values.get(name)

    def attributes(self, resource: str) -> Any:
        return dict(self.values)

    def facade(self, key: str) -> Any:
        return f"parent's {key}"

    def availability_zones(self) -> Any:
        return ["nova"]

    def import_value(self, name: str) -> Any:
        return f"imported {name}"


def bind(
    text: str, user: Mapping[str, Any] | None = None, files: Mapping[str, str] | None = None
) -> BoundTemplate:
    """A template's text parsed and bound, with its source known."""
    data, source = document.load(text)
    parsed = template.parse(data, files or {}, source)
    names = pseudo(parsed.dialect, "stack", "9f0e", "project", modern=parsed.version.is_aws)
    return parsed.bind(Parameters.resolve(parsed.parameters, user or {}, {}, names))


def problems(text: str, user: Mapping[str, Any] | None = None) -> list[Problem]:
    return validation.validate(bind(text, user), TYPES.get)


def messages(text: str, user: Mapping[str, Any] | None = None) -> list[str]:
    return [str(problem) for problem in problems(text, user)]


def snippet(
    value: Any,
    *,
    version: str = LATEST,
    marker: str = "heat_template_version",
    parameters: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
    **sections: Any,
) -> BoundTemplate:
    """A template with one output ``o`` of this value and a resource ``r`` of type T."""
    hot = marker == "heat_template_version"
    declared = {
        name: {"type" if hot else "Type": _kind(item, hot)}
        for name, item in (parameters or {}).items()
    }
    data = {
        marker: version,
        "parameters" if hot else "Parameters": declared,
        "resources" if hot else "Resources": {"r": {"type" if hot else "Type": "T"}},
        "outputs" if hot else "Outputs": {"o": {"value" if hot else "Value": value}},
        **sections,
    }
    parsed = template.parse(data, files or {})
    names = pseudo(parsed.dialect, "stack", "9f0e", "project", modern=parsed.version.is_aws)
    return parsed.bind(Parameters.resolve(parsed.parameters, parameters or {}, {}, names))


def _kind(value: Any, hot: bool) -> str:
    if isinstance(value, bool):
        kind = "Boolean"
    elif isinstance(value, int | float):
        kind = "Number"
    else:
        kind = {"str": "String", "list": "CommaDelimitedList", "dict": "Json"}[type(value).__name__]
    return {"CommaDelimitedList": "comma_delimited_list"}.get(kind, kind.lower()) if hot else kind


def cfn_snippet(value: Any, **options: Any) -> BoundTemplate:
    return snippet(value, marker="AWSTemplateFormatVersion", version="2010-09-09", **options)


def value_of(value: Any, scope: Any = None, **options: Any) -> Any:
    """What a snippet resolves to; faults of form raise as the first resolution would."""
    bound = snippet(value, **options)
    return functions.resolve(bound.outputs["o"].value, scope or Living())


def cfn_value(value: Any, scope: Any = None, **options: Any) -> Any:
    marked = {"marker": "AWSTemplateFormatVersion", "version": "2010-09-09", **options}
    return value_of(value, scope, **marked)
