"""What can be told of a nested stack before its parent is made."""

from __future__ import annotations

from heat_engine.commands.allowance import Allowance
from heat_engine.commands.kinds import Kinds
from heat_engine.commands.nested_sample import nested_sample
from heat_engine.language import environment, parameters, template
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.parameters import Parameters
from heat_engine.resources.registry import Registry

INNER = """\
heat_template_version: 2021-04-16
parameters:
  length: {type: number}
  word: {type: string, default: w}
"""


def definition(of: str, length: object) -> ResourceDefinition:
    body = {
        "heat_template_version": "2021-04-16",
        "resources": {
            "other": {"type": "OS::Heat::RandomString"},
            "inner": {"type": of, "properties": {"length": length}},
        },
    }
    parsed = template.parse(body)
    pseudo = parameters.pseudo(parsed.dialect, "s", None, "p", modern=False)
    values = Parameters.resolve(parsed.parameters, {}, {}, pseudo)
    return parsed.bind(values).resources["inner"]


def kinds() -> Kinds:
    return Kinds(Registry.default(), environment.parse({}), {"inner.yaml": INNER})


def test_a_template_with_the_values_that_are_known() -> None:
    found = nested_sample(definition("inner.yaml", 7), kinds(), "p", Allowance())
    assert found is not None
    described = found.values.describe()
    assert (described["length"]["Value"], described["word"]["Default"]) == (7, "w")


def test_values_that_are_not_known_are_left_out() -> None:
    later = {"get_attr": ["other", "value"]}
    found = nested_sample(definition("inner.yaml", later), kinds(), "p", Allowance())
    assert found is not None
    assert "Value" not in found.values.describe()["length"]


def test_a_plain_resource_nests_nothing() -> None:
    assert nested_sample(definition("OS::Heat::RandomString", 7), kinds(), "p", Allowance()) is None
