"""The query parameters of operations: which of them a handler may read, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from heat_api.schemas import listing
from heat_api.schemas.values import LARGEST

_BOOLEAN = {"type": "string", "pattern": "^[Tt][Rr][Uu][Ee]$|^[Ff][Aa][Ll][Ss][Ee]$"}
_KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer", "minimum": 0, "maximum": LARGEST},
    "boolean": _BOOLEAN,
    "words": {"type": "string"},
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. kind: text, integer, boolean, words (comma-separated).

    many: every value counts when it is given several times, else the last one does.
    """

    name: str
    kind: str = "text"
    tells: str = ""
    many: bool = False
    choices: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The OpenAPI parameter object."""
        schema: dict[str, Any] = dict(_KINDS[self.kind])
        if self.choices:
            schema["enum"] = list(self.choices)
        if self.many:
            schema = {"type": "array", "items": schema}
        made: dict[str, Any] = {"name": self.name, "in": "query", "schema": schema}
        if self.tells:
            made["description"] = self.tells
        return made


def filters(names: Iterable[str], tells: str = "Only those with this value.") -> list[Parameter]:
    """Filters, each repeatable: any of the values given passes."""
    return [Parameter(name, tells=tells, many=True) for name in names]


def _sorting(keys: Iterable[str]) -> list[Parameter]:
    return [
        Parameter("sort_keys", tells=f"Any of {', '.join(keys)}; others are ignored.", many=True),
        Parameter("sort_dir", choices=("asc", "desc")),
    ]


PAGING = [
    Parameter("limit", "integer", "Items at most."),
    Parameter("marker", tells="Id of the item after which the page begins."),
]
_TAGS = [
    Parameter("tags", "words", "All of these tags."),
    Parameter("tags_any", "words", "Any of these tags."),
    Parameter("not_tags", "words", "Not all of these tags."),
    Parameter("not_tags_any", "words", "None of these tags."),
]
GLOBAL = Parameter("global_tenant", "boolean", "Of all projects; policy may forbid it.")
SHOW_NESTED = Parameter("show_nested", "boolean", "Nested stacks too.")
STACKS = [
    *PAGING,
    *_sorting(listing.STACK_SORT_KEYS),
    *filters(listing.STACK_FILTERS),
    *_TAGS,
    Parameter("show_deleted", "boolean", "Deleted stacks too."),
    SHOW_NESTED,
    Parameter("show_hidden", "boolean", "Stacks with a tag that hides them too."),
    GLOBAL,
    Parameter("with_count", "boolean", "Add how many there are in all."),
]
RESOURCES = [
    Parameter("nested_depth", "integer", "Resources of stacks nested so deep too."),
    Parameter("with_detail", "boolean", "Add description and attributes."),
    *filters(listing.RESOURCE_FILTERS),
]
EVENTS = [
    *PAGING,
    *_sorting(listing.EVENT_SORT_KEYS),
    Parameter("nested_depth", "integer", "Events of stacks nested so deep too."),
    *filters(listing.EVENT_FILTERS),
    Parameter("last_event_id", tells="As the header Last-Event-ID, for streams."),
]
RESOURCE_TYPES = [
    Parameter("name", tells="A regular expression that matches at the start of the name."),
    Parameter("version", tells="The version since when a type is supported."),
    Parameter("support_status", tells="UNKNOWN, SUPPORTED, DEPRECATED, UNSUPPORTED or HIDDEN."),
    Parameter("with_description", "boolean", "Add what each type is for."),
]
