from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from common import errors
from heat_engine.language import document, functions, template, validation
from heat_engine.language.parameters import Parameters
from heat_engine.language.unknown import UNKNOWN
from tests.unit.language.helpers import TYPES, Living, bind

HOT = {"heat_template_version": "2018-08-31"}


@pytest.mark.parametrize("data", [None, [1], "text", 5])
def test_only_a_map_is_a_template(data: Any) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        template.parse(data)
    assert caught.value.message == "The template is not a JSON object or YAML mapping."


def test_description_and_empty_sections() -> None:
    parsed = template.parse({**HOT, "resources": None, "outputs": None, "parameters": None})
    assert parsed.description == "No description"
    assert parsed.section("resources") == {}
    assert template.parse({**HOT, "description": "d"}).description == "d"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({**HOT, "resource": {}}, "resource"),
        ({**HOT, "Mappings": {}}, "Mappings"),
        ({"heat_template_version": "2015-04-30", "conditions": {}}, "conditions"),
        ({"AWSTemplateFormatVersion": "2010-09-09", "parameters": {}}, "parameters"),
        ({"HeatTemplateFormatVersion": "2012-12-12", "Metadata": {}}, "Metadata"),
        ({"HeatTemplateFormatVersion": "2012-12-12", "Rules": {}}, "Rules"),
        ({"HeatTemplateFormatVersion": "2012-12-12", "Transform": {}}, "Transform"),
        ({"HeatTemplateFormatVersion": "2012-12-12", "Hooks": {}}, "Hooks"),
        ({"HeatTemplateFormatVersion": "2012-12-12", "Conditions": {}}, "Conditions"),
    ],
)
def test_sections_of_no_such_name(data: dict[str, Any], key: str) -> None:
    with pytest.raises(errors.InvalidTemplateSection) as caught:
        template.parse(data)
    assert caught.value.message == f"The template section is invalid: {key}"


def test_all_structural_faults_are_found_at_once_with_lines() -> None:
    text = """\
heat_template_version: 2018-08-31
bogus: 1
parameters:
  p: {type: nonsense}
  q: {type: string, size: 5}
resources:
  a: {}
outputs:
  o: {}
parameter_groups: 5
"""
    data, source = document.load(text)
    with pytest.raises(errors.StackValidationFailed) as caught:
        template.parse(data, {}, source)
    found = {problem.line: problem.message for problem in caught.value.problems}
    assert found == {
        2: "The template section is invalid: bogus",
        4: "Invalid type (nonsense)",
        5: "Invalid key 'size' for parameter (q)",
        7: "Each resource must contain a type key.",
        9: "Each output definition must contain a value key.",
        10: "The parameter_groups should be a list.",
    }


def test_one_bad_parameter_keeps_its_class() -> None:
    with pytest.raises(errors.InvalidSchemaError, match=r"^parameters\.p: Invalid type \(x\)$"):
        template.parse({**HOT, "parameters": {"p": {"type": "x"}}})


def test_binding_chooses_resources_branches_and_outputs() -> None:
    bound = bind("""\
heat_template_version: 2018-08-31
conditions: {good: true, bad: false}
resources:
  a: {type: T, properties: {text: {if: [good, yes it is, {get_param: nowhere}]}}}
  b: {type: T, condition: bad, properties: {bad: {get_attr: 5}}}
outputs:
  shown: {value: {get_resource: a}, description: d}
  silent: {value: {get_resource: b}, condition: bad}
""")
    assert bound.problems == ()
    assert list(bound.resources) == ["a"]
    assert functions.resolve(bound.resources["a"].properties, Living()) == {"text": "yes it is"}
    shown, silent = bound.outputs["shown"], bound.outputs["silent"]
    assert (shown.enabled, shown.description) == (True, "d")
    assert functions.resolve(shown.value, Living()) == "id-a"
    assert (silent.enabled, silent.value) == (False, None)
    assert silent.description == "No description given"


def test_faults_of_form_wait_for_validation() -> None:
    bound = bind("""\
heat_template_version: 2018-08-31
resources:
  a: {type: T, properties: {value: {list_join: x}}}
outputs:
  o: {value: {get_attr: []}, condition: nobody}
  p: {value: {get_attr: []}}
""")
    assert [problem.path for problem in bound.problems] == [
        ("resources", "a", "properties", "value", "list_join"),
        ("outputs", "o", "condition"),
        ("outputs", "p", "value", "get_attr"),
    ]
    with pytest.raises(errors.StackValidationFailed, match="Incorrect arguments"):
        functions.resolve(bound.resources["a"].properties, Living())


def test_a_condition_not_known_yet_takes_neither_branch() -> None:
    parsed = template.parse(
        {
            **HOT,
            "parameters": {"p": {"type": "string"}},
            "conditions": {"c": {"equals": [{"get_param": "p"}, "x"]}},
            "resources": {"a": {"type": "T", "properties": {"text": {"if": ["c", "x", 1.5]}}}},
        }
    )
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {}, partial=True))
    assert functions.resolve(bound.resources["a"].properties, Living()) == {"text": UNKNOWN}
    assert validation.validate(bound, TYPES.get) == []


def test_a_thousand_plain_resources_cost_little() -> None:
    text = "heat_template_version: 2013-05-23\nresources:\n" + "".join(
        f"  r{n}:\n    type: T\n    properties: {{size: 5}}\n" for n in range(1000)
    )
    began = process_time()
    data, source = document.load(text)
    parsed = template.parse(data, {}, source)
    bound = parsed.bind(Parameters.resolve({}, {}))
    assert validation.validate(bound, TYPES.get) == []
    assert process_time() - began < 0.5  # 0.03 s where nothing else runs


def test_ten_thousand_functions_cost_little() -> None:
    value: list[Any] = [
        {"get_param": "p"},
        {"str_replace": {"template": "a $x", "params": {"$x": {"get_param": "p"}}}},
        {"list_join": [",", ["a", {"get_param": "p"}]]},
        {"map_merge": [{"a": 1}, {"b": {"get_param": "p"}}]},
        {"if": ["c", {"get_resource": "r0"}, 1]},
        {"list_concat": [["a"], ["b"]]},
    ]
    resources = {f"r{n}": {"type": "T", "properties": {"value": value}} for n in range(1, 1000)}
    data = {
        **HOT,
        "parameters": {"p": {"type": "string", "default": "x"}},
        "conditions": {"c": {"equals": [1, 1]}},
        "resources": {"r0": {"type": "T"}, **resources},
    }
    began = process_time()
    parsed = template.parse(data)
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {}))
    assert validation.validate(bound, TYPES.get) == []
    for definition in bound.resources.values():
        functions.resolve(definition.properties, Living())
    assert process_time() - began < 1.5  # 0.2 s where nothing else runs


def test_sections_of_modern_templates() -> None:
    aws = {"AWSTemplateFormatVersion": "2010-09-09"}
    parsed = template.parse({**aws, "Metadata": {"a": {"b": 1}}, "Rules": None, "Transform": None})
    assert parsed.metadata == {"a": {"b": 1}}
    assert template.parse({**aws, "Metadata": None}).metadata == {}
    with pytest.raises(errors.StackValidationFailed, match='"Metadata" section must be a map'):
        template.parse({**aws, "Metadata": [1]})
    with pytest.raises(errors.InvalidTemplateSection) as caught:
        template.parse({**aws, "Hooks": {}})
    assert caught.value.message == (
        "The template section is invalid: Hooks (blue/green deployments are not supported)"
    )


def test_dynamic_references_are_refused_in_modern_templates_only() -> None:
    body = {"Resources": {"a": {"Type": "T", "Properties": {"v": "{{resolve:ssm:/a}}"}}}}
    template.parse({"HeatTemplateFormatVersion": "2012-12-12", **body})
    with pytest.raises(errors.StackValidationFailed) as caught:
        template.parse({"AWSTemplateFormatVersion": "2010-09-09", **body})
    assert caught.value.message == (
        'Resources.a.Properties.v: The dynamic reference "{{resolve:ssm:/a}}" is not supported'
    )
