from __future__ import annotations

from heat_engine.language import lookups
from heat_engine.language.parameters import Parameters
from heat_engine.language.schema import Constraint, Kind, Property, TypeInterface, custom
from heat_engine.language.template import parse
from heat_engine.language.unknown import UNKNOWN

FLAVOR = Property(Kind.STRING, constraints=(custom("nova.flavor"),))
ADDRESS = Property(Kind.STRING, constraints=(custom("ip_addr"),))


def interface(**properties: Property) -> TypeInterface:
    return TypeInterface("T", properties, {})


def test_which_types_ask() -> None:
    assert not lookups.asks(interface(a=ADDRESS, b=Property(Kind.MAP)))
    assert lookups.asks(interface(a=ADDRESS, b=FLAVOR))
    deep = Property(Kind.LIST, schema=Property(Kind.MAP, schema={"x": FLAVOR}))
    assert lookups.asks(interface(a=deep))


def test_values_are_found_however_deep() -> None:
    deep = Property(Kind.LIST, schema=Property(Kind.MAP, schema={"x": FLAVOR, "y": ADDRESS}))
    many = Property(Kind.LIST, schema=FLAVOR)
    given = {
        "one": "small",
        "deep": [{"x": "tiny", "y": "10.0.0.1"}, {"x": UNKNOWN}, {"x": None}],
        "many": ["a", UNKNOWN, ""],
    }
    found = lookups.of_properties(interface(one=FLAVOR, deep=deep, many=many), given, ("p",))
    assert [(item.thing, item.path) for item in found] == [
        (("nova.flavor", "small"), ("p", "one")),
        (("nova.flavor", "tiny"), ("p", "deep", 0, "x")),
        (("nova.flavor", "a"), ("p", "many", 0)),
    ]


def test_values_of_parameters() -> None:
    words = Constraint("custom_constraint", "glance.image", "ours only")
    body = {"custom_constraint": words.body, "description": words.description}
    parsed = parse(
        {
            "heat_template_version": "2021-04-16",
            "parameters": {
                "images": {"type": "comma_delimited_list", "constraints": [body]},
                "zone": {"type": "string", "constraints": [{"custom_constraint": "timezone"}]},
            },
        }
    )
    values = Parameters.resolve(parsed.parameters, {"images": "a,b", "zone": "UTC"})
    assert list(lookups.of_parameters(values)) == [
        lookups.Lookup("glance.image", value, ("parameters", "images"), "ours only")
        for value in ("a", "b")
    ]
