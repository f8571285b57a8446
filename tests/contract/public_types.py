"""The public resource types as a real server shows them, and how ours compare with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heat_engine.resources.protocol import ResourceType
from heat_engine.resources.schema_view import resource_schema

PUBLIC: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "resource_types.json").read_text(encoding="utf-8")
)


def comparable(prop: Mapping[str, Any]) -> dict[str, Any]:
    """A property without its description; nested ones too. Falsehoods may be left out."""
    kept = {
        "type": prop["type"],
        "required": prop.get("required", False),
        "update_allowed": prop.get("update_allowed", False),
        "immutable": prop.get("immutable", False),
        "default": prop.get("default"),
        "constraints": sorted(
            json.dumps(rule, sort_keys=True) for rule in prop.get("constraints", ())
        ),
    }
    if "schema" in prop:
        kept["schema"] = {name: comparable(item) for name, item in prop["schema"].items()}
    return kept


def unlike_properties(kind: ResourceType) -> set[str]:
    """Properties that are missing, declared otherwise than in public, or ours alone."""
    ours = resource_schema(kind)["properties"]
    wanted = PUBLIC[kind.name]["properties"]
    return {
        name
        for name in ours.keys() | wanted.keys()
        if name not in ours
        or name not in wanted
        or comparable(ours[name]) != comparable(wanted[name])
    }


def unlike_attributes(kind: ResourceType) -> set[str]:
    """The same of attributes: name, type, and whether they are read anew each time."""
    known = kind.interface().attributes
    ours = resource_schema(kind)["attributes"]
    wanted = PUBLIC[kind.name]["attributes"]
    return {
        name
        for name in ours.keys() | wanted.keys()
        if name not in ours
        or name not in wanted
        or ours[name].get("type") != wanted[name].get("type")
        or (wanted[name].get("cache_mode") == "cache_none" and not known[name].live)
    }
