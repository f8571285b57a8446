from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from common import errors
from heat_engine.language import template, validation
from heat_engine.language.parameters import Parameters
from heat_engine.language.schema import Kind, Property, TypeInterface
from heat_engine.language.unknown import UNKNOWN
from tests.unit.language.helpers import TYPES, bind, messages, problems

HEAD = "heat_template_version: 2018-08-31\nparameters: {p: {type: string, default: x}}\n"
CFN = 'AWSTemplateFormatVersion: "2010-09-09"\n'


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "resources: {a: {type: U}}",
            ["resources.a.type: The Resource Type (U) could not be found."],
        ),
        ("resources: {p: {type: T}}", ["Duplicate names {'p'}"]),
        (
            "resources: {a: {type: T, properties: {value: {get_resource: b}}}}",
            ['The specified reference "b" (in a.Properties.value) is incorrect.'],
        ),
        (
            (
                "resources: {a: {type: T, properties: {value: [1, {list_join: ['', "
                "[{get_attr: [b, out]}]]}]}}}"
            ),
            [
                (
                    'The specified reference "b" (in a.Properties.value[1].list_join[1][0]) '
                    "is incorrect."
                )
            ],
        ),
        (
            "resources: {a: {type: T, depends_on: [b]}}",
            ['The specified reference "b" (in a) is incorrect.'],
        ),
        (
            "resources: {a: {type: T, properties: {value: {get_attr: [a2, bad]}}}, a2: {type: T}}",
            [
                (
                    "resources.a.properties.value.get_attr: "
                    "The Referenced Attribute (a2 bad) is incorrect."
                )
            ],
        ),
        (
            "resources: {a: {type: T}}\noutputs: {o: {value: {get_attr: [a, bad]}}}",
            ["outputs.o.value.get_attr: The Referenced Attribute (a bad) is incorrect."],
        ),
        (
            "outputs: {o: {value: {get_attr: [a, out]}}}",
            ['outputs.o.value.get_attr: The specified reference "a" (in unknown) is incorrect.'],
        ),
        (
            "resources: {a: {type: T, deletion_policy: snapshot}}",
            ['resources.a.deletion_policy: "Snapshot" deletion policy not supported'],
        ),
        (
            "resources: {a: {type: T, properties: {value: {get_param: nope}}}}",
            [
                (
                    "Property error: resources.a.properties.value: "
                    "The Parameter (nope) was not provided."
                )
            ],
        ),
        (
            "resources: {a: {type: T, properties: {text: {list_join: [',', [1]]}}}}",
            [
                (
                    "Property error: resources.a.properties.text: "
                    "Items to join must be string, map or list not 1"
                )
            ],
        ),
        (
            "resources: {a: {type: T, properties: {value: {Ref: p}}}}",
            [
                (
                    "resources.a.properties.value.Ref: The template version is invalid: "
                    "The function Ref is not supported in this version of HOT."
                )
            ],
        ),
        (
            "resources: {a: {type: T, depends_on: a}}",
            ['Circular Dependency Found: {T "a": {T "a"}}'],
        ),
    ],
)
def test_faults(body: str, found: list[str]) -> None:
    assert messages(HEAD + body) == found


@pytest.mark.parametrize(
    "body",
    [
        "outputs: {o: {value: {get_resource: nowhere}}}",
        "resources: {a: {type: T}, b: {type: T, depends_on: a, condition: {equals: [1, 1]}}}",
        "resources: {a: {type: T, condition: {equals: [1, 2]}}, b: {type: T, depends_on: a}}",
        "resources: {a: {type: Open}}\noutputs: {o: {value: {get_attr: [a, whatever]}}}",
        "resources: {a: {type: T, properties: {size: {get_attr: [b, out]}}}, b: {type: T}}",
        "resources: {a: {type: T, external_id: x, properties: {nonsense: 1}}}",
        "resources: {a: {type: T, properties: {value: {Fn::Bogus: 1}}}}",
        "resources: {a: {type: T, properties: {value: {get_param: p, other: 1}}}}",
    ],
)
def test_what_is_allowed(body: str) -> None:
    assert messages(HEAD + body) == []


def test_a_disabled_resource_is_unknown_to_functions() -> None:
    body = (
        "resources: {a: {type: T, condition: {equals: [1, 2]}}, "
        "b: {type: T, properties: {value: {get_resource: a}}}}"
    )
    assert messages(HEAD + body) == [
        'The specified reference "a" (in b.Properties.value) is incorrect.'
    ]


def test_everything_is_found_at_once_where_it_stands() -> None:
    text = """\
heat_template_version: 2018-08-31
resources:
  one:
    type: T
    depends_on: [two]
    properties:
      size: 99
      text: 1.5
      bogus: x
      value: {str_replace: {template: a}}
  two:
    type: Needy
    depends_on: one
  three:
    type: Missing
  four:
    type: T
    deletion_policy: perhaps
    properties: {value: {get_resource: nobody}}
outputs:
  o:
    value: {get_attr: [one, nothing]}
"""
    found = {(problem.line, str(problem).splitlines()[0]) for problem in problems(text)}
    start = "Property error: resources"
    assert found == {
        (
            10,
            (
                "resources.one.properties.value.str_replace: "
                '"str_replace" syntax should be str_replace:'
            ),
        ),
        (18, 'resources.four.deletion_policy: Invalid deletion policy "perhaps"'),
        (9, f"{start}.one.properties: Unknown Property bogus"),
        (7, f"{start}.one.properties.size: 99 is out of range (min: 0, max: 10)"),
        (8, f"{start}.one.properties.text: Value must be a string; got 1.5"),
        (11, f"{start}.two.properties: Property must not assigned"),
        (15, "resources.three.type: The Resource Type (Missing) could not be found."),
        (19, 'The specified reference "nobody" (in four.Properties.value) is incorrect.'),
        (3, 'Circular Dependency Found: {T "one": {Needy "two"}, Needy "two": {T "one"}}'),
        (22, "outputs.o.value.get_attr: The Referenced Attribute (one nothing) is incorrect."),
    }


def test_cfn_paths() -> None:
    text = CFN + (
        "Resources: {a: {Type: T, Properties: {size: x, value: {'Fn::GetAtt': [a2, bad]}}}, "
        "a2: {Type: T, DependsOn: nobody}}"
    )
    assert messages(text) == [
        (
            "Resources.a.Properties.value.Fn::GetAtt: "
            "The Referenced Attribute (a2 bad) is incorrect."
        ),
        "Property error: Resources.a.Properties.size: Value 'x' is not an integer",
        'The specified reference "nobody" (in a2) is incorrect.',
    ]


def test_a_single_fault_keeps_the_class_clients_know() -> None:
    for body, cls in {
        "resources: {a: {type: T, depends_on: b}}": errors.InvalidTemplateReference,
        "resources: {a: {type: T, depends_on: a}}": errors.CircularDependencyException,
        "resources: {a: {type: U}}": errors.StackValidationFailed,
    }.items():
        assert type(validation.failure(problems(HEAD + body))) is cls


def test_without_a_source_there_are_no_lines() -> None:
    parsed = template.parse(
        {"heat_template_version": "2018-08-31", "resources": {"a": {"type": "U"}}}
    )
    bound = parsed.bind(Parameters.resolve({}, {}))
    (problem,) = validation.validate(bound, TYPES.get)
    assert (problem.line, problem.column) == (None, None)


def test_update_policies_are_checked_where_the_type_has_one() -> None:
    policy = {"rolling": Property(Kind.MAP, schema={"batch": Property(Kind.INTEGER)})}
    kinds = {"G": TypeInterface("G", {}, {}, update_policy=policy)}
    text = HEAD + "resources: {a: {type: G, update_policy: {rolling: {batch: x}, other: 1}}}"
    found = [str(problem) for problem in validation.validate(bind(text), kinds.get)]
    assert found == [
        "Property error: resources.a.update_policy: Unknown Property other",
        "Property error: resources.a.update_policy.rolling.batch: Value 'x' is not an integer",
    ]


def test_a_property_that_a_condition_takes_away_has_its_default() -> None:
    text = HEAD.replace("2018-08-31", "wallaby") + (
        "resources: {a: {type: T, properties: {size: {if: [{equals: [1, 2]}, 5]}}}}"
    )
    bound = bind(text)
    assert validation.validate(bound, TYPES.get) == []
    known = validation.static_properties(bound.resources["a"], TYPES["T"])
    assert known == {"value": None, "text": None, "size": 1}


def test_properties_known_without_resources() -> None:
    text = HEAD + (
        "resources: {a: {type: T, properties: {size: '3', text: {get_attr: [b, out]}}}, "
        "b: {type: T}}"
    )
    known: dict[str, Any] = validation.static_properties(bind(text).resources["a"], TYPES["T"])
    assert known == {"value": None, "text": UNKNOWN, "size": 3}


def test_each_type_is_looked_up_once() -> None:
    asked: list[str] = []

    def types(name: str) -> TypeInterface | None:
        asked.append(name)
        return TYPES.get(name)

    body = "resources: {a: {type: T}, b: {type: T}, c: {type: U}, d: {type: U}}"
    found = validation.validate(bind(HEAD + body), types)
    assert sorted(asked) == ["T", "U"]
    assert len(found) == 2


@pytest.mark.parametrize("section", ["properties", "metadata"])
def test_many_expansions_together_are_refused_quickly(section: str) -> None:
    grown = {"repeat": {"template": ["a", "b"], "for_each": {"x": ["1"] * 200, "y": ["2"] * 200}}}
    body = {"type": "T", section: {"value": grown}}
    data = {
        "heat_template_version": "2018-08-31",
        "resources": {f"r{n}": body for n in range(1000)},
    }
    bound = template.parse(data).bind(Parameters.resolve({}, {}))
    began = process_time()
    found = validation.validate(bound, TYPES.get)
    assert process_time() - began < 20  # 3 s where nothing else runs; unbounded: 200 s
    error = validation.failure(found)
    assert type(error) is errors.RequestLimitExceeded
    assert "The template's functions make more than" in error.message


def test_functions_of_metadata_are_checked_too() -> None:
    body = "resources: {a: {type: T, metadata: {k: {get_param: nope}}}}"
    assert messages(HEAD + body) == ["resources.a.metadata: The Parameter (nope) was not provided."]


def test_outputs_are_held_to_the_budget_only() -> None:
    assert messages(HEAD + "outputs: {o: {value: {get_param: nope}}}") == []
    big = "{list_join: ['" + "x" * 5000 + "', [" + ", ".join(["a"] * 1000) + "]]}"
    (found,) = messages(HEAD + f"outputs: {{o: {{value: {big}}}}}")
    assert found.startswith("Request limit exceeded: ")


def test_a_ref_to_nothing() -> None:
    text = (
        CFN
        + """Resources:
  a:
    Type: T
    Properties: {value: {Ref: b}}
    Metadata: {m: [{Ref: c}]}
"""
    )
    found = problems(text)
    assert [str(problem) for problem in found] == [
        'The specified reference "b" (in a.Properties.value) is incorrect.',
        'The specified reference "c" (in a.Properties.m[0]) is incorrect.',
    ]
    assert [problem.line for problem in found] == [5, 6]
