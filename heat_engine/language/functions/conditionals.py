"""Functions of conditions, and the choice between values (sections 3.5 and 4)."""

from __future__ import annotations

from typing import Any

from common.errors import HearthError
from heat_engine.language.functions.base import (
    Choice,
    Function,
    Path,
    Resolution,
    SnippetParser,
    fault,
    items_of,
)
from heat_engine.language.unknown import ABSENT, UNKNOWN


class Misplaced(Function):
    """A function that may not stand in a condition."""

    __slots__ = ()

    def construct(self) -> None:
        raise fault(f'The function "{self.name}" is invalid in this context')


class Equals(Function):
    """``[value, value]``; no conversion between types."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 2:
            raise self._malformed()

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        if len(arguments) != 2:  # one of them is AWS::NoValue
            raise self._malformed()
        return bool(arguments[0] == arguments[1])

    def _malformed(self) -> HearthError:
        return fault(f'Arguments to "{self.name}" must be of the form: [value_1, value_2]')


class ConditionFunction(Function):
    """A function over conditions: booleans, names, or other condition functions."""

    __slots__ = ()

    def members(self) -> list[Any]:
        """The conditions it is over, unresolved."""
        return items_of(self.arguments) or []

    def truth(self, member: Any, resolution: Resolution) -> Any:
        return self.binding.conditions.truth(member)


class Not(ConditionFunction):
    """One condition, turned."""

    __slots__ = ()

    def construct(self) -> None:
        if self.arguments is None or self.arguments in ([], {}, ""):
            raise fault(f'Argument to "{self.name}" must be a condition')

    def members(self) -> list[Any]:
        return [self.arguments]

    def result(self, resolution: Resolution) -> Any:
        truth = self.truth(self.members()[0], resolution)
        return UNKNOWN if truth is UNKNOWN else not truth


class CfnNot(Not):
    """``Fn::Not: [condition]``."""

    __slots__ = ()

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None or len(items) != 1:
            raise fault(f'Arguments to "{self.name}" must be of the form: [condition]')

    def members(self) -> list[Any]:
        return items_of(self.arguments) or []


class And(ConditionFunction):
    """Members after the first false one are not looked at."""

    __slots__ = ()
    decides = False

    def construct(self) -> None:
        items = items_of(self.arguments)
        if items is None:
            raise fault(f'Arguments to "{self.name}" must be a list of conditions')
        if len(items) < 2:
            raise fault(f'The minimum number of condition arguments to "{self.name}" is 2.')

    def result(self, resolution: Resolution) -> Any:
        answer: Any = not self.decides
        for member in self.members():
            truth = self.truth(member, resolution)
            if truth is self.decides:
                return truth
            if truth is UNKNOWN:
                answer = UNKNOWN
        return answer


class Or(And):
    """Members after the first true one are not looked at."""

    __slots__ = ()
    decides = True


class ConditionReference(ConditionFunction):
    """``Condition: name``, what other conditions say by the name alone."""

    __slots__ = ()

    def construct(self) -> None:
        if not isinstance(self.arguments, str):
            raise fault(f'Argument to "{self.name}" must be the name of a condition')

    def members(self) -> list[Any]:
        return [self.arguments]

    def result(self, resolution: Resolution) -> Any:
        return self.truth(self.arguments, resolution)


class If(Function):
    """``[condition, value when true, value when false]``; the other branch is never read."""

    __slots__ = ()
    macro = True
    counts: tuple[int, ...] = (3,)

    @classmethod
    def expand(cls, parser: SnippetParser, name: str, arguments: Any, path: Path) -> Any:
        if not isinstance(arguments, list) or len(arguments) not in cls.counts:
            raise fault(
                f'Arguments to "{name}" must be of the form: '
                "[condition_name, value_if_true, value_if_false]"
            )
        conditions = parser.binding.conditions
        truth = conditions.truth(conditions.parser.parse(arguments[0], (*path, 0)))
        branches = [*arguments[1:], ABSENT][:2]
        if truth is UNKNOWN:
            parsed = [
                parser.parse(branch, (*path, position + 1))
                for position, branch in enumerate(branches)
            ]
            return Choice(parsed, path)
        position = 0 if truth else 1
        return parser.parse(branches[position], (*path, position + 1))


class IfOrAbsent(If):
    """As before; without a third argument the enclosing entry disappears when false."""

    __slots__ = ()
    counts = (2, 3)
