"""Order among resources: cycles (templates.md section 5.4)."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from common import errors
from heat_engine.language.definition import ResourceDefinition
from heat_engine.language.problems import CycleProblem

_MOST_SHOWN = 50
"""Members of a cycle that its message names."""


def cycle(definitions: Mapping[str, ResourceDefinition]) -> tuple[str, CycleProblem] | None:
    """A cycle among the resources and the name of one that is part of it. Linear time."""
    sorter = TopologicalSorter(
        {name: definition.requires(definitions) for name, definition in definitions.items()}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        names = error.args[1][:-1]
        pairs = list(zip(names, [*names[-1:], *names[:-1]], strict=True))
        shown = ", ".join(
            f"{_shown(definitions[name])}: {{{_shown(definitions[before])}}}"
            for name, before in pairs[:_MOST_SHOWN]
        )
        if len(pairs) > _MOST_SHOWN:
            shown += f", and {len(pairs) - _MOST_SHOWN} more"
        text = errors.CircularDependencyException(cycle="{" + shown + "}").message
        return names[0], CycleProblem(text)
    return None


def _shown(definition: ResourceDefinition) -> str:
    return f'{definition.type.rpartition("::")[2]} "{definition.name}"'
