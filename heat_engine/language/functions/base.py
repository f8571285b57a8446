"""What a parsed snippet is made of, and how it is resolved.

A snippet without functions stays the plain data it was. With functions, every map and list on the
way to one becomes an ``Expression``; so whether a snippet is constant is seen from its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from common import errors
from common.errors import HearthError, Problem, StackValidationFailed
from heat_engine.language.limits import MAX_RESOLVED, MAX_TEMPLATE_WORK
from heat_engine.language.parameters import Parameters
from heat_engine.language.scope import Scope
from heat_engine.language.unknown import ABSENT, UNKNOWN, contains_unknown

Path = tuple[str | int, ...]

ENTRY_COST = 16
"""Characters whose copying costs as much as making one entry of a list or map."""


class Budget:
    """What many resolutions may make together. ``left`` below zero: it is used up."""

    __slots__ = ("left",)

    def __init__(self, units: int = MAX_TEMPLATE_WORK) -> None:
        self.left = units


class Binding:
    """What the functions of one template see of it. ``resources``: the declared names."""

    __slots__ = (
        "budget",
        "conditions",
        "enabled",
        "facades",
        "files",
        "imports",
        "mappings",
        "parameters",
        "problems",
        "references",
        "resources",
    )

    def __init__(
        self,
        parameters: Parameters,
        files: Mapping[str, Any],
        mappings: Mapping[str, Any],
        resources: Mapping[str, Any],
    ) -> None:
        self.parameters = parameters
        self.files = files
        self.mappings = mappings
        self.resources = resources
        self.enabled: frozenset[str] = frozenset()
        self.conditions: Any = None
        self.budget = Budget()
        self.problems: list[Problem] = []
        self.references: list[Function] = []
        self.facades: list[Function] = []
        self.imports: list[Function] = []


class SnippetParser(Protocol):
    """What a macro may ask of the parser that meets it."""

    @property
    def binding(self) -> Binding: ...

    def parse(self, value: Any, path: Path) -> Any: ...


class Resolution:
    """One pass over one snippet: the scope, what is left of the budget, and faults if collected.

    ``shared``: a budget that other resolutions draw from too.
    """

    __slots__ = ("faults", "left", "scope", "shared", "unknown")

    def __init__(
        self, scope: Scope, *, collect: bool = False, shared: Budget | None = None
    ) -> None:
        self.scope = scope
        self.left = MAX_RESOLVED
        self.shared = shared
        self.unknown = False
        self.faults: list[tuple[Path, HearthError]] | None = [] if collect else None

    def resolve(self, node: Any) -> Any:
        """Plain data of a node; UNKNOWN for what failed when faults are collected."""
        if not isinstance(node, Expression):
            return node
        if self.faults is None:
            return node.result(self)
        try:
            return node.result(self)
        except HearthError as error:
            self.faults.append((node.path, error))
            self.unknown = True
            return UNKNOWN

    def charge(self, amount: int) -> None:
        """Take from the budget. Raises RequestLimitExceeded when it is used up."""
        self.left -= amount
        if self.shared is not None:
            self.shared.left -= amount
            self.left = min(self.left, self.shared.left)
        if self.left < 0:
            raise self._exhausted()

    def _exhausted(self) -> HearthError:
        if self.shared is not None and self.shared.left < 0:
            return errors.RequestLimitExceeded(
                limit=f"The template's functions make more than {MAX_TEMPLATE_WORK} characters."
            )
        return errors.RequestLimitExceeded(
            limit=f"Functions expand a value to more than {MAX_RESOLVED} characters."
        )

    def charged(self, value: Any) -> Any:
        """``value``, paid for by the length of its texts and the number of its entries."""
        if isinstance(value, str):
            self.charge(len(value))
        elif isinstance(value, (dict, list)):
            pending: list[Any] = [value]
            while pending:
                item = pending.pop()
                if isinstance(item, str):
                    self.charge(len(item))
                elif isinstance(item, dict):
                    self.charge(2 * len(item))
                    pending.extend(item.values())
                elif isinstance(item, list):
                    self.charge(len(item))
                    pending.extend(item)
                elif item is UNKNOWN:
                    self.unknown = True
        elif value is UNKNOWN:
            self.unknown = True
        return value


class Expression:
    """A part of a snippet that holds a function."""

    __slots__ = ("path",)
    path: Path

    def result(self, resolution: Resolution) -> Any:
        """Plain data, UNKNOWN or ABSENT. Raises errors of the catalogue only."""
        raise NotImplementedError


class MapExpression(Expression):
    __slots__ = ("entries",)

    def __init__(self, entries: dict[Any, Any], path: Path) -> None:
        self.entries = entries
        self.path = path

    def result(self, resolution: Resolution) -> Any:
        resolve = resolution.resolve
        resolved = {}
        for key, node in self.entries.items():
            value = resolve(node)
            if value is not ABSENT:
                resolved[key] = value
        return resolved


class ListExpression(Expression):
    __slots__ = ("items",)

    def __init__(self, items: list[Any], path: Path) -> None:
        self.items = items
        self.path = path

    def result(self, resolution: Resolution) -> Any:
        resolve = resolution.resolve
        resolved = []
        for node in self.items:
            value = resolve(node)
            if value is not ABSENT:
                resolved.append(value)
        return resolved


class Choice(Expression):
    """A branch that hangs on a condition not known yet: neither is taken, both are checked."""

    __slots__ = ("branches",)

    def __init__(self, branches: list[Any], path: Path) -> None:
        self.branches = branches
        self.path = path

    def result(self, resolution: Resolution) -> Any:
        for branch in self.branches:
            resolution.resolve(branch)
        resolution.unknown = True
        return UNKNOWN


class Failed(Expression):
    """Stands where a function could not be built; the fault is reported by the parser."""

    __slots__ = ("problem",)

    def __init__(self, problem: Problem, path: Path) -> None:
        self.problem = problem
        self.path = path

    def result(self, resolution: Resolution) -> Any:
        if resolution.faults is not None:
            resolution.unknown = True
            return UNKNOWN
        raise StackValidationFailed(problems=[self.problem])


class Function(Expression):
    """One call. ``construct`` checks its form once; ``compute`` gives its value.

    macro: it is expanded from arguments that are not parsed yet.
    """

    __slots__ = ("arguments", "binding", "name")
    macro: ClassVar[bool] = False

    def __init__(self, name: str, arguments: Any, path: Path, binding: Binding) -> None:
        self.name = name
        self.arguments = arguments
        self.path = path
        self.binding = binding
        self.construct()

    @classmethod
    def expand(cls, parser: SnippetParser, name: str, arguments: Any, path: Path) -> Any:
        """What a macro stands for; it sees its arguments unparsed."""
        raise NotImplementedError

    def construct(self) -> None:
        """Check the arguments' form. Raises StackValidationFailed with the bare message."""

    def result(self, resolution: Resolution) -> Any:
        arguments = resolution.resolve(self.arguments)
        if resolution.unknown and contains_unknown(arguments):
            return UNKNOWN
        try:
            return self.compute(arguments, resolution)
        except (TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise fault(f'"{self.name}": {error}') from None

    def compute(self, arguments: Any, resolution: Resolution) -> Any:
        """The value for resolved arguments, none of them UNKNOWN."""
        raise NotImplementedError


class Removed(Function):
    """A function that this version of HOT, or this engine, knows only to refuse it."""

    __slots__ = ()

    def construct(self) -> None:
        explanation = f"The function {self.name} is not supported in this version of HOT."
        raise fault(errors.InvalidTemplateVersion(explanation=explanation).message)


def fault(message: str) -> StackValidationFailed:
    """The error a function raises: the bare message, its place is added by the caller."""
    return StackValidationFailed(message)


def items_of(value: Any) -> list[Any] | None:
    """Members of a list argument, parsed or plain; None when it is something else."""
    if isinstance(value, ListExpression):
        return value.items
    return value if isinstance(value, list) else None


def entries_of(value: Any) -> dict[Any, Any] | None:
    """Entries of a map argument, parsed or plain; None when it is something else."""
    if isinstance(value, MapExpression):
        return value.entries
    return value if isinstance(value, dict) else None
