"""HOT's grouping of parameters for display (templates.md section 2.6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from common.errors import Problem

_ERROR = "Parameter Groups error"


def check(groups: Any, declared: Collection[str]) -> list[Problem]:
    """Faults of a ``parameter_groups`` section."""
    if groups is None:
        return []
    if not isinstance(groups, list):
        return [_problem("The parameter_groups should be a list.")]
    problems: list[Problem] = []
    seen: set[str] = set()
    for group in groups:
        problems.extend(_check_group(group, declared, seen))
    return problems


def _check_group(group: Any, declared: Collection[str], seen: set[str]) -> list[Problem]:
    if not isinstance(group, Mapping):
        return [_problem("Each parameter group should be a map.")]
    label = str(group.get("label") or "")
    if "parameters" not in group:
        return [_problem("The parameters must be provided for each parameter group.", label)]
    names = group["parameters"]
    if not isinstance(names, list):
        return [_problem("The parameters of parameter group should be a list.", label)]
    problems = []
    for name in names:
        if not isinstance(name, str) or not (name in declared or name in _PSEUDO):
            problems.append(
                _problem(
                    f"The grouped parameter {name} does not reference a valid parameter.", label
                )
            )
        elif name in seen:
            problems.append(
                _problem(
                    f"The {name} parameter must be assigned to one parameter group only.", label
                )
            )
        else:
            seen.add(name)
    return problems


_PSEUDO = frozenset({"OS::stack_name", "OS::stack_id", "OS::project_id", "OS::region"})


def _problem(message: str, label: str | None = None) -> Problem:
    path = ("parameter_groups",) if label is None else ("parameter_groups", label)
    return Problem(message, path, _ERROR)
