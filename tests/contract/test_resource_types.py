"""Every property and attribute of our types is declared as the public types declare it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from heat_engine.resources.registry import Registry
from heat_engine.resources.schema_view import resource_schema

CONTRACT: dict[str, Any] = json.loads(
    (Path(__file__).parent / "resource_types.json").read_text(encoding="utf-8")
)
REGISTRY = Registry.default()


def comparable(prop: Mapping[str, Any]) -> dict[str, Any]:
    """A property without its description; nested ones too. The contract leaves some falsehoods
    of nested properties out."""
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


def test_contract_names_are_ours() -> None:
    assert set(CONTRACT) <= set(REGISTRY.names())


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_properties(name: str) -> None:
    ours = resource_schema(REGISTRY.get(name))["properties"]
    wanted = CONTRACT[name]["properties"]
    assert ours.keys() == wanted.keys()
    assert {key: comparable(ours[key]) for key in ours} == {
        key: comparable(wanted[key]) for key in wanted
    }


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_attributes(name: str) -> None:
    ours = resource_schema(REGISTRY.get(name))["attributes"]
    assert {key: value.get("type") for key, value in ours.items()} == CONTRACT[name]["attributes"]


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_hidden_properties_work_but_are_not_shown(name: str) -> None:
    kind = REGISTRY.get(name)
    for hidden in CONTRACT[name]["properties_not_shown"]:
        assert kind.properties[hidden].hidden


@pytest.mark.parametrize("name", sorted(CONTRACT))
def test_support_status(name: str) -> None:
    ours = resource_schema(REGISTRY.get(name))["support_status"]
    wanted = CONTRACT[name]["support_status"]
    assert {key: ours[key] for key in wanted} == wanted
