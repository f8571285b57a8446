"""The template of a group: members of one kind, their values kept apart from it.

The template only names parameters; what the members are made with stands in the parameters of the
nested stack, which are encrypted where they are stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from heat_engine.resources.child import Child

PROPERTIES = "properties"
METADATA = "metadata"
# Parameters with this label are not shown, but what is in them is not secret as such.
LABEL = "Members of a group"


@dataclass(frozen=True, slots=True)
class Member:
    """What one member is made from, as data."""

    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] | None = None
    depends_on: tuple[str, ...] = ()


def template(
    members: Mapping[str, Member], version: str = "2015-04-30"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A document of these members and the parameters that go with it."""
    values = {name: dict(item.properties) for name, item in members.items()}
    extra = {name: dict(item.metadata) for name, item in members.items() if item.metadata}
    hidden = {"type": "json", "hidden": True, "default": {}, "label": LABEL}
    document: dict[str, Any] = {
        "heat_template_version": version,
        "parameters": {PROPERTIES: hidden, METADATA: hidden},
        "resources": {name: _body(name, item) for name, item in members.items()},
        "outputs": {
            "refs_map": {"value": {name: {"get_resource": name} for name in members}},
        },
    }
    return document, {PROPERTIES: values, METADATA: extra}


def _body(name: str, member: Member) -> dict[str, Any]:
    body: dict[str, Any] = {"type": member.type}
    if member.properties:
        body["properties"] = {"get_param": [PROPERTIES, name]}
    if member.metadata:
        body["metadata"] = {"get_param": [METADATA, name]}
    if member.depends_on:
        body["depends_on"] = list(member.depends_on)
    return body


def present(child: Child) -> dict[str, Member]:
    """The members that a nested stack was last asked to have."""
    values = child.parameters.get(PROPERTIES) or {}
    extra = child.parameters.get(METADATA) or {}
    return {
        name: Member(
            body["type"],
            values.get(name) or {},
            extra.get(name),
            tuple(body.get("depends_on") or ()),
        )
        for name, body in (child.template.get("resources") or {}).items()
    }


def sound(child: Child) -> dict[str, Member]:
    """Those of ``present`` that are there and have not failed.

    The others have to be made anyhow, so that nobody wants them made as they once were to be.
    """
    asked = present(child)
    return {name: asked[name] for name in resting(child, asked)}


def replaced(value: Any, word: str, text: str) -> Any:
    """``word`` replaced in all texts of a value, but not in the keys of its maps."""
    if isinstance(value, str):
        return value.replace(word, text)
    if isinstance(value, Mapping):
        return {key: replaced(item, word, text) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, word, text) for item in value]
    return value


def resting(child: Child, names: Iterable[str]) -> list[str]:
    """Those of these members that are there and have not failed."""
    states = child.members()
    return [name for name in names if name in states and not states[name].endswith("_FAILED")]


def by_number(names: Iterable[str]) -> Sequence[str]:
    """Names that are numbers in the order of numbers, the others behind them."""
    return sorted(names, key=lambda name: (0, int(name), "") if name.isdigit() else (1, 0, name))
