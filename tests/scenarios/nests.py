"""Nested stacks as tests see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from heat_engine.store import resources, tables
from tests.scenarios.world import MINE, Stack, World, template, thing


def create(
    world: World,
    resources: Mapping[str, Any],
    files: Mapping[str, Any] | None = None,
    *,
    name: str = "s",
    registry: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
    **args: Any,
) -> Stack:
    """A stack whose templates come as data."""
    via = args.pop("via", world.engine)
    identity = via.service.create_stack(
        MINE,
        name,
        template=template(resources, outputs),
        files=texts(files or {}),
        params={"parameters": {}, "resource_registry": dict(registry or {})},
        args=args,
    )
    return Stack(world, identity)


def update(
    stack: Stack,
    resources: Mapping[str, Any],
    files: Mapping[str, Any] | None = None,
    *,
    outputs: Mapping[str, Any] | None = None,
    registry: Mapping[str, Any] | None = None,
    **args: Any,
) -> None:
    stack.via(args.pop("via", None)).update_stack(
        MINE,
        stack.identity,
        template=template(resources, outputs),
        files=texts(files or {}),
        params={"parameters": {}, "resource_registry": dict(registry or {})},
        args=args,
    )


def texts(files: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: body if isinstance(body, str) else json.dumps(body) for name, body in files.items()
    }


def nest(
    resources: Mapping[str, Any],
    parameters: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A template to be nested."""
    made = template(resources, outputs)
    if parameters:
        made["parameters"] = dict(parameters)
    return made


def child(stack: Stack, *path: str) -> Stack:
    """The stack nested in a resource, at the end of a path of resources."""
    found = stack
    for name in path:
        with stack.world.database.read() as session:
            row = session.execute(
                select(tables.stack).where(
                    tables.stack.c.owner_id == found.id,
                    tables.stack.c.parent_resource == name,
                    tables.stack.c.deleted_at.is_(None),
                )
            ).one()
        identity = {"tenant": row.project_id, "stack_name": row.name, "stack_id": row.id}
        found = Stack(stack.world, {**identity, "path": ""})
    return found


def orphans(world: World) -> list[str]:
    """Living nested stacks that no resource names, and names that lead to no stack."""
    with world.database.read() as session:
        nested = session.execute(
            select(tables.stack.c.id).where(
                tables.stack.c.owner_id.is_not(None), tables.stack.c.deleted_at.is_(None)
            )
        ).scalars()
        named = session.execute(
            select(tables.resource.c.child_id).where(tables.resource.c.child_id.is_not(None))
        ).scalars()
        return sorted({*nested} ^ {*named})


def value_of(stack: Stack, name: str) -> Any:
    """What a resource's property ``value`` really is, shown to nobody or not."""
    with stack.world.database.read() as session:
        row = resources.find(session, stack.id, name)
    return row.properties["value"] if row else None


BOX = nest(
    {"inner": thing({"get_param": "text"})},
    {"text": {"type": "string", "default": "none"}},
    {"said": {"get_attr": ["inner", "output"]}},
)


def box(text: str | None = None, kind: str = "box.yaml", **rest: Any) -> dict[str, Any]:
    return {"type": kind, **({} if text is None else {"properties": {"text": text}}), **rest}
