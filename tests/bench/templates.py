"""What the measures build."""

from __future__ import annotations

import json
from typing import Any

VERSION = "2021-04-16"
KIND = "OS::Heat::RandomString"


def independent(count: int, length: int = 16) -> dict[str, Any]:
    """So many resources that wait for nothing."""
    resources = {f"item{number}": _random(length) for number in range(count)}
    return _template(resources, {"first": {"get_attr": ["item0", "value"]}})


def changed(count: int, length: int) -> dict[str, Any]:
    """``independent`` with another length of one string in the middle: it must be replaced."""
    template = independent(count)
    template["resources"][f"item{count // 2}"] = _random(length)
    return template


def chain(count: int) -> dict[str, Any]:
    """Resources of which each waits for the one before."""
    resources: dict[str, Any] = {"item0": _random(16)}
    for number in range(1, count):
        before = f"item{number - 1}"
        resources[f"item{number}"] = {
            "type": "OS::Heat::Value",
            "properties": {"type": "string", "value": {"get_attr": [before, "value"]}},
        }
    return _template(resources, {"last": {"get_attr": [f"item{count - 1}", "value"]}})


def waiting(count: int) -> dict[str, Any]:
    """A wait condition that so many signals complete."""
    resources = {
        "handle": {"type": "OS::Heat::WaitConditionHandle"},
        "wait": {
            "type": "OS::Heat::WaitCondition",
            "properties": {"handle": {"get_resource": "handle"}, "timeout": 600, "count": count},
        },
    }
    return _template(resources, {})


def handle() -> dict[str, Any]:
    """A handle that any number of signals may arrive at."""
    return _template({"handle": {"type": "OS::Heat::WaitConditionHandle"}}, {})


def _random(length: int) -> dict[str, Any]:
    return {"type": KIND, "properties": {"length": length}}


def _template(resources: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
    template: dict[str, Any] = {"heat_template_version": VERSION, "resources": resources}
    if outputs:
        template["outputs"] = {name: {"value": value} for name, value in outputs.items()}
    return template


def with_functions(count: int, calls: int) -> dict[str, Any]:
    """Resources whose values so many functions make."""
    kinds: list[Any] = [
        {"list_join": ["-", ["a", {"get_param": "word"}]]},
        {"str_replace": {"template": "a % b", "params": {"%": {"get_param": "word"}}}},
        {"str_split": [",", "a,b,c", 1]},
        {"if": ["on", {"get_param": "word"}, "off"]},
        {"map_merge": [{"a": 1}, {"b": 2}]},
    ]
    value = [kinds[number % len(kinds)] for number in range(calls)]
    resources = {
        f"item{number}": {"type": "OS::Heat::Value", "properties": {"value": value}}
        for number in range(count)
    }
    return {
        **_template(resources, {}),
        "parameters": {"word": {"type": "string", "default": "w"}},
        "conditions": {"on": {"equals": [{"get_param": "word"}, "w"]}},
    }


def group(count: int) -> dict[str, Any]:
    """A group of so many members."""
    properties = {"count": count, "resource_def": _random(16)}
    return _template({"group": {"type": "OS::Heat::ResourceGroup", "properties": properties}}, {})


def nested(count: int, size: int) -> tuple[dict[str, Any], dict[str, str]]:
    """So many nested stacks of so many resources, and the files of the template."""
    resources = {f"box{number}": {"type": "box.yaml"} for number in range(count)}
    return _template(resources, {}), {"box.yaml": json.dumps(independent(size))}


def deep(count: int, size: int) -> tuple[dict[str, Any], dict[str, str]]:
    """So many stacks of so many resources at depth five."""
    files = {"level5.yaml": json.dumps(independent(size))}
    boxes = {f"box{number}": {"type": "level5.yaml"} for number in range(count)}
    files["level4.yaml"] = json.dumps(_template(boxes, {}))
    for level in (3, 2, 1):
        inner = _template({"box": {"type": f"level{level + 1}.yaml"}}, {})
        files[f"level{level}.yaml"] = json.dumps(inner)
    return _template({"box": {"type": "level1.yaml"}}, {}), files
