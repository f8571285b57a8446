"""Stacks that export values to one another, as tests tell of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from heat_engine.store import tables
from tests.scenarios.world import MINE, Stack, World, until

AWS = {"AWSTemplateFormatVersion": "2010-09-09"}


def exporter(
    value: Any = "v", export: str | None = "net-id", *, shown: Any = None, **properties: Any
) -> dict[str, Any]:
    """A thing, and an output that exports what it says."""
    output: dict[str, Any] = {"Value": shown or {"Fn::GetAtt": ["thing", "output"]}}
    if export is not None:
        output["Export"] = {"Name": export}
    return {
        **AWS,
        "Resources": {
            "thing": {
                "Type": "OS::Heat::TestResource",
                "Properties": {"value": value, **properties},
            }
        },
        "Outputs": {"out": output},
    }


def importer(export: Any = "net-id", **properties: Any) -> dict[str, Any]:
    return {
        **AWS,
        "Resources": {
            "user": {
                "Type": "OS::Heat::TestResource",
                "Properties": {"value": {"Fn::ImportValue": export}, **properties},
            }
        },
        "Outputs": {"got": {"Value": {"Fn::GetAtt": ["user", "output"]}}},
    }


EMPTY = {**AWS, "Resources": {"thing": {"Type": "OS::Heat::None"}}}


def begin(
    world: World, name: str, template: dict[str, Any], context: Any = MINE, **args: Any
) -> Stack:
    params = {"parameters": args.pop("parameters", {})}
    files = args.pop("files", {})
    identity = world.engine.service.create_stack(
        context, name, template=template, params=params, files=files, args=args
    )
    return Stack(world, identity)


def make(world: World, name: str, template: dict[str, Any], **args: Any) -> Stack:
    stack = begin(world, name, template, **args)
    stack.reach("CREATE_COMPLETE")
    return stack


def change(stack: Stack, template: dict[str, Any], **args: Any) -> None:
    params = {"parameters": args.pop("parameters", {})}
    files = args.pop("files", {})
    stack.via().update_stack(
        MINE, stack.identity, template=template, params=params, files=files, args=args
    )


def exports(world: World) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in world.engine.service.list_exports(MINE)}


def rows(world: World) -> tuple[int, int]:
    with world.database.read() as session:
        counts = [
            session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.stack_export, tables.stack_import)
        ]
    return counts[0], counts[1]


def settle(world: World, left: tuple[int, int]) -> None:
    """Wait until nothing runs and there are so many exports and imports."""
    until(lambda: rows(world) == left and not world.leftovers()["traversals"], f"{left} rows")


def preview(stack: Stack, template: dict[str, Any]) -> Any:
    return stack.via().preview_update_stack(MINE, stack.identity, template=template, params={})
