"""Which implementation a type's name stands for: the ``resource_registry`` of an environment
(contract/engine-semantics.md section 7.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from common.errors import Problem

TEMPLATE_ENDINGS = (".yaml", ".template")
RULES = "resources"
HOOKS = "hooks"
RESTRICTED = "restricted_actions"
# What a rule may pause, and what it may forbid an update to do.
HOOK_TYPES = (
    "pre-create",
    "pre-update",
    "pre-delete",
    "post-create",
    "post-update",
    "post-delete",
)
RESTRICTED_ACTIONS = ("update", "replace")
MOST_NAMES = 100
"""Names that are looked up to find what one type's name leads to."""
# What every installation maps, after what users map and after the types there are.
SYSTEM: Mapping[str, Any] = {"OS::Quantum*": "OS::Neutron*"}


@dataclass(frozen=True, slots=True)
class Target:
    """What a type's name leads to: the name of a type, or of a template among the files.

    key: the path of the last mapping on the way, empty when there was none.
    """

    name: str
    key: tuple[str, ...] = ()

    @property
    def is_template(self) -> bool:
        return is_template(self.name)


def is_template(name: str) -> bool:
    """Whether a type's name is the name of a template."""
    return name.endswith(TEMPLATE_ENDINGS)


class RegistryMap:
    """The mappings of one stack. ``known`` tells whether a name is one of the engine's types."""

    def __init__(self, registry: Mapping[str, Any], known: Callable[[str], bool]) -> None:
        self._rules = _maps(registry.get(RULES))
        self._entries = _entries(registry)
        self._known = known
        self._found: dict[tuple[str, str], Target | None] = {}

    def resolve(self, type_name: str, resource_name: str) -> Target | None:
        """What a resource of that type is; None when the name leads nowhere."""
        # Without rules for single resources, those of one type are all the same.
        key = (type_name, resource_name if self._rules else "")
        if key not in self._found:
            self._found[key] = self._resolve(type_name, resource_name, set())
        return self._found[key]

    def mapping(self, type_name: str, resource_name: str) -> tuple[str, tuple[str, ...]] | None:
        """What the registry says of a type first, and the path of the entry that says it."""
        return next(self._candidates(type_name, resource_name), None)

    def _resolve(self, name: str, resource: str, tried: set[str]) -> Target | None:
        """``tried``: the names on the way here, and those that have led nowhere: on which way one
        is come to changes nothing, as the first that leads somewhere ends the search."""
        if is_template(name):
            return Target(name)
        if name in tried or len(tried) == MOST_NAMES:
            return None
        tried.add(name)
        for value, key in self._candidates(name, resource):
            found = self._resolve(value, resource, tried)
            if found is not None:
                return found if found.key else Target(found.name, key)
        if self._known(name):
            return Target(name)
        for value, key in _matches(SYSTEM, name):
            found = self._resolve(value, resource, tried)
            if found is not None:
                return found if found.key else Target(found.name, key)
        return None

    def _candidates(self, name: str, resource: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for pattern, rules in reversed(_matching(self._rules, resource)):
            for value, key in _matches(_entries(rules), name):
                yield value, (RULES, pattern, *key)
        yield from _matches(self._entries, name)


def narrowed(
    registry: Mapping[str, Any], resource_name: str, key: tuple[str, ...]
) -> dict[str, Any]:
    """The registry for the stack nested in a resource.

    Rules are those under the resource's name. The mapping ``key``, which led to the nested stack's
    own template, is left out, so that a template may use the type it stands for.
    """
    child = {name: value for name, value in registry.items() if name != RULES and (name,) != key}
    rules: dict[str, Any] = {}
    for _, found in _matching(_maps(registry.get(RULES)), resource_name):
        for name, inner in _maps(found).items():
            rules[name] = {**rules.get(name, {}), **inner}
    if rules:
        child[RULES] = rules
    return child


def hooks(registry: Mapping[str, Any], resource_name: str) -> frozenset[str]:
    """The hooks at which a change of a resource pauses (contract section 8.3)."""
    return _words(registry, resource_name, HOOKS)


def restricted_actions(registry: Mapping[str, Any], resource_name: str) -> frozenset[str]:
    """What an update may not do to a resource (contract section 8.2)."""
    return _words(registry, resource_name, RESTRICTED)


def rule_problems(rules: Mapping[str, Any], path: tuple[str, ...] = (RULES,)) -> list[Problem]:
    """Hooks and restricted actions that there are not, in rules at any depth."""
    found: list[Problem] = []
    for name, rule in _maps(rules).items():
        place = (*path, name)
        for key, known, text in (
            (HOOKS, HOOK_TYPES, 'hook type "{}" for resource breakpoint, acceptable hook types'),
            (RESTRICTED, RESTRICTED_ACTIONS, _RESTRICTED_TEXT),
        ):
            found.extend(
                Problem(f"Invalid {text.format(word)} are: {known}", (*place, key))
                for word in _listed(rule.get(key))
                if word not in known
            )
        found.extend(rule_problems(rule, place))
    return found


_RESTRICTED_TEXT = 'restricted_action type "{}" for resource, acceptable restricted_action types'


def _words(registry: Mapping[str, Any], resource_name: str, key: str) -> frozenset[str]:
    matching = _matching(_maps(registry.get(RULES)), resource_name)
    return frozenset(word for _, rule in matching for word in _listed(rule.get(key)))


def _listed(value: Any) -> list[Any]:
    """A single word, or a list of them; a map is the rule of a resource that is so named."""
    if value is None or isinstance(value, Mapping):
        return []
    return [str(word) for word in value] if isinstance(value, (list, tuple)) else [str(value)]


def _maps(value: Any) -> dict[str, Mapping[str, Any]]:
    """The members of a map that are maps."""
    members = value.items() if isinstance(value, Mapping) else ()
    return {str(name): item for name, item in members if isinstance(item, Mapping)}


def _matching(
    rules: Mapping[str, Mapping[str, Any]], resource: str
) -> list[tuple[str, Mapping[str, Any]]]:
    """Rules for a resource: those of patterns first, that of its exact name last."""
    found = [(name, body) for name, body in rules.items() if fnmatchcase(resource, name)]
    return sorted(found, key=lambda item: (item[0] == resource, item[0]))


def _entries(registry: Mapping[str, Any]) -> dict[str, str]:
    """The mappings of types, without those that a null takes back."""
    words = [str(name) for name, value in registry.items() if value is None]
    removed = {word[:-1] for word in words if word.endswith("*")}
    lengths = {len(word) for word in removed}
    return {
        str(name): value
        for name, value in registry.items()
        if isinstance(value, str) and not any(str(name)[:length] in removed for length in lengths)
    }


def _matches(entries: Mapping[str, Any], name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a name maps to: the exact entry first, then wildcards, longer ones first."""
    exact = entries.get(name)
    if isinstance(exact, str) and not name.endswith("*"):
        yield exact, (name,)
    globs = [key for key in entries if key.endswith("*") and name.startswith(key[:-1])]
    for key in sorted(globs, key=len, reverse=True):
        value = str(entries[key])
        target = value[:-1] + name[len(key) - 1 :] if value.endswith("*") else value
        if target != name:
            yield target, (key,)
