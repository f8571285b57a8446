"""Checks of access policies, which take the names of all resources of a template."""

from __future__ import annotations

from collections.abc import Iterator

from common.errors import Problem
from heat_engine.commands.kinds import Kinds
from heat_engine.language.template import BoundTemplate
from heat_engine.language.unknown import UNKNOWN
from heat_engine.language.validation import static_properties
from heat_engine.resources.heat.access_policy import AccessPolicy


def problems(kinds: Kinds, bound: BoundTemplate) -> Iterator[Problem]:
    """A policy allows resources of its own stack only (contract/engine-semantics.md 10.2)."""
    for name, definition in bound.resources.items():
        kind = kinds.wanted(definition)
        if not isinstance(kind, AccessPolicy):
            continue
        allowed = static_properties(definition, kind.interface())["AllowedResources"]
        for item in allowed if isinstance(allowed, list) else ():
            if item is UNKNOWN or (isinstance(item, str) and item in bound.resources):
                continue
            yield Problem(f"AccessPolicy resource {item} not in stack", ("resources", name))
