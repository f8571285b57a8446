"""OS::Heat::Value (contract/engine-semantics.md section 10.2)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from heat_engine.language.schema import Attribute, Kind, Property, one_of
from heat_engine.language.unknown import UNKNOWN, contains_unknown
from heat_engine.resources.protocol import Foreseeable, Progress, Request, done

BOOLEAN_WORDS = frozenset({"t", "true", "on", "y", "yes", "1", "f", "false", "off", "n", "no", "0"})


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_json(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return True
    try:
        return isinstance(json.loads(value), (dict, list))
    except (TypeError, ValueError):
        return False


FITS: Mapping[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, (str, int)),
    "number": _is_number,
    "comma_delimited_list": lambda value: isinstance(value, (str, list)),
    "json": _is_json,
    "boolean": lambda value: isinstance(value, bool) or str(value).lower() in BOOLEAN_WORDS,
}


class Value(Foreseeable):
    """Keeps a value, so that it is computed once and read at many places."""

    name = "OS::Heat::Value"
    description = "A resource which exposes its value property as an attribute."
    support_status = {"status": "SUPPORTED", "version": "7.0.0"}
    instant = True
    properties = {
        "type": Property(
            Kind.STRING,
            'What "value" must be fit for. It is only checked, never converted.',
            updatable=True,
            constraints=(one_of("string", "number", "comma_delimited_list", "json", "boolean"),),
        ),
        "value": Property(Kind.ANY, "The value to expose.", required=True, updatable=True),
    }
    attributes = {"value": Attribute("The value, as it was given.", Kind.ANY)}

    def validate(self, properties: Mapping[str, Any], stack_timeout: float) -> Sequence[str]:
        wanted, value = properties.get("type"), properties.get("value")
        if (
            wanted is None
            or wanted not in FITS
            or value is None
            or contains_unknown(value)
            or FITS[wanted](value)
        ):
            return ()
        return (f"The value is not a {wanted}.",)

    def create(self, request: Request) -> Progress:
        return done(
            physical_id=request.physical_name, attributes={"value": request.properties["value"]}
        )

    def adopt(self, request: Request) -> Progress:
        return self.create(request)

    def update(self, request: Request) -> Progress:
        return done(attributes={"value": request.properties["value"]})

    def foreseen(self, request: Request, attribute: str) -> Any:
        return request.properties["value"] if attribute == "value" else UNKNOWN

    def replace_failed(self, request: Request) -> bool:
        return False
