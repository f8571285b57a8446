from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from common.errors import EntityNotFound
from heat_engine.resources import registry as module
from heat_engine.resources.heat.value import Value
from heat_engine.resources.protocol import ResourceType
from heat_engine.resources.registry import Registry


class Extension(ResourceType):
    name = "Test::Extension"


def test_types_are_single_objects_under_their_names() -> None:
    registry = Registry.default()
    names = registry.names()
    assert names == sorted(names)
    assert "OS::Nova::Server" in names
    assert registry.get("OS::Heat::Value") is registry.get("OS::Heat::Value")
    assert isinstance(registry.get("OS::Heat::Value"), Value)


def test_an_unknown_type() -> None:
    registry = Registry.default()
    assert registry.interface("OS::Nope") is None
    with pytest.raises(EntityNotFound, match=r"The Resource Type \(OS::Nope\) could not be found."):
        registry.get("OS::Nope")


def test_interfaces_have_what_every_resource_has() -> None:
    registry = Registry.default()
    for name in registry.names():
        interface = registry.interface(name)
        assert interface is not None
        assert interface.attributes["show"].live


def test_installed_packages_may_add_types(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("extension", f"{__name__}:Extension", module.ENTRY_POINTS)
    monkeypatch.setattr(EntryPoint, "load", lambda self: Extension)
    monkeypatch.setattr(module, "entry_points", lambda *, group: [point])
    assert isinstance(Registry.default().get("Test::Extension"), Extension)


def test_updatable_and_immutable_exclude_each_other() -> None:
    registry = Registry.default()
    for name in registry.names():
        for prop in registry.get(name).properties.values():
            assert not (prop.updatable and prop.immutable)
