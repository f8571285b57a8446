"""Nested stacks that export values, and import them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common import errors
from tests.scenarios.exporting import (
    AWS,
    EMPTY,
    begin,
    change,
    exporter,
    exports,
    importer,
    make,
    rows,
    settle,
)
from tests.scenarios.world import MINE, World


def box(content: dict[str, Any]) -> dict[str, Any]:
    """The template of a stack with another one nested in it, and the files it needs."""
    return {
        "template": {**AWS, "Resources": {"box": {"Type": "box.yaml"}}},
        "files": {"box.yaml": json.dumps(content)},
    }


def test_nested_stacks_import_and_export(world: World) -> None:
    source = make(world, "net", **box(exporter("inside")))
    assert exports(world) == {"net-id": "inside"}
    user = make(world, "app", **box(importer()))
    (name,) = world.engine.service.list_imports(MINE, "net-id")
    assert name.startswith("app-box-")
    with pytest.raises(errors.ExportInUse, match=f"in use by {name}"):
        source.delete()
    change(source, **box(exporter("inside", export=None)))
    source.reach("UPDATE_FAILED")
    assert f"Export net-id cannot be deleted as it is in use by {name}." in source.reason
    change(source, EMPTY)
    source.reach("UPDATE_FAILED")
    assert f"Export net-id cannot be deleted as it is in use by {name}." in source.reason
    assert exports(world) == {"net-id": "inside"}
    user.delete()
    settle(world, (1, 0))
    source.delete()
    settle(world, (0, 0))


def test_a_nested_stack_says_what_it_cannot_import(world: World) -> None:
    stack = begin(world, "app", **box(importer()))
    stack.reach("CREATE_FAILED")
    assert "No export named net-id found." in stack.reason
    assert "resources.box" in stack.reason


def test_a_stack_whose_parts_import_from_one_another_can_be_deleted(world: World) -> None:
    content = {
        **AWS,
        "Resources": {
            "first": {"Type": "net.yaml"},
            "second": {"Type": "app.yaml", "DependsOn": "first"},
        },
    }
    files = {"net.yaml": json.dumps(exporter()), "app.yaml": json.dumps(importer())}
    stack = make(world, "whole", content, files=files)
    assert rows(world) == (1, 1)
    stack.delete()
    settle(world, (0, 0))
