from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.language import environment
from heat_engine.language.environment import Environment
from heat_engine.language.parameter_schema import ParameterSchema
from heat_engine.language.parameter_types import JSON, LIST, NUMBER, STRING


def test_sections() -> None:
    text = """
parameters: {p: 1}
parameter_defaults: {q: 2018-08-31}
resource_registry: {"My::Type": other.yaml}
encrypted_param_names: [p]
event_sinks: [{type: zaqar-queue, target: t}]
"""
    parsed = environment.parse(text)
    assert parsed.parameters == {"p": 1}
    assert parsed.parameter_defaults == {"q": "2018-08-31"}
    assert parsed.event_sinks == [{"type": "zaqar-queue", "target": "t"}]
    assert environment.parse(parsed.to_dict()) == parsed


@pytest.mark.parametrize("nothing", [None, "", {}, "{}"])
def test_nothing_is_an_empty_environment(nothing: Any) -> None:
    assert environment.parse(nothing) == Environment()


def test_the_old_flat_form_is_a_map_of_parameters() -> None:
    parsed = environment.parse({"p": 1, "resource_registry": {"A": "B"}})
    assert parsed.parameters == {"p": 1}
    assert parsed.resource_registry == {"A": "B"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("p: 1", 'environment has wrong section "p"'),
        ("parameters:", 'environment has empty section "parameters"'),
        ("[1]", "The environment is not a valid YAML mapping data type."),
        ([1], "The environment is not a valid YAML mapping data type."),
        ({"parameters": [1]}, 'environment section "parameters" must be a map'),
        ({"event_sinks": {}}, 'environment section "event_sinks" must be a list'),
    ],
)
def test_faults(value: Any, message: str) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        environment.parse(value)
    assert caught.value.message == message


def test_all_faults_are_found_at_once_with_their_lines() -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        environment.parse("a: 1\nparameters:\nb: 2")
    assert [problem.line for problem in caught.value.problems] == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("a: 1", 'environment has wrong section "a"', (1, 1)),
        ("\nparameters:\n", 'environment has empty section "parameters"', (2, 1)),
        ("\nparameters: [1]", 'environment section "parameters" must be a map', (2, 1)),
        (
            "resource_registry:\n  A: 5",
            "resource_registry.A: must be the name of a type or of a template",
            (2, 3),
        ),
        (
            "parameters: {}\nevent_sinks:\n- type: 5",
            "event_sinks[0]: must be a map with a type",
            (3, 3),
        ),
        (
            "resource_registry:\n  resources:\n    r:\n      hooks: later",
            "resource_registry.resources.r.hooks: Invalid hook type",
            (4, 7),
        ),
    ],
)
def test_faults_have_their_lines_in_the_file(
    text: str, message: str, place: tuple[int, int]
) -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        environment.parse(text)
    assert caught.value.message.startswith(message)
    with pytest.raises(errors.StackValidationFailed) as of_several:
        environment.merge(["parameters: {}", text], names=["a.yaml", "b.yaml"])
    for error in (caught, of_several):
        (problem,) = error.value.problems
        assert (problem.line, problem.column) == place
    shown = f"(line {place[0]}, column {place[1]} of b.yaml)"
    assert of_several.value.message == f"{caught.value.message} {shown}"


def test_a_fault_of_what_a_client_has_written_names_the_file() -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        environment.merge(['{"parameters": [1]}'], names=["a.yaml"])
    told = 'environment section "parameters" must be a map (in a.yaml)'
    assert caught.value.message == told


def test_a_fault_of_yaml_names_the_environment() -> None:
    with pytest.raises(errors.StackValidationFailed, match=r"^Error parsing environment f\.yaml "):
        environment.load("a: b: c", name="f.yaml")


def test_later_files_win_and_the_request_wins_over_all() -> None:
    merged = environment.merge(
        [
            "parameters: {a: 1, b: 1, c: 1}\nresource_registry: {X: one, Y: one}",
            "parameters: {b: 2, c: 2}\nresource_registry: {Y: two}\nevent_sinks: [{type: x}]",
        ],
        over=environment.parse({"parameters": {"c": 3}}),
    )
    assert merged.parameters == {"a": 1, "b": 2, "c": 3}
    assert merged.resource_registry == {"X": "one", "Y": "two"}
    assert merged.event_sinks == [{"type": "x"}]


def test_what_a_file_says_has_a_place() -> None:
    merged = environment.merge(
        [
            "parameters: {a: 1}\nresource_registry:\n  X: one\n",
            '{"parameters": {"b": 2, "c": 2}, "parameter_defaults": {"d": 1}}',
        ],
        over=environment.parse({"parameters": {"c": 3}}),
        names=["a.yaml", "b.json"],
    )
    shown = {name: str(merged.origin(name)) for name in "abcdx"}
    assert shown == {
        "a": "line 1, column 14, parameters.a of a.yaml",
        "b": "parameters.b of b.json",
        "c": "None",
        "d": "parameter_defaults.d of b.json",
        "x": "None",
    }
    assert str(merged.mapping(("X",))) == "line 3, column 3, resource_registry.X of a.yaml"
    assert merged.mapping(("Y",)) is None
    assert "origins" not in merged.to_dict()


SCHEMAS = {
    "s": ParameterSchema("s", STRING),
    "n": ParameterSchema("n", NUMBER),
    "l": ParameterSchema("l", LIST),
    "j": ParameterSchema("j", JSON),
}


def test_strategies_apply_between_files() -> None:
    merged = environment.merge(
        [
            "parameters: {s: a, l: 'x,y', j: {m: {a: 1}}}",
            (
                "parameters: {s: b, l: z, j: {m: {b: 2}}}\n"
                "parameter_merge_strategies: {default: merge, j: deep_merge}"
            ),
        ],
        schemas=SCHEMAS,
    )
    assert merged.parameters == {"s": "ab", "l": "x,y,z", "j": {"m": {"a": 1, "b": 2}}}


def test_parameters_no_template_declares_are_skipped_once_there_is_something() -> None:
    merged = environment.merge(["parameters: {s: a}", "parameters: {s: b, x: 1}"], schemas=SCHEMAS)
    assert merged.parameters == {"s": "b"}
    first = environment.merge(["parameters: {x: 1}"], schemas=SCHEMAS)
    assert first.parameters == {"x": 1}


def test_files_may_not_disagree_on_a_strategy() -> None:
    with pytest.raises(errors.ConflictingMergeStrategyForParam) as caught:
        environment.merge(
            [
                "parameters: {s: a}\nparameter_merge_strategies: {s: merge}",
                "parameters: {s: b}\nparameter_merge_strategies: {s: overwrite}",
            ],
            names=["one", "two"],
        )
    assert caught.value.message == (
        "Conflicting merge strategy 'overwrite' for parameter 's' in file 'two'."
    )


def test_wrong_entries_are_told_with_their_place() -> None:
    with pytest.raises(errors.StackValidationFailed) as caught:
        environment.parse(
            {
                "parameters": {},
                "resource_registry": {"A::B": 5, "resources": 5},
                "event_sinks": [5, {"type": "zaqar-queue", "target": "q"}],
            }
        )
    assert [problem.path for problem in caught.value.problems] == [
        ("resource_registry", "A::B"),
        ("resource_registry", "resources"),
        ("event_sinks", 0),
    ]


@pytest.mark.parametrize(
    ("text", "times"), [("parameters: {s: %s}" % ("x" * 9000), 500), ("{}", 50000)]
)
def test_files_are_not_read_again_and_again(text: str, times: int) -> None:
    assert environment.merge([text] * 2)
    with pytest.raises(errors.RequestLimitExceeded, match="environment files"):
        environment.merge([text] * times)
