"""Sound templates and environments with something changed in them: the language answers with data
or with errors of the catalogue that blame the document, within its budgets.

``HEARTH_TEST_DOCUMENTS`` says how many documents are tried.
"""

from __future__ import annotations

import copy
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common.errors import HearthError
from heat_engine.language import document, environment, functions, template, validation
from heat_engine.language.functions.registry import condition_grammar, grammar, rule_grammar
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.versions import MARKERS, Version
from tests.unit.language.helpers import TYPES, Living

DOCUMENTS = int(os.environ.get("HEARTH_TEST_DOCUMENTS", "10000"))
ROUND = 100
# Seconds of processor time that one document may take, far above what any needs.
BUDGET = 10.0
# Characters of what is said against one document.
LONGEST = 10_000_000

HOT: dict[str, Any] = {
    "heat_template_version": "2021-04-16",
    "description": "d",
    "parameters": {
        "p": {"type": "string", "default": "a", "constraints": [{"length": {"min": 1, "max": 9}}]},
        "n": {
            "type": "number",
            "default": 4,
            "constraints": [{"modulo": {"step": 2, "offset": 0}}],
        },
        "l": {"type": "comma_delimited_list", "default": "a,b", "immutable": True},
        "j": {"type": "json", "default": {"k": ["x", {"y": 1}]}, "hidden": True},
        "b": {"type": "boolean", "default": "yes", "tags": ["t"]},
    },
    "parameter_groups": [{"label": "g", "parameters": ["p", "n"]}],
    "conditions": {
        "on": {"equals": [{"get_param": "p"}, "a"]},
        "off": {"not": "on"},
        "both": {"and": ["on", {"or": ["off", {"contains": ["a", {"get_param": "l"}]}]}]},
        "asked": {"yaql": {"expression": "$.data.n > 3", "data": {"n": {"get_param": "n"}}}},
    },
    "resources": {
        "r": {
            "type": "T",
            "condition": "both",
            "properties": {
                "value": {"list_join": ["-", ["a", {"get_param": "p"}], {"get_param": "l"}]},
                "text": {"str_replace": {"template": "a%b", "params": {"%": {"get_param": "n"}}}},
                "size": {"if": ["on", 3]},
            },
            "metadata": {
                "m": {"map_merge": [{"a": 1}, {"b": {"get_param": ["j", "k", "1", "y"]}}]}
            },
            "deletion_policy": "retain",
        },
        "s": {
            "type": "Open",
            "depends_on": ["r"],
            "properties": {
                "a": {"get_attr": ["r", "tree", "a", 0]},
                "b": {
                    "repeat": {
                        "template": {"%i%": "%v%"},
                        "for_each": {"%i%": ["1", "2"], "%v%": {"get_param": "l"}},
                        "permutations": False,
                    }
                },
                "c": {"yaql": {"expression": "$.data.select($ + 1)", "data": [1, 2, 3]}},
                "d": {"digest": ["md5", {"get_resource": "r"}]},
                "e": {"make_url": {"scheme": "http", "host": "h", "port": 80, "query": {"a": "b"}}},
                "f": {"filter": [["a"], {"list_concat": [["a"], {"get_param": "l"}]}]},
                "g": {"map_replace": [{"a": "b"}, {"keys": {"a": "c"}, "values": {"b": "d"}}]},
                "h": {"str_split": [",", "a,b", -1]},
            },
        },
    },
    "outputs": {"o": {"value": {"get_attr": ["r", "out"]}, "condition": "on"}},
}
CFN: dict[str, Any] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::LanguageExtensions",
    "Metadata": {"m": 1},
    "Parameters": {
        "p": {"Type": "String", "Default": "a", "AllowedPattern": "[a-z]+", "NoEcho": "true"},
        "n": {"Type": "Number", "Default": 3, "MinValue": 1, "MaxValue": "9"},
        "l": {"Type": "List<Number>", "Default": "1, 2", "AllowedValues": ["1", "2"]},
    },
    "Mappings": {"M": {"a": {"k": "v"}}},
    "Rules": {
        "R": {
            "RuleCondition": {"Fn::Equals": [{"Ref": "p"}, "a"]},
            "Assertions": [{"Assert": {"Fn::Contains": [["a"], {"Ref": "p"}]}}],
        }
    },
    "Conditions": {
        "on": {"Fn::Equals": [{"Fn::FindInMap": ["M", {"Ref": "p"}, "k"]}, "v"]},
        "off": {"Fn::Not": [{"Condition": "on"}]},
    },
    "Resources": {
        "r": {
            "Type": "T",
            "Condition": "on",
            "Properties": {
                "value": {"Fn::Sub": ["${p}-${X}-${!y}", {"X": {"Fn::Length": [1, 2]}}]},
                "text": {"Fn::If": ["on", {"Ref": "AWS::StackName"}, {"Ref": "AWS::NoValue"}]},
                "size": {"Fn::Select": ["0", {"Ref": "l"}]},
            },
            "DeletionPolicy": "RetainExceptOnCreate",
        },
        "Fn::ForEach::L": [
            "X",
            ["a", "b"],
            {"s${X}": {"Type": "Open", "Properties": {"k": "${X}"}}},
        ],
        "t": {
            "Type": "Open",
            "Properties": {
                "a": {"Fn::Cidr": ["10.0.0.0/16", 2, 8]},
                "b": {"Fn::Join": ["", ["a", {"Fn::GetAtt": "r.out"}]]},
                "c": {"Fn::ToJsonString": {"k": {"Ref": "r"}}},
                "d": {"Fn::Split": [",", {"Fn::ImportValue": {"Fn::Sub": "${p}-x"}}]},
                "e": {"Fn::MemberListToMap": ["k", "v", [".member.0.k=a", ".member.0.v=b"]]},
                "f": {"Fn::Replace": [{"a": "b"}, "abc"]},
                "g": {"Fn::Base64": {"Fn::Select": ["k", {"k": "v"}]}},
            },
        },
    },
    "Outputs": {"o": {"Value": {"Ref": "r"}, "Export": {"Name": {"Fn::Sub": "${p}-o"}}}},
}
ENVIRONMENT: dict[str, Any] = {
    "parameters": {"p": "b", "l": ["a"], "j": {"k": 1}},
    "parameter_defaults": {"n": 2},
    "parameter_merge_strategies": {"default": "merge", "j": "deep_merge"},
    "resource_registry": {
        "A::*": "B::*",
        "T": "t.yaml",
        "resources": {"r": {"hooks": ["pre-create"], "restricted_actions": "replace"}},
    },
    "encrypted_param_names": ["p"],
    "event_sinks": [{"type": "zaqar-queue", "target": "q", "ttl": 1}],
}
VERSIONS = [
    Version(marker, value, date)
    for marker, values in MARKERS.items()
    for value, date in values.items()
]
NAMES = sorted(
    {name for version in VERSIONS for name in [*grammar(version), *condition_grammar(version)]}
    | set(rule_grammar(VERSIONS[-1]))
)
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 2**70, 1.5, float("inf"), "", "a", "p", "r", "on", "\x00", "é"),
    *("${p}", "${", "{{resolve:ssm:x}}", "$.data", "$[", "(a+)+$", "10.0.0.0/8", "1,2", "{", "%"),
    *(
        [],
        {},
        [[]],
        {"": ""},
        {1: 2},
        {None: None},
        [None, None],
        ["a", "b", "c"],
        {"a": {"b": "c"}},
    ),
)


class Mutation:
    """Changes that one seed makes to a document."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def of(self, sound: Any) -> Any:
        changed = copy.deepcopy(sound)
        for _ in range(self._chance.choice([1, 1, 1, 2, 3, 5])):
            places = list(_places(changed))
            if not places:
                return self._odd()
            holder, key = self._chance.choice(places)
            self._chance.choice(self._changes)(self, changed, holder, key)
        return changed

    def _odd(self) -> Any:
        return copy.deepcopy(self._chance.choice(ODD))

    def _replace(self, whole: Any, holder: Any, key: Any) -> None:
        holder[key] = self._odd()

    def _call(self, whole: Any, holder: Any, key: Any) -> None:
        """A function with odd arguments, or around what is there."""
        arguments = [self._odd() for _ in range(self._chance.randint(0, 4))]
        given = self._chance.choice(
            [arguments, self._odd(), holder[key], [holder[key], *arguments]]
        )
        holder[key] = {self._chance.choice(NAMES): given}

    def _drop(self, whole: Any, holder: Any, key: Any) -> None:
        del holder[key]

    def _swap(self, whole: Any, holder: Any, key: Any) -> None:
        """What stands elsewhere, the same object: as an alias makes it."""
        other, place = self._chance.choice(list(_places(whole)))
        found = other[place]
        holder[key] = found if not _holds(found, holder) else copy.deepcopy(found)

    def _rename(self, whole: Any, holder: Any, key: Any) -> None:
        if isinstance(holder, dict):
            fresh = self._chance.choice(
                [*NAMES, "a", "r", "p", 5, None, "Fn::ForEach::Z", "x" * 300]
            )
            holder[fresh] = holder.pop(key)

    def _widen(self, whole: Any, holder: Any, key: Any) -> None:
        """The same again and again; deeper and deeper."""
        node = holder[key]
        for _ in range(self._chance.randint(1, 6)):
            node = self._chance.choice([[node, node], {"k": node, "l": node}, [node]])
        holder[key] = node

    def _version(self, whole: Any, holder: Any, key: Any) -> None:
        if isinstance(whole, dict):
            chosen = self._chance.choice(VERSIONS)
            for marker in MARKERS:
                whole.pop(marker, None)
            whole[chosen.marker] = chosen.value

    _changes: tuple[Callable[[Mutation, Any, Any, Any], None], ...] = (
        *(_replace, _replace, _call, _call, _call),
        *(_drop, _swap, _rename, _widen, _version),
    )


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pending = [value]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, dict):
            entries: list[tuple[Any, Any]] = list(item.items())
        elif isinstance(item, list):
            entries = list(enumerate(item))
        else:
            continue
        for key, inner in entries:
            yield item, key
            pending.append(inner)


def _holds(value: Any, sought: Any) -> bool:
    return value is sought or any(holder is sought for holder, _ in _places(value))


def _language(data: Any, partial: bool) -> None:
    parsed = template.parse(data, {"a": "text", "b": "{}"})
    names = pseudo(parsed.dialect, "stack", None, "project", modern=parsed.version.is_aws)
    values = Parameters.resolve(parsed.parameters, {}, {}, names, partial=partial)
    values.describe()
    bound = parsed.bind(values)
    for problem in validation.validate(bound, TYPES.get):
        str(problem)
    for resource in bound.resources.values():
        resource.fingerprint()
        functions.resolve(resource.properties, Living(out="x", tree={"a": [1, None]}))
    for output in bound.outputs.values():
        functions.resolve(output.value, Living(out="x", tree={"a": [1, None]}))


def _text(data: Any) -> None:
    """As YAML: what stands at several places becomes an alias."""
    loaded, source = document.load(yaml.safe_dump(data, allow_unicode=True))
    source.position(("resources", "r", "properties"))
    _language(loaded, partial=False)


def _around(data: Any) -> None:
    environment.parse(data)
    environment.merge([yaml.safe_dump(data), yaml.safe_dump(ENVIRONMENT)], names=["a", "b"])


def _blames_the_document(call: Callable[[], None]) -> None:
    begun = time.process_time()
    try:
        call()
    except HearthError as error:
        if error.http_status >= 500 or len(error.message) > LONGEST:
            raise
    assert time.process_time() - begun < BUDGET


@pytest.mark.timeout(1200)
@settings(
    max_examples=max(1, DOCUMENTS // ROUND),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Not explain: it follows every line that runs. A seed tells enough.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(first=st.integers(0, 2**40))
def test_a_changed_document_gives_data_or_an_error_of_the_catalogue(first: int) -> None:
    for seed in range(first, first + ROUND):
        mutation = Mutation(seed)
        if seed % 10 == 0:
            made = mutation.of(ENVIRONMENT)
            _blames_the_document(lambda made=made: _around(made))  # type: ignore[misc]
            continue
        made = mutation.of(HOT if seed % 2 else CFN)
        if seed % 10 in (1, 2):
            _blames_the_document(lambda made=made: _text(made))  # type: ignore[misc]
        else:
            partial = seed % 10 == 3
            _blames_the_document(lambda made=made, partial=partial: _language(made, partial))  # type: ignore[misc]


def test_what_is_changed_was_sound() -> None:
    """Otherwise the changes would not get far."""
    for sound in (HOT, CFN):
        parsed = template.parse(sound)
        names = pseudo(parsed.dialect, "stack", None, "project", modern=parsed.version.is_aws)
        bound = parsed.bind(Parameters.resolve(parsed.parameters, {}, {}, names))
        assert [str(problem) for problem in validation.validate(bound, TYPES.get)] == []
    environment.parse(ENVIRONMENT)
