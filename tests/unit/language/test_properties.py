from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import properties
from heat_engine.language.schema import Kind, Property, between, length, one_of
from heat_engine.language.unknown import UNKNOWN

PATH = ("resources", "r", "properties")


def faults(item: Property, given: Any) -> list[str]:
    return [str(problem) for problem in properties.check({"p": item}, {"p": given}, PATH)]


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        (Kind.STRING, "x", "x"),
        (Kind.STRING, True, "True"),
        (Kind.STRING, 5, "5"),
        (Kind.INTEGER, "5", 5),
        (Kind.INTEGER, 5.5, 5),
        (Kind.INTEGER, True, 1),
        (Kind.NUMBER, "5", 5),
        (Kind.NUMBER, "5.5", 5.5),
        (Kind.NUMBER, 5.5, 5.5),
        (Kind.BOOLEAN, "TRUE", True),
        (Kind.BOOLEAN, False, False),
        (Kind.MAP, {"a": 1}, {"a": 1}),
        (Kind.LIST, [1], [1]),
        (Kind.ANY, {"a": [1]}, {"a": [1]}),
        (Kind.INTEGER, UNKNOWN, UNKNOWN),
    ],
)
def test_coercion(kind: Kind, given: Any, value: Any) -> None:
    completed = properties.complete({"p": Property(kind)}, {"p": given})
    assert completed == {"p": value}
    assert type(completed["p"]) is type(value)


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        (Kind.STRING, 1.5, "Value must be a string; got 1.5"),
        (Kind.STRING, ["x"], "Value must be a string; got ['x']"),
        (Kind.INTEGER, "5.5", "Value '5.5' is not an integer"),
        (Kind.INTEGER, "", "Value '' is not an integer"),
        (Kind.INTEGER, float("inf"), "Value 'inf' is not an integer"),
        (Kind.NUMBER, "x", "could not convert string to float: 'x'"),
        (Kind.BOOLEAN, "Yes", '"yes" is not a valid boolean'),
        (Kind.BOOLEAN, 1, '"1" is not a valid boolean'),
        (Kind.MAP, [1], '"[1]" is not a map'),
        (Kind.LIST, "x", "\"'x'\" is not a list"),
    ],
)
def test_values_of_another_type(kind: Kind, given: Any, message: str) -> None:
    assert faults(Property(kind), given) == [f"Property error: resources.r.properties.p: {message}"]


@pytest.mark.parametrize(
    ("kind", "zero"),
    [
        (Kind.STRING, ""),
        (Kind.INTEGER, 0),
        (Kind.NUMBER, 0),
        (Kind.BOOLEAN, False),
        (Kind.MAP, {}),
        (Kind.LIST, []),
        (Kind.ANY, None),
    ],
)
def test_null_is_the_types_zero_and_satisfies_required(kind: Kind, zero: Any) -> None:
    schema = {"p": Property(kind, required=True)}
    assert properties.complete(schema, {"p": None}) == {"p": zero}


def test_null_and_absence_with_and_without_default() -> None:
    schema = {
        "d": Property(Kind.STRING, default="x", required=True),
        "n": Property(Kind.STRING),
    }
    assert properties.complete(schema, {}) == {"d": "x", "n": None}
    assert properties.complete(schema, {"d": None}) == {"d": "x", "n": None}


def test_the_zero_is_held_to_constraints_but_absence_is_not() -> None:
    item = Property(Kind.STRING, constraints=(length(1),))
    assert len(faults(item, None)) == 1
    assert properties.check({"p": item}, {}, PATH) == []


def test_all_faults_are_found_at_once_unknown_names_first() -> None:
    schema = {
        "a": Property(Kind.STRING, required=True),
        "b": Property(Kind.INTEGER, constraints=(between(1, 3),)),
        "c": Property(Kind.STRING, implemented=False),
        "d": Property(Kind.STRING, constraints=(one_of("x"),)),
    }
    given = {"b": 9, "c": "x", "d": "y", "zz": 1, "yy": 2}
    found = [str(problem) for problem in properties.check(schema, given, PATH)]
    start = "Property error: resources.r.properties"
    assert found == [
        f"{start}: Unknown Property zz",
        f"{start}: Unknown Property yy",
        f"{start}: Property a not assigned",
        f"{start}.b: 9 is out of range (min: 1, max: 3)",
        f"{start}: Property c not implemented yet",
        f'{start}.d: "y" is not an allowed value ["x"]',
    ]


NESTED = {
    "servers": Property(
        Kind.LIST,
        schema=Property(
            Kind.MAP,
            schema={
                "name": Property(Kind.STRING, required=True),
                "port": Property(Kind.INTEGER, default=80),
            },
        ),
    )
}


def test_nested_schemas_are_checked_with_their_path() -> None:
    given = {"servers": [{"name": "a"}, {"port": "x", "other": 1}, UNKNOWN]}
    found = [str(problem) for problem in properties.check(NESTED, given, PATH)]
    start = "Property error: resources.r.properties.servers[1]"
    assert found == [
        f"{start}: Unknown Property other",
        f"{start}: Property name not assigned",
        f"{start}.port: Value 'x' is not an integer",
    ]


def test_nested_maps_are_completed() -> None:
    completed = properties.complete(NESTED, {"servers": [{"name": "a"}, UNKNOWN]})
    assert completed == {"servers": [{"name": "a", "port": 80}, UNKNOWN]}
    assert properties.complete(NESTED, {}) == {"servers": None}


def test_cfn_paths() -> None:
    (problem,) = properties.check({}, {"X": 1}, ("Resources", "r", "Properties"))
    assert str(problem) == "Property error: Resources.r.Properties: Unknown Property X"


def test_open_properties_take_any_name_at_the_top() -> None:
    assert properties.complete({}, {"x": [1]}, open=True) == {"x": [1]}
    assert properties.check({}, {"x": 1}, PATH, open=True) == []


def test_complete_raises_with_all_faults() -> None:
    schema = {"a": Property(Kind.INTEGER), "b": Property(Kind.INTEGER)}
    with pytest.raises(errors.StackValidationFailed) as caught:
        properties.complete(schema, {"a": "x", "b": "y"}, path=("r", "Properties"))
    assert caught.value.message == (
        "Property error: r.Properties.a: Value 'x' is not an integer\n"
        "Property error: r.Properties.b: Value 'y' is not an integer"
    )
    assert properties.lenient(schema, {"a": "x", "b": "7"}) == {"a": None, "b": 7}


def test_properties_that_are_no_map() -> None:
    assert [str(p) for p in properties.check({}, [1], PATH)] == [
        'Property error: resources.r.properties: "[1]" is not a map'
    ]


def test_changed_names() -> None:
    before = {"a": 1, "b": {"x": 1}, "c": 1, "gone": 1}
    after = {"a": 1, "b": {"x": 2}, "c": UNKNOWN, "new": 1}
    assert properties.changed({}, before, after) == {"b", "c", "gone", "new"}
