"""Graphs of things that require one another; every function is linear in nodes and edges."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def order(requires: Mapping[Node, Collection[Node]]) -> list[Node]:
    """Nodes so that each stands behind all it requires. Requirements outside are ignored.

    Nodes that take part in a cycle, or stand behind one, are left out.
    """
    missing = {
        node: sum(1 for need in needs if need in requires) for node, needs in requires.items()
    }
    dependents = reverse(requires)
    ready = [node for node, count in missing.items() if count == 0]
    for node in ready:
        for dependent in dependents[node]:
            missing[dependent] -= 1
            if missing[dependent] == 0:
                ready.append(dependent)
    return ready


def reverse(requires: Mapping[Node, Collection[Node]]) -> dict[Node, list[Node]]:
    """Who requires each node."""
    dependents: dict[Node, list[Node]] = {node: [] for node in requires}
    for node, needs in requires.items():
        for need in needs:
            if need in dependents:
                dependents[need].append(node)
    return dependents


def acyclic(requires: Mapping[Node, Collection[Node]]) -> dict[Node, list[Node]]:
    """The same graph without the requirements that close a cycle."""
    ordered = order(requires)
    position = {node: index for index, node in enumerate(ordered)}
    for node in requires:
        position.setdefault(node, len(position))
    return {
        node: [need for need in needs if need in requires and position[need] < position[node]]
        for node, needs in requires.items()
    }
