"""Tags as AWS types have them: a list of maps with Key and Value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from heat_engine.language.schema import Kind, Property

TAGS = Property(
    Kind.LIST,
    "Names and values to put on it.",
    schema=Property(
        Kind.MAP,
        schema={
            "Key": Property(Kind.STRING, "Name.", required=True),
            "Value": Property(Kind.STRING, "Value.", required=True),
        },
    ),
)
UPDATABLE_TAGS = replace(TAGS, updatable=True)
FIXED_TAGS = replace(TAGS, immutable=True)


def mapping(tags: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """Tags as one map; of the same key the last one counts."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags or ()}


def labels(tags: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """Tags as services have them that know no values: ``key=value``."""
    return [f"{key}={value}" for key, value in mapping(tags).items()]
