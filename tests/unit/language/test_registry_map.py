"""Names of types through the mappings of an environment."""

from __future__ import annotations

from typing import Any

import pytest

from heat_engine.language import registry_map
from heat_engine.language.registry_map import RegistryMap, Target, is_template, narrowed

KNOWN = {"OS::Heat::Value", "OS::Heat::None", "OS::Neutron::Net"}


def resolve(registry: dict[str, Any], type_name: str, resource: str = "r") -> Target | None:
    return RegistryMap(registry, KNOWN.__contains__).resolve(type_name, resource)


@pytest.mark.parametrize(
    ("registry", "type_name", "target"),
    [
        ({}, "OS::Heat::Value", "OS::Heat::Value"),
        ({}, "box.yaml", "box.yaml"),
        ({"My::Box": "box.yaml"}, "My::Box", "box.yaml"),
        ({"My::Box": "http://x/box.template"}, "My::Box", "http://x/box.template"),
        ({"My::Alias": "OS::Heat::Value"}, "My::Alias", "OS::Heat::Value"),
        ({"A": "B", "B": "box.yaml"}, "A", "box.yaml"),
        ({"My::*": "OS::Heat::*"}, "My::Value", "OS::Heat::Value"),
        ({"Un::*": "OS::Heat::None"}, "Un::Wanted", "OS::Heat::None"),
        ({"My::*": "OS::Heat::None", "My::V*": "OS::Heat::V*"}, "My::Value", "OS::Heat::Value"),
        ({"My::V*": "OS::Heat::None", "My::Value": "box.yaml"}, "My::Value", "box.yaml"),
        ({"OS::Heat::Value": "box.yaml"}, "OS::Heat::Value", "box.yaml"),
        ({"OS::Heat*": "OS::Heat::None"}, "OS::Heat::None", "OS::Heat::None"),
        ({}, "OS::Quantum::Net", "OS::Neutron::Net"),
        ({"My::Box": "Nowhere", "My::*": "OS::Heat::None"}, "My::Box", "OS::Heat::None"),
    ],
)
def test_a_name_leads_to(registry: dict[str, Any], type_name: str, target: str) -> None:
    found = resolve(registry, type_name)
    assert found is not None
    assert found.name == target


@pytest.mark.parametrize(
    "registry",
    [
        {},
        {"A": None},
        {"A": "B", "B": "A"},
        {"A": "A"},
        {"A*": "A*"},
        {"A": "box.yaml", "A*": None},
        {"A": ["box.yaml"]},
        {"A": "Nowhere"},
    ],
)
def test_a_name_leads_nowhere(registry: dict[str, Any]) -> None:
    assert resolve(registry, "A") is None


def test_rules_for_a_resource_come_before_those_for_all() -> None:
    registry = {
        "My::Box": "box.yaml",
        "resources": {"d?": {"My::Box": "any.yaml"}, "db": {"My::Box": "big.yaml"}},
    }
    assert resolve(registry, "My::Box", "db") == Target("big.yaml", ("resources", "db", "My::Box"))
    assert resolve(registry, "My::Box", "dx") == Target("any.yaml", ("resources", "d?", "My::Box"))
    assert resolve(registry, "My::Box", "web") == Target("box.yaml", ("My::Box",))


def test_only_the_endings_of_templates_make_a_template() -> None:
    assert [is_template(name) for name in ("a.yaml", "a.template", "a.json", "yaml")] == [
        True,
        True,
        False,
        False,
    ]


def test_the_child_lacks_the_mapping_that_led_to_it() -> None:
    registry = {"My::Box": "box.yaml", "Other": "other.yaml"}
    assert narrowed(registry, "r", ("My::Box",)) == {"Other": "other.yaml"}
    assert narrowed(registry, "r", ()) == registry


def test_the_child_has_the_rules_under_its_resource() -> None:
    registry = {
        "resources": {
            "*": {"inner": {"hooks": "pre-create", "T": "wild.yaml"}},
            "outer": {"inner": {"T": "exact.yaml"}, "T": "mine.yaml", "hooks": "pre-update"},
            "another": {"inner": {"T": "no.yaml"}},
        }
    }
    assert narrowed(registry, "outer", ()) == {
        "resources": {"inner": {"hooks": "pre-create", "T": "exact.yaml"}}
    }
    assert narrowed({"resources": {"x": {"y": {}}}}, "r", ()) == {}


def test_rules_for_a_resource_come_from_every_pattern() -> None:
    registry = {
        "resources": {
            "*": {"hooks": "pre-create", "restricted_actions": ["update"]},
            "db": {"hooks": ["post-update", "pre-update"]},
            "other": {"hooks": "pre-delete", "restricted_actions": "replace"},
        }
    }
    assert registry_map.hooks(registry, "db") == {"pre-create", "post-update", "pre-update"}
    assert registry_map.hooks(registry, "Db") == {"pre-create"}
    assert registry_map.restricted_actions(registry, "other") == {"update", "replace"}
    assert registry_map.hooks({}, "db") == frozenset()


def test_rules_go_down_to_nested_stacks() -> None:
    registry = {"resources": {"outer": {"hooks": "pre-create", "in*": {"hooks": "pre-delete"}}}}
    inner = registry_map.narrowed(registry, "outer", ())
    assert registry_map.hooks(inner, "inner") == {"pre-delete"}
    assert registry_map.hooks(registry_map.narrowed(registry, "another", ()), "inner") == set()


def test_words_that_no_rule_knows() -> None:
    rules = {"a": {"hooks": ["pre-create", 5]}, "b": {"hooks": {"hooks": "x"}}}
    found = {problem.path: problem.message for problem in registry_map.rule_problems(rules)}
    assert set(found) == {("resources", "a", "hooks"), ("resources", "b", "hooks", "hooks")}
    assert found["resources", "a", "hooks"].startswith('Invalid hook type "5" for resource')


def test_many_ways_to_nowhere_are_gone_once_each() -> None:
    # Two entries match each name, and both lead to the same one: as many ways as there are powers.
    registry = {}
    for level in range(40):
        registry[f"L{level:02d}*"] = f"L{level + 1:02d}*"
        registry[f"L{level:02d}_*"] = f"L{level + 1:02d}_*"
    asked: list[str] = []

    def known(name: str) -> bool:
        asked.append(name)
        return False

    assert RegistryMap(registry, known).resolve("L00_", "r") is None
    assert len(asked) == 41
    end = {"L40_": "OS::Heat::None"}
    assert resolve({**registry, **end}, "L00_") == Target("OS::Heat::None", ("L40_",))


def test_a_long_way_is_given_up() -> None:
    registry = {f"L{level}": f"L{level + 1}" for level in range(5000)}
    assert resolve({**registry, "L5000": "box.yaml"}, "L0") is None
    assert resolve({**registry, "L20": "box.yaml"}, "L0") == Target("box.yaml", ("L20",))


def test_nulls_take_back_what_begins_like_them() -> None:
    registry = {"A::*": None, "A::B": "box.yaml", "AB": "box.yaml", "C": None}
    assert resolve(registry, "A::B") is None
    assert resolve(registry, "AB") == Target("box.yaml", ("AB",))
