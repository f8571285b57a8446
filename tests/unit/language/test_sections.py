from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import sections, versions

HOT = {"heat_template_version": "2018-08-31"}
OLD_HOT = {"heat_template_version": "2015-04-30"}
CFN = {"AWSTemplateFormatVersion": "2010-09-09"}


def messages(data: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in sections.check(data, versions.of(data))]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (
            {**HOT, "resources": ["a"]},
            "\"resources\" must contain a map of resource maps. Found a [<class 'list'>] instead",
        ),
        (
            {**HOT, "resources": {"a": "b"}},
            "\"resources\" must contain a map of resource maps. Found a [<class 'str'>] instead",
        ),
        (
            {**CFN, "Resources": {"a": "b"}},
            "Resources must contain Resource. Found a [<class 'str'>] instead",
        ),
        ({**HOT, "resources": {"a": {}}}, "Each resource must contain a type key."),
        ({**HOT, "resources": {"a": {"type": ""}}}, "Each Resource must contain a Type key."),
        ({**CFN, "Resources": {"a": {}}}, "Each Resource must contain a Type key."),
        ({**HOT, "resources": {"a": {"type": 5}}}, "Resource a type type must be string"),
        (
            {**HOT, "resources": {"a": {"type": "T", "Type": "T"}}},
            '"Type" is not a valid keyword inside a resource definition',
        ),
        (
            {**OLD_HOT, "resources": {"a": {"type": "T", "condition": "c"}}},
            "Invalid keyword(s) inside a resource definition: condition",
        ),
        (
            {**HOT, "resources": {"a/b": {"type": "T"}}},
            'Resource name may not contain "/" (in resources.a/b)',
        ),
        (
            {**HOT, "resources": {"web": {"properties": {}}}},
            "Each resource must contain a type key. (in resources.web)",
        ),
        (
            {**HOT, "resources": {"web": {"type": "T", "Properties": {}}}},
            '"Properties" is not a valid keyword inside a resource definition (in resources.web)',
        ),
        (
            {**HOT, "outputs": {"o": 5}},
            (
                "Output validation error: outputs.o: "
                "Output definitions must be a map. Found a int instead"
            ),
        ),
        (
            {**HOT, "outputs": {"o": {}}},
            (
                "Output validation error: outputs.o: "
                "Each output definition must contain a value key."
            ),
        ),
        (
            {**CFN, "Outputs": {"o": {}}},
            (
                "Output validation error: Outputs.o: "
                "Each output definition must contain a Value key."
            ),
        ),
        (
            {**HOT, "conditions": [1]},
            (
                "Conditions validation error: Condition definitions must be a map. "
                "Found a list instead"
            ),
        ),
        ({**CFN, "Mappings": 5}, 'Mappings: The "Mappings" section must be a map.'),
        ({**HOT, "parameters": []}, 'parameters: The "parameters" section must be a map.'),
    ],
)
def test_faults(data: dict[str, Any], message: str) -> None:
    assert messages(data) == [message]


@pytest.mark.parametrize(
    "data",
    [
        {**HOT, "resources": None, "outputs": None, "conditions": None, "parameters": None},
        {**CFN, "Resources": {"a": {"Type": "T", "CreationPolicy": {}}}},
        {**HOT, "outputs": {"o": {"value": None, "anything": 1}}},
        {**HOT, "resources": {"0": {"type": "T", "external_id": "x", "condition": True}}},
    ],
)
def test_what_is_allowed(data: dict[str, Any]) -> None:
    assert messages(data) == []


def test_all_faults_are_found_at_once() -> None:
    data = {**HOT, "resources": {"a": {"x": 1}, "b": 5}, "outputs": {"o": {}}}
    assert len(messages(data)) == 4
