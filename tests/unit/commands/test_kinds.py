"""Types of resources by a goal's environment and files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common import errors
from heat_engine.commands.kinds import Kinds, compare
from heat_engine.language import environment
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.schema import Attribute, Kind, Property, TypeInterface
from heat_engine.resources.registry import Registry

REGISTRY = Registry.default()
BOX = json.dumps({"heat_template_version": "2018-08-31", "resources": {}})


def kinds(registry: dict[str, Any] | None = None, **files: str) -> Kinds:
    around = environment.parse({"parameters": {}, "resource_registry": registry or {}})
    return Kinds(REGISTRY, around, {f"{name}.yaml": text for name, text in files.items()})


def resource(type_name: str, name: str = "r") -> ResourceDefinition:
    return ResourceDefinition(name=name, type=type_name, path=("resources", name))


def test_the_engines_own_types_need_no_interface_of_their_own() -> None:
    assert kinds().interfaces({"r": resource("OS::Heat::Value")}) == ({}, [])


def test_a_template_is_read_once() -> None:
    found = kinds({"T": "box.yaml"}, box=BOX)
    assert found.wanted(resource("T")) is found.wanted(resource("T", "s"))


def test_what_cannot_be_read_is_told_with_the_templates_name() -> None:
    found = kinds({"T": "box.yaml"}, box="{")
    own, problems = found.interfaces({"r": resource("T"), "s": resource("absent.yaml", "s")})
    assert [problem.path for problem in problems] == [
        ("resources", "r<box.yaml>"),
        ("resources", "s<absent.yaml>"),
    ]
    assert own["r"].open_properties
    with pytest.raises(errors.HearthError):
        found.wanted(resource("T"))


def test_faults_of_a_templates_structure_have_their_lines_in_the_file() -> None:
    text = "heat_template_version: 2018-08-31\nresources:\n  db: {}\n  web: {type: T, x: 1}\n"
    found = kinds({"T": "box.yaml"}, box=text)
    (problem,) = found.interfaces({"r": resource("T")})[1]
    assert problem.message.splitlines() == [
        "Each resource must contain a type key. (in resources.db) (line 3, column 3 of box.yaml)",
        (
            '"x" is not a valid keyword inside a resource definition (in resources.web) '
            "(line 4, column 3 of box.yaml)"
        ),
    ]


def test_where_things_stand_in_the_file_of_a_template() -> None:
    found = kinds({"T": "box.yaml"}, box="heat_template_version: 2018-08-31\noutputs:\n")
    source = found.source(resource("T"))
    assert source is not None
    assert source.position(("outputs",)) == (2, 1)
    assert found.source(resource("OS::Heat::Value")) is None


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(errors.EntityNotFound):
        kinds().wanted(resource("No::Such"))


def interface(attributes: tuple[str, ...] = (), **properties: Property) -> TypeInterface:
    return TypeInterface("T", properties, {name: Attribute() for name in attributes})


STRING = Property(Kind.STRING)
NEEDED = Property(Kind.STRING, required=True)


@pytest.mark.parametrize(
    ("facade", "provider", "found"),
    [
        (interface(a=STRING), interface(a=STRING), []),
        (interface(a=STRING), interface(), []),
        (
            interface(a=NEEDED),
            interface(),
            ["Required property a for facade T missing in provider"],
        ),
        (
            interface(a=STRING),
            interface(a=Property(Kind.MAP)),
            ["Property a type mismatch between facade T (String) and provider (Map)"],
        ),
        (interface(a=Property(Kind.INTEGER)), interface(a=Property(Kind.NUMBER)), []),
        (
            interface(),
            interface(b=NEEDED),
            ["Provider requires property b unknown in facade T"],
        ),
        (
            interface(("x", "y", "z")),
            interface(("x",)),
            ["Attribute y for facade T missing in provider"],
        ),
    ],
)
def test_a_provider_looks_like_what_it_stands_for(
    facade: TypeInterface, provider: TypeInterface, found: list[str]
) -> None:
    assert compare(facade, provider) == found
