"""From text to data: JSON first, else YAML, within budgets (contract/templates.md section 1.2)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from common import errors
from common.errors import Problem
from heat_engine.language import yaml_reader
from heat_engine.language.limits import DEFAULT, Limits
from heat_engine.language.short_tags import LONG_FORMS

__all__ = ["Limits", "SourceMap", "canonical", "check_size", "load", "parse_json"]


class SourceMap:
    """Where in the text each value stands. The text is only read again when a place is asked for.

    >>> SourceMap("a:\\n  b: 1").position(("a", "b"))
    (2, 3)
    """

    def __init__(
        self, text: str, origins: Mapping[tuple[str | int, ...], Sequence[str | int]] | None = None
    ) -> None:
        """``origins``: for paths that the text does not have, the paths it has for them."""
        self._text = text
        self._origins = origins or {}
        self._root: yaml.Node | None = None
        self._composed = False
        self._indexes: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = {}

    def position(self, path: Sequence[str | int]) -> tuple[int, int] | None:
        """Line and column, from 1, of the value at ``path`` or of its nearest known ancestor."""
        if not self._composed:
            self._composed = True
            self._root = yaml_reader.compose(self._text)
        node = self._root
        if node is None:
            return None
        if self._origins:
            path = self._original(tuple(path))
        mark = node.start_mark
        for part in path:
            entry = self._entries(node).get(str(part))
            if entry is None:
                if LONG_FORMS.get(node.tag) == part:
                    continue
                break
            mark, node = entry[0].start_mark, entry[1]
        return mark.line + 1, mark.column + 1

    @property
    def text(self) -> str:
        return self._text

    def moved(self, origins: Mapping[tuple[str | int, ...], Sequence[str | int]]) -> SourceMap:
        """A map for a document that was made from this text's."""
        return SourceMap(self._text, origins)

    def _original(self, path: tuple[str | int, ...]) -> Sequence[str | int]:
        for length in range(len(path), 0, -1):
            origin = self._origins.get(path[:length])
            if origin is not None:
                return (*origin, *path[length:])
        return path

    def _entries(self, node: yaml.Node) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """Key (or position) to the node where the entry starts and the node of its value."""
        known = self._indexes.get(id(node))
        if known is None:
            known = {}
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode):
                        known[key.value] = (key, value)
            elif isinstance(node, yaml.SequenceNode):
                for position, value in enumerate(node.value):
                    known[str(position)] = (value, value)
            self._indexes[id(node)] = known
        return known

    def locate(self, problem: Problem, path: Sequence[str | int] | None = None) -> Problem:
        """The same problem with line and column of ``path`` (default: its own)."""
        place = self.position(problem.path if path is None else path)
        if place is None or problem.line is not None:
            return problem
        return replace(problem, line=place[0], column=place[1])


def load(
    text: str, *, what: str = "template", name: str = "[root stack]", limits: Limits = DEFAULT
) -> tuple[Any, SourceMap]:
    """Data and source map of a text. ``name`` says which document a fault is in.

    Raises RequestLimitExceeded (size, depth, expansion of aliases) and StackValidationFailed.
    """
    if len(text) > limits.size:
        raise _too_large(len(text), limits)
    source = SourceMap(text)
    try:
        data = json.loads(text, parse_constant=_not_json, parse_float=_finite)
    except RecursionError:
        raise _too_deep(limits) from None
    except ValueError:
        pass
    else:
        _check_depth(data, limits)
        return data, source
    try:
        data = yaml_reader.read(text, limits)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = Problem(
            f"Error parsing {what} {name} {error}",
            line=None if mark is None else mark.line + 1,
            column=None if mark is None else mark.column + 1,
        )
        raise errors.StackValidationFailed(problems=[problem]) from None
    return {} if data is None else data, source


def check_size(data: Mapping[str, Any], limits: Limits = DEFAULT) -> None:
    """Hold a document that arrives as data to the same limits. Raises RequestLimitExceeded."""
    _check_depth(data, limits)
    try:
        size = len(json.dumps(data, ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise errors.StackValidationFailed("The document holds more than JSON data.") from None
    if size > limits.size:
        raise _too_large(size, limits)


def canonical(data: Any) -> str:
    """JSON text, the same for the same data. Keys of several types sort as their texts do."""
    try:
        return json.dumps(data, sort_keys=True, default=str)
    except TypeError:
        return json.dumps(json.loads(json.dumps(data, default=str)), sort_keys=True)


def parse_json(text: str, limits: Limits = DEFAULT) -> Any:
    """JSON text inside a document. Raises ValueError, also when it is nested too deeply."""
    try:
        data = json.loads(text, parse_constant=_not_json, parse_float=_finite)
        _check_depth(data, limits)
    except (RecursionError, errors.RequestLimitExceeded):
        raise ValueError("nested too deeply") from None
    return data


def _not_json(word: str) -> Any:
    """For NaN and Infinity, which Python's own reader takes."""
    raise ValueError(f"{word} is no value of JSON")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _not_json(text)


def _check_depth(data: Any, limits: Limits) -> None:
    level = [data] if isinstance(data, (dict, list)) else []
    depth = 0
    while level:
        depth += 1
        if depth > limits.depth:
            raise _too_deep(limits)
        parts = (value.values() if isinstance(value, dict) else value for value in level)
        level = [part for each in parts for part in each if isinstance(part, (dict, list))]


def _too_large(size: int, limits: Limits) -> errors.RequestLimitExceeded:
    return errors.RequestLimitExceeded(
        limit=f"Template size ({size} bytes) exceeds maximum allowed size ({limits.size} bytes)."
    )


def _too_deep(limits: Limits) -> errors.RequestLimitExceeded:
    return errors.RequestLimitExceeded(
        limit=f"The document is nested more than {limits.depth} levels deep."
    )
