"""Named conditions and what hangs on them (templates.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from common.errors import (
    HearthError,
    Problem,
    RequestLimitExceeded,
    StackValidationFailed,
)
from heat_engine.language.functions.base import (
    Choice,
    Expression,
    Function,
    ListExpression,
    MapExpression,
    Path,
    Resolution,
    fault,
)
from heat_engine.language.functions.conditionals import ConditionFunction
from heat_engine.language.functions.parser import Parser
from heat_engine.language.parameter_schema import MASK
from heat_engine.language.scope import Static
from heat_engine.language.unknown import UNKNOWN

_ERROR = "Condition validation error"


class Conditions:
    """The conditions of one template. A truth is True, False or UNKNOWN (a missing parameter)."""

    def __init__(self, definitions: Mapping[Any, Any], parser: Parser, section: str) -> None:
        self.parser = parser
        self._section = section
        self._truths: dict[str, Any] = {}
        # What a name stands for may be known only once a function has given it.
        self._running: set[str] = set()
        parser.binding.conditions = self
        self._nodes = {
            str(name): parser.parse(definition, (section, str(name)))
            for name, definition in definitions.items()
        }
        for name, definition in definitions.items():
            if not isinstance(self._nodes[str(name)], bool | Expression):
                message = self._invalid(str(name), definition)
                parser.binding.problems.append(Problem(message, (section, str(name)), _ERROR))

    def _invalid(self, name: str, definition: Any) -> str:
        return f'The definition of condition "{name}" is invalid: {self._shown(definition)}'

    def _shown(self, value: Any) -> Any:
        """A value as it may be told: a hidden parameter's not."""
        hidden = self.parser.binding.parameters.hidden_values()
        return MASK if str(value) in hidden else value

    def of_entry(self, condition: Any, path: Path) -> Any:
        """Truth of a resource's or output's condition; faults are reported and read as False."""
        problems = self.parser.binding.problems
        before = len(problems)
        node = self.parser.parse(condition, path)
        if len(problems) > before:
            return False
        if not isinstance(node, (str, bool, Expression)):
            word = "string_or_boolean" if path[0] == "resources" else "string or boolean"
            kind = "Resource" if str(path[0]).lower() == "resources" else "Output"
            problems.append(Problem(f"{kind} {path[1]} condition type must be {word}"))
            return False
        try:
            return self.truth(node)
        except StackValidationFailed as error:
            found = error.problems[0]
            problems.append(found if found.path else Problem(found.message, path, found.error))
        except HearthError as error:
            problems.append(Problem(error.message, path))
        return False

    def truth(self, condition: Any) -> Any:
        """Truth of a condition: a boolean, a name, a function. Raises StackValidationFailed."""
        if isinstance(condition, bool):
            return condition
        if isinstance(condition, str):
            return self._named(condition)
        if isinstance(condition, Expression):
            value = Resolution(Static(), shared=self.parser.binding.budget).resolve(condition)
            if value is UNKNOWN or isinstance(value, bool):
                return value
            if isinstance(value, str):
                return self._named(value)
            raise fault(f'Invalid condition "{self._shown(value)}"')
        raise fault(f'Invalid condition "{condition}"')

    def _named(self, name: str) -> Any:
        if name not in self._nodes:
            raise fault(f'Invalid condition "{self._shown(name)}"')
        if name in self._running:
            raise self._circular(name)
        if name not in self._truths:
            self._evaluate(name)
        truth = self._truths[name]
        if isinstance(truth, HearthError):
            raise truth
        return truth

    def _evaluate(self, wanted: str) -> None:
        """Work out a condition after those it names, without recursion along the chain."""
        pending = [wanted]
        begun: set[str] = set()
        while pending:
            name = pending[-1]
            if name in self._truths:
                pending.pop()
            elif name in begun:
                self._truths[name] = self._own_truth(name)
                pending.pop()
            else:
                begun.add(name)
                for other in _names(self._nodes[name]):
                    if other in begun and other not in self._truths:
                        self._truths[other] = self._circular(other)
                    elif other in self._nodes:
                        pending.append(other)

    def _circular(self, name: str) -> StackValidationFailed:
        message = f'Circular definition for condition "{name}"'
        return StackValidationFailed(problems=[Problem(message, (self._section, name), _ERROR)])

    def _at_home(self, name: str, error: HearthError) -> HearthError:
        """The error with the place of the condition it arose in: whoever uses that is sound."""
        if isinstance(error, RequestLimitExceeded) or any(found.path for found in error.problems):
            return error
        message = error.problems[0].message if error.problems else error.message
        return StackValidationFailed(problems=[Problem(message, (self._section, name))])

    def _own_truth(self, name: str) -> Any:
        node = self._nodes[name]
        self._running.add(name)
        try:
            value = (
                node
                if isinstance(node, bool)
                else Resolution(Static(), shared=self.parser.binding.budget).resolve(node)
            )
        except HearthError as error:
            return self._at_home(name, error)
        finally:
            self._running.discard(name)
        if isinstance(value, bool) or value is UNKNOWN:
            return value
        message = self._invalid(name, value)
        return StackValidationFailed(problems=[Problem(message, (self._section, name), _ERROR)])


def _names(node: Any) -> Iterator[str]:
    """Names of conditions that a definition mentions in the place of a condition, at any depth."""
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, ConditionFunction):
            pending.extend(item.members())
        else:
            pending.extend(part for part in _parts(item) if isinstance(part, Expression))


def _parts(node: Any) -> Iterable[Any]:
    match node:
        case MapExpression():
            return node.entries.values()
        case ListExpression():
            return node.items
        case Choice():
            return node.branches
        case Function():
            return (node.arguments,)
    return ()
