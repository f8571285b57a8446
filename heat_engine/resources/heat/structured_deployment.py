"""OS::Heat::StructuredDeployment (contract/engine-semantics.md section 10.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common import errors
from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Kind, Property, one_of
from heat_engine.resources.heat import software_inputs
from heat_engine.resources.heat.software_deployment import PROPERTIES, SoftwareDeployment
from heat_engine.resources.protocol import Request

STRICT = "STRICT"


class StructuredDeployment(SoftwareDeployment):
    """A deployment whose config is a map, with values put into it where it asks for inputs."""

    name = "OS::Heat::StructuredDeployment"
    description = "A structured config to be applied on a server, and what came of it."
    properties = {
        **PROPERTIES,
        "input_key": Property(
            Kind.STRING, "Key of the maps that ask for an input.", default="get_input"
        ),
        "input_values_validate": Property(
            Kind.STRING,
            "Whether an input that is asked for must be given.",
            default="LAX",
            constraints=(one_of("LAX", STRICT),),
        ),
    }

    def content(self, request: Request, source: Document, inputs: list[Document]) -> Any:
        values = {item["name"]: software_inputs.coerced(item) for item in inputs}
        strict = request.properties["input_values_validate"] == STRICT
        return _filled(source["config"], request.properties["input_key"], values, strict=strict)


def _filled(value: Any, key: str, values: Mapping[str, Any], *, strict: bool) -> Any:
    """``value`` with each map of exactly ``{key: name}`` replaced by the value of that name."""
    if isinstance(value, Mapping):
        if value.keys() == {key} and isinstance(value[key], str):
            if strict and value[key] not in values:
                raise errors.UserParameterMissing(key=value[key])
            return values.get(value[key])
        return {name: _filled(item, key, values, strict=strict) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, key, values, strict=strict) for item in value]
    return value
