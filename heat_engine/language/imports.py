"""What a template takes from other stacks: ``Fn::ImportValue`` (templates.md section 3.6)."""

from __future__ import annotations

from typing import Any

from common.errors import HearthError, Problem
from heat_engine.language.functions.base import (
    Binding,
    Function,
    ListExpression,
    MapExpression,
    Path,
    Resolution,
)
from heat_engine.language.functions.references import (
    GetAvailabilityZones,
    ImportValue,
    Reference,
    ResourceFacade,
)
from heat_engine.language.scope import Static

LONGEST = 255
"""Characters of an export's name."""

# What a name cannot be made of: nobody knows it before the stack lives.
_LIVING = (GetAvailabilityZones, ImportValue, Reference, ResourceFacade)


def names_of(binding: Binding) -> dict[str, Path]:
    """Names of the exports that the bound snippets import, with the place of the first import.

    A name that hangs on a resource is a fault, which goes to ``binding.problems``: what a stack
    imports is known before anything is made. One that is at fault otherwise is left to the checks
    of the snippet it stands in, and one that hangs on a missing parameter is left out.
    """
    found: dict[str, Path] = {}
    for function in binding.imports:
        place = (*function.path, function.name)
        if _hangs_on_the_living(function.arguments):
            message = "The name of an import may depend on parameters only"
            binding.problems.append(Problem(message, place))
            continue
        try:
            name = Resolution(Static(), shared=binding.budget).resolve(function.arguments)
        except HearthError:
            continue
        if not isinstance(name, str) or not name:
            continue
        if len(name) > LONGEST:
            message = f"The name of an export has at most {LONGEST} characters"
            binding.problems.append(Problem(message, place))
            continue
        found.setdefault(name, place)
    return found


def _hangs_on_the_living(node: Any) -> bool:
    pending = [node]
    while pending:
        item = pending.pop()
        if isinstance(item, MapExpression):
            pending.extend(item.entries.values())
        elif isinstance(item, ListExpression):
            pending.extend(item.items)
        elif isinstance(item, Function):
            if isinstance(item, _LIVING):
                return True
            pending.append(item.arguments)
    return False
