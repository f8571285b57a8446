"""From plain data to expressions (templates.md section 1.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.errors import HearthError, Problem, RequestLimitExceeded, StackValidationFailed
from heat_engine.language.functions.base import (
    Binding,
    Failed,
    Function,
    ListExpression,
    MapExpression,
    Path,
)

Grammar = Mapping[str, type[Function]]


class Parser:
    """Turns maps with one key that names a function of the grammar into functions.

    Faults of form go to ``binding.problems`` with the place they are in.
    """

    __slots__ = ("binding", "grammar")

    def __init__(self, binding: Binding, grammar: Grammar) -> None:
        self.binding = binding
        self.grammar = grammar

    def parse(self, value: Any, path: Path) -> Any:
        """The same object when no function lies in it, else an expression."""
        if isinstance(value, dict):
            if len(value) == 1:
                ((name, arguments),) = value.items()
                function = self.grammar.get(name)
                if function is not None:
                    return self._call(function, name, arguments, path)
            return self._map(value, path)
        if isinstance(value, list):
            return self._list(value, path)
        return value

    def _map(self, value: dict[Any, Any], path: Path) -> Any:
        changed = False
        entries = {}
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                place = key if isinstance(key, (str, int)) else str(key)
                node = self.parse(item, (*path, place))
                changed = changed or node is not item
                entries[key] = node
            else:
                entries[key] = item
        return MapExpression(entries, path) if changed else value

    def _list(self, value: list[Any], path: Path) -> Any:
        changed = False
        items = []
        for position, item in enumerate(value):
            if isinstance(item, (dict, list)):
                node = self.parse(item, (*path, position))
                changed = changed or node is not item
                items.append(node)
            else:
                items.append(item)
        return ListExpression(items, path) if changed else value

    def _call(self, function: type[Function], name: str, arguments: Any, path: Path) -> Any:
        inner = (*path, name)
        try:
            if function.macro:
                return function.expand(self, name, arguments, inner)
            if isinstance(arguments, (dict, list)):
                arguments = self.parse(arguments, inner)
            return function(name, arguments, path, self.binding)
        except StackValidationFailed as error:
            return self.fail(error.problems[0], inner)
        except RequestLimitExceeded:
            raise
        except HearthError as error:
            return self.fail(Problem(error.message), inner)

    def fail(self, problem: Problem, path: Path) -> Failed:
        """Report a fault at ``path``, unless it already has a place, and stand in for it."""
        if not problem.path:
            problem = Problem(problem.message, path, problem.error)
        self.binding.problems.append(problem)
        return Failed(problem, path)
