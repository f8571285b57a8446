"""Loops over sections and properties: ``Fn::ForEach::<name>`` (templates.md section 3.6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common import errors
from common.errors import HearthError, Problem, StackValidationFailed
from heat_engine.language import sections
from heat_engine.language.functions.base import ENTRY_COST, Binding, Path, Resolution
from heat_engine.language.functions.parser import Parser
from heat_engine.language.functions.registry import loop_grammar
from heat_engine.language.problems import LimitProblem
from heat_engine.language.scope import Static
from heat_engine.language.unknown import UNKNOWN
from heat_engine.language.versions import LOOP, Version

_NEVER = re.compile("(?!)")
_NOT_OF_NAMES = re.compile("[^A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A document without loops. ``origins``: the place in the source of what a loop made."""

    document: Mapping[str, Any]
    origins: Mapping[Path, Path] = field(default_factory=dict)


def expand(document: Mapping[str, Any], version: Version, binding: Binding) -> Expanded:
    """Write out all loops. Faults go to ``binding.problems``; what has one is left out.

    All loops together may make what the functions of one snippet may.
    """
    words = version.words
    loops = _Loops(version, binding)
    made = {**document, words.conditions: {}, words.resources: {}, words.outputs: {}}
    try:
        for name in (words.conditions, words.resources, words.outputs):
            made[name] = loops.section(document.get(name) or {}, name)
    except errors.RequestLimitExceeded as error:
        binding.problems.append(LimitProblem(error.message))
    found = sections.check(made, version)
    binding.problems.extend(found)
    unsound = {problem.path[:2] for problem in found}
    for name in (words.resources, words.outputs):
        made[name] = {
            key: body for key, body in made[name].items() if (name, str(key)) not in unsound
        }
    return Expanded(made, loops.origins)


@dataclass(frozen=True, slots=True)
class _Names:
    """The identifiers of the loops around a place, and what finds them in a text."""

    values: Mapping[str, str] = field(default_factory=dict)
    expression: re.Pattern[str] = _NEVER

    def replace(self, text: str) -> str:
        """``${identifier}`` by its value, ``&{identifier}`` by what of it may stand in a name."""
        return self.expression.sub(self._found, text) if "{" in text else text

    def _found(self, match: re.Match[str]) -> str:
        value = self.values[match[2]]
        return value if match[1] == "$" else _NOT_OF_NAMES.sub("", value)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry goes, and where in the source it comes from."""

    path: Path
    origin: Path

    def entry(self, key: Any, source: Any) -> _Place:
        return _Place((*self.path, _step(key)), (*self.origin, _step(source)))


def _step(key: Any) -> str | int:
    return key if isinstance(key, str | int) else str(key)


class _Loops:
    def __init__(self, version: Version, binding: Binding) -> None:
        self.origins: dict[Path, Path] = {}
        self._problems = binding.problems
        self._parser = Parser(binding, loop_grammar(version))
        self._resolution = Resolution(Static(), shared=binding.budget)

    def section(self, entries: Mapping[Any, Any], name: str) -> Any:
        """Raises RequestLimitExceeded."""
        return self._value(entries, _Names(), _Place((name,), (name,)))

    def _value(self, value: Any, names: _Names, place: _Place) -> Any:
        if isinstance(value, str):
            return self._text(value, names)
        if isinstance(value, list):
            self._resolution.charge(ENTRY_COST * len(value))
            return [
                self._value(item, names, place.entry(position, position))
                for position, item in enumerate(value)
            ]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1 and isinstance(value.get("Ref"), str) and value["Ref"] in names.values:
            return names.values[value["Ref"]]
        made: dict[Any, Any] = {}
        self._entries(value, names, place, made)
        return made

    def _text(self, text: str, names: _Names) -> str:
        replaced = names.replace(text)
        self._resolution.charge(len(replaced))
        return replaced

    def _entries(
        self,
        entries: Mapping[Any, Any],
        names: _Names,
        place: _Place,
        made: dict[Any, Any],
        *,
        looped: bool = False,
    ) -> None:
        """The entries of a map, those that its loops make among them, into ``made``."""
        self._resolution.charge(2 * ENTRY_COST * len(entries))
        for key, item in entries.items():
            if isinstance(key, str) and key.startswith(LOOP):
                self._loop(item, names, place, place.entry(key, key), made)
                continue
            new = self._text(key, names) if isinstance(key, str) else key
            inner = place.entry(new, key)
            if new != key or looped:
                self.origins[inner.path] = inner.origin
            if new in made:
                self._report(f'There are two entries of the name "{new}"', inner.origin)
            made[new] = self._value(item, names, inner)

    def _loop(
        self, body: Any, names: _Names, place: _Place, loop: _Place, made: dict[Any, Any]
    ) -> None:
        if not isinstance(body, list) or len(body) != 3 or not isinstance(body[2], Mapping):
            usage = "A loop must be of the form [identifier, collection, {name: value}]"
            self._report(usage, loop.origin)
            return
        identifier, collection, template = body
        if not isinstance(identifier, str) or not identifier:
            self._report("The identifier of a loop must be a string", loop.origin)
            return
        if identifier in names.values:
            self._report(f'A loop around this one has the identifier "{identifier}"', loop.origin)
            return
        known = [*names.values, identifier]
        expression = re.compile(r"([$&])\{(" + "|".join(map(re.escape, known)) + r")\}")
        inner = _Place(place.path, (*loop.origin, 2))
        for value in self._collection(collection, names, loop):
            self._resolution.charge(ENTRY_COST)
            scope = _Names({**names.values, identifier: value}, expression)
            self._entries(template, scope, inner, made, looped=True)

    def _collection(self, collection: Any, names: _Names, loop: _Place) -> list[str]:
        """The texts that a loop is over; none when they cannot be known."""
        path = (*loop.origin, 1)
        before = len(self._problems)
        node = self._parser.parse(self._value(collection, names, _Place(path, path)), path)
        if len(self._problems) > before:
            return []
        try:
            values = self._resolution.resolve(node)
        except errors.RequestLimitExceeded:
            raise
        except HearthError as error:
            text = error.problems[0].message if isinstance(error, StackValidationFailed) else error
            self._report(str(text), path)
            return []
        if values is UNKNOWN:
            return []
        if not isinstance(values, list):
            self._report("The collection of a loop must be a list", path)
            return []
        if not all(isinstance(v, str | int | float) and not isinstance(v, bool) for v in values):
            self._report("The members of a loop's collection must be strings", path)
            return []
        return [str(value) for value in values]

    def _report(self, message: str, origin: Path) -> None:
        self._problems.append(Problem(message, origin))
