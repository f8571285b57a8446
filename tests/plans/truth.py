"""What an update has done to each resource, read from rows and events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, func, not_, select

from heat_engine.store import tables
from tests.scenarios.world import World

PATIENCE = 60.0
LOOK = 0.005
Path = tuple[str, ...]
Lists = dict[str, set[Path]]
LISTS = ("unchanged", "updated", "replaced", "added", "deleted")


@dataclass
class Node:
    """A stack: its id and name, and the resources that it has by their names."""

    stack_id: str
    name: str
    rows: dict[str, str] = field(default_factory=dict)
    children: dict[str, Node] = field(default_factory=dict)

    def paths(self, above: Path = ()) -> Iterator[Path]:
        for name in self.rows:
            yield (*above, name)
            if name in self.children:
                yield from self.children[name].paths((*above, name))

    def stacks(self, above: Path = ()) -> Iterator[tuple[Node, Path]]:
        """The stack and those nested in it, with where they are."""
        yield self, above
        for name, child in self.children.items():
            yield from child.stacks((*above, name))


def tree(world: World, stack_id: str) -> Node:
    """A root stack as its rows say it is."""
    stack, resource = tables.stack.c, tables.resource.c
    nested = select(stack.id, stack.name).where(stack.root_id == stack_id)
    rows = (
        select(resource.id, resource.name, resource.stack_id, resource.child_id)
        .join(tables.stack, stack.id == resource.stack_id)
        .where(
            stack.root_id == stack_id,
            resource.obsolete.is_(False),
            not_(and_(resource.action == "INIT", resource.status == "COMPLETE")),
        )
        .order_by(resource.created_at, resource.id)
    )
    with world.database.read() as session:
        nodes = {row.id: Node(row.id, row.name) for row in session.execute(nested)}
        for row in session.execute(rows):
            node = nodes[row.stack_id]
            node.rows[row.name] = row.id
            if row.child_id in nodes:
                node.children[row.name] = nodes[row.child_id]
    return nodes[stack_id]


def end(world: World, stack_id: str) -> str:
    """The state in which a stack's action ends. Looks straight at the row: a look costs little."""
    stack = tables.stack.c
    statement = select(stack.action, stack.status).where(stack.id == stack_id)
    deadline = time.monotonic() + PATIENCE
    while True:
        with world.database.read() as session:
            action, status = session.execute(statement).one()
        if status != "IN_PROGRESS":
            return f"{action}_{status}"
        if time.monotonic() > deadline:
            raise AssertionError(f"{action} does not end")
        time.sleep(LOOK)


def latest_event(world: World) -> int:
    with world.database.read() as session:
        return int(session.execute(select(func.max(tables.event.c.sequence))).scalar() or 0)


def updated_since(world: World, sequence: int) -> set[tuple[str, str]]:
    """Stack and name of the resources whose update has begun since that event."""
    event = tables.event.c
    statement = select(event.stack_id, event.resource_name).where(
        event.sequence > sequence, event.action == "UPDATE", event.status == "IN_PROGRESS"
    )
    with world.database.read() as session:
        return {(row.stack_id, row.resource_name) for row in session.execute(statement)}


def happened(before: Node, after: Node, updated: set[tuple[str, str]]) -> Lists:
    found: Lists = {name: set() for name in LISTS}
    _compare(before, after, updated, (), found)
    return found


def _compare(
    before: Node, after: Node, updated: set[tuple[str, str]], above: Path, found: Lists
) -> None:
    for name in {**before.rows, **after.rows}:
        path = (*above, name)
        old, new = before.children.get(name), after.children.get(name)
        if before.rows.get(name) == after.rows.get(name):
            is_updated = (before.stack_id, name) in updated
            found["updated" if is_updated else "unchanged"].add(path)
            if old is not None and new is not None:
                _compare(old, new, updated, path, found)
            continue
        word = "replaced"
        if name not in after.rows:
            word = "deleted"
        elif name not in before.rows:
            word = "added"
        found[word].add(path)
        if old is not None:
            found["deleted"].update(old.paths(path))
        if new is not None:
            found["added"].update(new.paths(path))


def named(changes: dict[str, list[dict[str, Any]]], before: Node) -> tuple[Lists, set[Path]]:
    """What a preview names, by paths; and what it says is undecided."""
    places = {node.name: path for node, path in before.stacks()}
    lists: Lists = {name: set() for name in LISTS}
    undecided: set[Path] = set()
    for name, entries in changes.items():
        for entry in entries:
            path = (*place(entry["stack_name"], places), entry["resource_name"])
            lists[name].add(path)
            if entry.get("undecided"):
                undecided.add(path)
    return lists, undecided


def place(name: str, places: dict[str, Path]) -> Path:
    """Where a stack is: one that does not exist is called after the resources around it."""
    known, inside = name, []
    while known not in places:
        known, _, resource = known.rpartition("-")
        inside.append(resource)
    return (*places[known], *reversed(inside))
