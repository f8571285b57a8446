"""Outputs that other stacks may import: ``Export`` (templates.md section 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from common.errors import HearthError, Problem, StackValidationFailed
from heat_engine.language.definition import OutputDefinition
from heat_engine.language.functions.base import Path, Resolution
from heat_engine.language.functions.parser import Parser
from heat_engine.language.imports import LONGEST
from heat_engine.language.scope import Static
from heat_engine.language.unknown import UNKNOWN

KEY = "Export"


def name_of(body: Mapping[Any, Any], path: Path, parser: Parser) -> str | None:
    """The name under which an output is exported; None where it is not, or not known yet.

    Faults go to ``parser.binding.problems``.
    """
    if KEY not in body:
        return None
    place = (*path, KEY)
    problems = parser.binding.problems
    declared = body[KEY]
    if not isinstance(declared, Mapping) or list(declared) != ["Name"]:
        problems.append(Problem("An export must be a map with the key Name", place))
        return None
    place = (*place, "Name")
    found = parser.binding.references = []
    before = len(problems)
    node = parser.parse(declared["Name"], place)
    if len(problems) > before:
        return None
    if found:
        problems.append(Problem("The name of an export may depend on parameters only", place))
        return None
    try:
        name = Resolution(Static(), shared=parser.binding.budget).resolve(node)
    except HearthError as error:
        told = error.problems[0].message if isinstance(error, StackValidationFailed) else None
        problems.append(Problem(told or error.message, place))
        return None
    if name is UNKNOWN:
        return None
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST:
        message = f"The name of an export must be a text of 1 to {LONGEST} characters"
        problems.append(Problem(message, place))
        return None
    return name


def repeated(outputs: Iterable[OutputDefinition]) -> list[Problem]:
    """A problem for each output that exports a name which another one has."""
    seen: dict[str, str] = {}
    problems = []
    for output in outputs:
        if output.export is None:
            continue
        first = seen.setdefault(output.export, output.name)
        if first != output.name:
            message = f'The output "{first}" is exported under the same name'
            problems.append(Problem(message, (*output.path, KEY)))
    return problems
