"""Every property and attribute of our types is declared as the public types declare it."""

from __future__ import annotations

import pytest

from heat_engine.resources.registry import Registry
from heat_engine.resources.schema_view import resource_schema
from tests.contract.public_types import PUBLIC, unlike_attributes, unlike_properties

REGISTRY = Registry.default()
# Those that are ours alone, or that no public listing shows.
OURS = frozenset({"OS::Heat::ScaledResource"})
SHARED = sorted(set(REGISTRY.names()) - OURS)


def test_all_our_types_are_public_ones() -> None:
    assert set(SHARED) <= PUBLIC.keys()
    assert len(SHARED) > 30


@pytest.mark.parametrize("name", SHARED)
def test_properties(name: str) -> None:
    assert unlike_properties(REGISTRY.get(name)) == set()


@pytest.mark.parametrize("name", SHARED)
def test_attributes(name: str) -> None:
    assert unlike_attributes(REGISTRY.get(name)) == set()


@pytest.mark.parametrize("name", SHARED)
def test_properties_that_are_not_shown_are_known(name: str) -> None:
    kind = REGISTRY.get(name)
    for unseen in PUBLIC[name].get("properties_not_shown") or ():
        assert kind.properties[unseen].hidden or not kind.properties[unseen].implemented


@pytest.mark.parametrize("name", SHARED)
def test_support_status(name: str) -> None:
    ours = resource_schema(REGISTRY.get(name))["support_status"]
    wanted = PUBLIC[name]["support_status"]
    assert (ours["status"], ours["version"]) == (wanted["status"], wanted.get("version"))
