"""Pairs of templates: a stack, and what an update shall make of it. A seed gives the same ones."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
READABLE = {
    "OS::Heat::TestResource": "output",
    "OS::Heat::RandomString": "value",
    "OS::Heat::Value": "value",
    "box.yaml": "said",
    "outer.yaml": "said",
    "OS::Heat::ResourceGroup": "refs",
    "OS::Heat::SoftwareConfig": "config",
}
WORDS = ("x", "y", "z")
TYPES = (
    *("OS::Heat::TestResource",) * 6,
    *("OS::Heat::Value",) * 3,
    *("OS::Heat::RandomString",) * 2,
    "OS::Heat::None",
    "OS::Heat::SoftwareConfig",
    "OS::Heat::ResourceGroup",
    "OS::Heat::Stack",
    "box.yaml",
    "outer.yaml",
)


@dataclass
class Goal:
    """A template with its files and parameters."""

    resources: dict[str, Body]
    files: dict[str, str]
    parameters: dict[str, Any]

    @property
    def template(self) -> dict[str, Any]:
        return {
            "heat_template_version": "2021-04-16",
            "parameters": {
                "p": {"type": "string", "default": "x"},
                "flag": {"type": "boolean", "default": True},
            },
            "conditions": {"on": {"get_param": "flag"}, "off": {"not": "on"}},
            "resources": self.resources,
        }

    def arguments(self, **args: Any) -> dict[str, Any]:
        params = {"parameters": self.parameters, "resource_registry": {}}
        return {"template": self.template, "files": self.files, "params": params, "args": args}


@dataclass
class Pair:
    """``unhealthy``: paths of resources that are marked so between creation and update."""

    seed: int
    before: Goal
    after: Goal
    unhealthy: list[str] = field(default_factory=list)


def pair(seed: int) -> Pair:
    return _Maker(random.Random(seed)).pair(seed)


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def _maybe(self, probability: float) -> bool:
        return self._chance.random() < probability

    def pair(self, seed: int) -> Pair:
        before = Goal({}, self._files(), self._parameters())
        for name in "abcdefg"[: self._chance.randint(2, 7)]:
            before.resources[name] = self._resource(before.resources)
        after = self._changed(before)
        unhealthy = []
        if self._maybe(0.25):
            unhealthy = self._chance.sample([*before.resources], 1)
        if self._maybe(0.15):
            self._fail(before)
        if self._maybe(0.1):
            self._fail(after)
        return Pair(seed, before, after, unhealthy)

    def _fail(self, goal: Goal) -> None:
        """Let one of the things fail at the end of its creation or update."""
        things = [
            body for body in goal.resources.values() if body["type"] == "OS::Heat::TestResource"
        ]
        if things:
            self._chance.choice(things)["properties"]["fail"] = True

    def _parameters(self) -> dict[str, Any]:
        chosen: dict[str, Any] = {}
        if self._maybe(0.5):
            chosen["p"] = self._word()
        if self._maybe(0.3):
            chosen["flag"] = self._maybe(0.5)
        return chosen

    def _word(self) -> str:
        return self._chance.choice(WORDS)

    def _files(self) -> dict[str, str]:
        inner = {"text": {"get_param": "text"}}
        box = {
            "heat_template_version": "2021-04-16",
            "parameters": {"text": {"type": "string", "default": "none"}},
            "resources": {
                "inner": self._thing(self._chance.choice([inner["text"], self._word()])),
                "noise": {"type": "OS::Heat::RandomString"},
            },
            "outputs": {
                "said": {"value": {"get_attr": ["inner", "output"]}},
                "noise": {"value": {"get_attr": ["noise", "value"]}},
            },
        }
        if self._maybe(0.3):
            box["resources"]["more"] = self._thing({"get_attr": ["inner", "output"]})
        outer = {
            "heat_template_version": "2021-04-16",
            "parameters": {"text": {"type": "string", "default": "none"}},
            "resources": {
                "box": {"type": "box.yaml", "properties": inner},
                "after": self._thing({"get_attr": ["box", "said"]}),
            },
            "outputs": {"said": {"value": {"get_attr": ["after", "output"]}}},
        }
        return {"box.yaml": json.dumps(box), "outer.yaml": json.dumps(outer)}

    def _thing(self, value: Any) -> Body:
        return {"type": "OS::Heat::TestResource", "properties": {"value": value}}

    def _text(self, earlier: dict[str, Body], depth: int = 0) -> Any:
        """Something that is a text when it is resolved."""
        choice = self._chance.random()
        if choice < 0.35 or depth > 2:
            return self._word()
        if choice < 0.45:
            return {"get_param": "p"}
        if choice < 0.55:
            branches = [self._text(earlier, depth + 1) for _ in range(2)]
            return {"if": [self._chance.choice(["on", "off"]), *branches]}
        if not earlier:
            return self._word()
        name = self._chance.choice([*earlier])
        body = earlier[name]
        if choice < 0.65:
            return {"get_resource": name}
        attribute = READABLE.get(body["type"])
        if attribute is None or body.get("condition"):
            return self._word()
        if attribute == "refs":
            return {"list_join": [",", {"get_attr": [name, "refs"]}]}
        read = {"get_attr": [name, attribute]}
        if choice < 0.8:
            return read
        return {"str_replace": {"template": "<%>", "params": {"%": read}}}

    def _resource(self, earlier: dict[str, Body]) -> Body:
        kind = self._chance.choice(TYPES)
        body: Body = {"type": kind, "properties": self._properties(kind, earlier)}
        unconditional = [name for name, other in earlier.items() if not other.get("condition")]
        if unconditional and self._maybe(0.15):
            body["depends_on"] = self._chance.choice(unconditional)
        if self._maybe(0.1):
            body["metadata"] = {"word": self._text(_without_conditions(earlier))}
        if self._maybe(0.1):
            body["deletion_policy"] = "Retain"
        if self._maybe(0.1):
            body["condition"] = self._chance.choice(["on", "off"])
        return body

    def _properties(self, kind: str, others: dict[str, Body]) -> dict[str, Any]:
        earlier = _without_conditions(others)
        makers = {
            "OS::Heat::TestResource": self._of_thing,
            "OS::Heat::ResourceGroup": self._group,
            "OS::Heat::RandomString": lambda _: {"length": self._chance.choice([8, 9])},
            "OS::Heat::Value": lambda _: {"value": self._text(earlier)},
            "OS::Heat::None": lambda _: {"anything": self._text(earlier)},
            "OS::Heat::SoftwareConfig": lambda _: {"config": self._text(earlier)},
            "OS::Heat::Stack": self._of_stack,
        }
        if kind in makers:
            return makers[kind](earlier)
        return {"text": self._text(earlier)} if self._maybe(0.8) else {}

    def _of_thing(self, earlier: dict[str, Body]) -> dict[str, Any]:
        chosen: dict[str, Any] = {"value": self._text(earlier)}
        if self._maybe(0.3):
            chosen["update_replace"] = self._maybe(0.7)
        if self._maybe(0.15):
            chosen["update_replace_value"] = self._text(earlier)
        if self._maybe(0.15):
            waits = {"create": 0, "update": self._chance.choice([0, 0.001])}
            chosen["action_wait_secs"] = waits
        if self._maybe(0.1):
            chosen["client_name"] = self._word()
        return chosen

    def _of_stack(self, earlier: dict[str, Body]) -> dict[str, Any]:
        content = {
            "heat_template_version": "2018-08-31",
            "resources": {"only": self._thing(self._word())},
        }
        return {"template": json.dumps(content)}

    def _group(self, earlier: dict[str, Body]) -> dict[str, Any]:
        member = self._chance.choice(["OS::Heat::TestResource", "box.yaml"])
        key = "value" if member == "OS::Heat::TestResource" else "text"
        value = self._chance.choice(["%index%", self._text(earlier), self._word()])
        chosen: dict[str, Any] = {
            "count": self._chance.randint(0, 3),
            "resource_def": {"type": member, "properties": {key: value}},
        }
        if self._maybe(0.2):
            chosen["removal_policies"] = [{"resource_list": [self._chance.choice("012")]}]
        return chosen

    def _changed(self, before: Goal) -> Goal:
        resources: dict[str, Body] = {}
        for name, body in before.resources.items():
            if self._maybe(0.1) and not _is_referred_to(name, before.resources):
                continue
            changed = copy.deepcopy(body)
            if self._maybe(0.5):
                self._change(changed, resources, _is_referred_to(name, before.resources))
            resources[name] = changed
        for name in "hij"[: self._chance.choice([0, 0, 1, 2])]:
            resources[name] = self._resource(resources)
        files = self._files() if self._maybe(0.25) else dict(before.files)
        parameters = self._parameters() if self._maybe(0.4) else dict(before.parameters)
        return Goal(resources, files, parameters)

    def _change(self, body: Body, earlier: dict[str, Body], referred_to: bool) -> None:
        kind = body["type"]
        choice = self._chance.random()
        if choice < 0.55:
            fresh = self._properties(kind, earlier)
            for key in self._chance.sample([*fresh], self._chance.randint(0, len(fresh))):
                body["properties"][key] = fresh[key]
            for key in [*body["properties"]]:
                if self._maybe(0.1) and key not in ("value", "resource_def", "template"):
                    del body["properties"][key]
        elif choice < 0.65:
            body["metadata"] = {"word": self._word()}
        elif choice < 0.72:
            body["deletion_policy"] = self._chance.choice(["Delete", "Retain"])
        elif choice < 0.78:
            body["description"] = self._word()
        elif choice < 0.84:
            body.pop("depends_on", None)
        elif not referred_to and kind in ("OS::Heat::TestResource", "OS::Heat::Value"):
            other = {"OS::Heat::TestResource", "OS::Heat::Value"} - {kind}
            value = body["properties"].get("value", "x")
            body["type"], body["properties"] = other.pop(), {"value": value}


def _without_conditions(resources: dict[str, Body]) -> dict[str, Body]:
    """Those that can be referred to whatever the parameters say."""
    return {name: body for name, body in resources.items() if not body.get("condition")}


def _is_referred_to(name: str, resources: dict[str, Body]) -> bool:
    return any(json.dumps(name) in json.dumps(body) for body in resources.values())
