"""Inputs and outputs of software configs.

Source: contract/engine-semantics.md section 10.7, contract/native-api.md section 11.1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from heat_engine.language import properties
from heat_engine.language.schema import Kind, Property, one_of

Item = dict[str, Any]

TYPES = ("String", "Number", "CommaDelimitedList", "Json", "Boolean")
_COMMON = {
    "name": Property(Kind.STRING, "Name of the value.", required=True),
    "description": Property(Kind.STRING, "What the value is for."),
    "type": Property(
        Kind.STRING, "Type of the value.", default="String", constraints=(one_of(*TYPES),)
    ),
}
INPUT: Mapping[str, Property] = {
    **_COMMON,
    "default": Property(Kind.ANY, "Value where none is given."),
    "replace_on_change": Property(
        Kind.BOOLEAN, "Whether a deployment with another value is a new one.", default=False
    ),
}
OUTPUT: Mapping[str, Property] = {
    **_COMMON,
    "error_output": Property(
        Kind.BOOLEAN, "Whether the deployment has failed when there is a value.", default=False
    ),
}
INPUTS = Property(
    Kind.LIST, "Values that the config takes.", schema=Property(Kind.MAP, schema=INPUT)
)
OUTPUTS = Property(
    Kind.LIST, "Values that the config gives back.", schema=Property(Kind.MAP, schema=OUTPUT)
)
OPTIONS = Property(Kind.MAP, "Options for the tool that runs the config.")
GROUP = Property(Kind.STRING, "Tool that runs the config on a server.", default="Heat::Ungrouped")
_GIVEN_INPUT = {**INPUT, "value": Property(Kind.ANY, "The value itself.")}


def inputs(given: Any) -> list[Item]:
    """Inputs as they are stored. Raises ``StackValidationFailed`` with all that is wrong.

    A given ``value`` is kept, null too.
    """
    stored = []
    for item, full in _complete(_GIVEN_INPUT, given, "inputs"):
        kept = _compact(full)
        if not kept["replace_on_change"]:
            del kept["replace_on_change"]
        if "value" in item:
            kept["value"] = item["value"]
        stored.append(kept)
    return stored


def outputs(given: Any) -> list[Item]:
    """Outputs as they are stored. Raises ``StackValidationFailed`` with all that is wrong."""
    return [_compact(full) for _, full in _complete(OUTPUT, given, "outputs")]


def given_value(item: Mapping[str, Any]) -> Any:
    """The value of an input, or its default."""
    return item["value"] if "value" in item else item.get("default")


def coerced(item: Mapping[str, Any]) -> Any:
    """The value of an input in the input's type, as far as it can be read so."""
    value, kind = given_value(item), item.get("type") or "String"
    if value is None:
        return None
    try:
        if kind == "String":
            return value if isinstance(value, str) else _text(value)
        if kind == "Number" and isinstance(value, str):
            return int(value) if value.lstrip("-").isdigit() else float(value)
        if kind == "CommaDelimitedList" and isinstance(value, str):
            return [part.strip() for part in value.split(",")] if value else []
        if kind == "Json" and isinstance(value, str):
            return json.loads(value)
    except ValueError:
        return value
    if kind == "Boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def values(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Values of inputs by name."""
    return {str(item["name"]): given_value(item) for item in items}


def _text(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return str(value)
    return json.dumps(value)


def _complete(schema: Mapping[str, Property], given: Any, section: str) -> list[tuple[Any, Item]]:
    """Each item as given, and completed; a member that is null says nothing."""
    items = given or []
    if isinstance(items, list):
        items = [_compact(item) if isinstance(item, Mapping) else item for item in items]
    whole = {section: Property(Kind.LIST, schema=Property(Kind.MAP, schema=schema))}
    found = properties.complete(whole, {section: items})[section]
    return list(zip(given or [], found, strict=True))


def _compact(item: Mapping[str, Any]) -> Item:
    return {key: value for key, value in item.items() if value is not None}
