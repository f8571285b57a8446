"""What a project and a stack may have; many at once exceed nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from common import errors
from common.context import RequestContext
from heat_engine.language import template as templates
from heat_engine.store import resources, stacks
from tests.databases import KINDS
from tests.scenarios.nests import box, create, nest, orphans, update
from tests.scenarios.world import MINE, Stack, World, template, thing

AT_ONCE = 20


def at_once(call: Callable[[int], Any]) -> list[Any]:
    """What twenty callers at the same time got, or were told."""

    def try_it(number: int) -> Any:
        try:
            return call(number)
        except errors.HearthError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(try_it, range(AT_ONCE)))


@pytest.mark.parametrize("kind", KINDS)
def test_stacks_of_a_project(new_world: Callable[..., World], kind: str) -> None:
    world = new_world(kind, max_stacks_per_tenant=3)
    body = template({"a": thing()})
    engines = [world.engine, world.add_engine()]
    told = at_once(
        lambda number: engines[number % 2].service.create_stack(MINE, f"s{number}", template=body)
    )
    refusals = [item for item in told if isinstance(item, errors.RequestLimitExceeded)]
    assert len(refusals) == AT_ONCE - 3
    assert "maximum stacks per tenant, 3" in refusals[0].message
    assert world.database.query(stacks.count, project_id="p") == 3
    boss = RequestContext(user_id="a", project_id="p", roles=["admin"], is_admin=True)
    world.engine.service.create_stack(boss, "more", template=body)


@pytest.mark.parametrize("kind", KINDS)
def test_snapshots_of_a_stack(new_world: Callable[..., World], kind: str) -> None:
    world = new_world(kind, max_snapshots_per_stack=2)
    engines = [world.engine, world.add_engine()]
    stack = world.create({"a": thing()})
    stack.reach("CREATE_COMPLETE")
    for _ in range(2):
        told = at_once(
            lambda number: engines[number % 2].service.stack_snapshot(MINE, stack.identity, None)
        )
        expected = (dict, errors.ActionInProgress, errors.RequestLimitExceeded)
        assert all(isinstance(item, expected) for item in told)
        stack.reach("SNAPSHOT_COMPLETE")
    assert len(stack.via().stack_list_snapshots(MINE, stack.identity)) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("noun", ["config", "deployment"])
def test_software_of_a_project(new_world: Callable[..., World], kind: str, noun: str) -> None:
    world = new_world(kind, **{f"max_software_{noun}s_per_tenant": 3})
    engines = [world.engine, world.add_engine()]
    boss = RequestContext(user_id="a", project_id="p", roles=["admin"], is_admin=True)
    given: dict[str, Any] = {"name": "c"}
    if noun == "deployment":
        config_id = world.engine.service.create_software_config(boss, name="c")["id"]
        given = {"config_id": config_id, "server_id": "s"}
    told = at_once(
        lambda number: getattr(engines[number % 2].service, f"create_software_{noun}")(
            MINE, **given
        )
    )
    refusals = [item for item in told if isinstance(item, errors.RequestLimitExceeded)]
    assert len(refusals) == AT_ONCE - 3
    assert f"maximum software {noun}s per tenant, 3" in refusals[0].message
    assert len(getattr(world.engine.service, f"list_software_{noun}s")(MINE)) == 3


def count(world: World, stack: Stack) -> int:
    return world.database.query(resources.count_tree, stack.id)


@pytest.mark.parametrize("kind", KINDS)
def test_resources_of_all_nested_stacks_together(
    new_world: Callable[..., World], kind: str
) -> None:
    world = new_world(kind, max_resources_per_stack=20)
    four = {"box.yaml": nest({str(number): thing() for number in range(4)})}
    stack = create(world, {f"b{number}": box() for number in range(5)}, four)
    stack.reach("CREATE_FAILED")
    assert "Maximum resources per stack exceeded" in stack.reason
    assert count(world, stack) <= 20
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert orphans(world) == []


def test_an_update_counts_what_is_nested(new_world: Callable[..., World]) -> None:
    world = new_world(max_resources_per_stack=6)
    files = {"box.yaml": nest({str(number): thing() for number in range(3)})}
    stack = create(world, {"b": box()}, files)
    stack.reach("CREATE_COMPLETE")
    more = {f"a{number}": thing() for number in range(3)}
    with pytest.raises(errors.RequestLimitExceeded):
        update(stack, {"b": box(), **more}, files)
    update(stack, {"b": box(), "a0": thing(), "a1": thing()}, files)
    stack.reach("UPDATE_COMPLETE")
    assert count(world, stack) == 6


def test_a_nested_stack_may_not_outgrow_the_rest(new_world: Callable[..., World]) -> None:
    world = new_world(max_resources_per_stack=6)
    small, large = nest({"i": thing()}), nest({str(number): thing() for number in range(6)})
    stack = create(world, {"b": box()}, {"box.yaml": small})
    stack.reach("CREATE_COMPLETE")
    update(stack, {"b": box()}, {"box.yaml": large})
    stack.reach("UPDATE_FAILED")
    assert "Maximum resources per stack exceeded" in stack.reason
    update(stack, {"b": box()}, {"box.yaml": small})
    stack.reach("UPDATE_COMPLETE")


def test_how_deep_stacks_are_nested(new_world: Callable[..., World]) -> None:
    world = new_world(max_nested_stack_depth=1)
    files = {"box.yaml": nest({"i": thing()}), "outer.yaml": nest({"in": box()})}
    with pytest.raises(errors.HearthError, match="Recursion depth exceeds 1"):
        create(world, {"o": box(kind="outer.yaml")}, files)
    create(world, {"b": box()}, files).reach("CREATE_COMPLETE")


@pytest.mark.parametrize("name", ["", "1a", "a b", "ä", "a" * 256, "-a", None, 7])
def test_names_of_stacks(world: World, name: Any) -> None:
    with pytest.raises(errors.StackValidationFailed, match="Invalid stack name"):
        world.engine.service.create_stack(MINE, name, template=template({"a": thing()}))


def test_the_longest_name_holds(world: World) -> None:
    name = "a" * 255
    stack = create(world, {"b": box()}, {"box.yaml": nest({"i": thing()})}, name=name)
    stack.reach("CREATE_COMPLETE")
    stack.delete()
    stack.reach("DELETE_COMPLETE")


@pytest.mark.parametrize("tags", [["a" * 81], ["a,b"], [7], {"a": 1}])
def test_tags(world: World, tags: Any) -> None:
    with pytest.raises(errors.StackValidationFailed, match="Invalid tag"):
        world.create({"a": thing()}, tags=tags)
    world.create({"a": thing()}, tags=["a" * 80]).reach("CREATE_COMPLETE")


def test_a_document_has_limits_too(new_world: Callable[..., World]) -> None:
    world = new_world(enable_stack_adopt=True, max_resources_per_stack=1)
    document = {"template": template({"a": thing(), "b": thing()}), "resources": {}}
    with pytest.raises(errors.RequestLimitExceeded):
        world.engine.service.create_stack(
            MINE, "s", template=None, args={"adopt_stack_data": json.dumps(document)}
        )


@pytest.mark.parametrize("question", ["validate_template", "preview_stack"])
def test_a_template_nested_hundreds_of_times_is_not_read_as_often(
    world: World, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    original, read = templates.parse, []

    def counted(*values: Any, **more: Any) -> Any:
        read.append(1)
        return original(*values, **more)

    monkeypatch.setattr(templates, "parse", counted)
    body = template({f"b{number}": box() for number in range(300)})
    files = {"box.yaml": json.dumps({**nest({"a": thing()}), "description": "x" * 200_000})}
    ask = getattr(world.engine.service, question)
    if question == "preview_stack":
        shown = ask(MINE, "s", template=body, files=files, args={})
        assert len(shown["resources"]) == 300
    else:
        shown = ask(MINE, template=body, files=files, show_nested=True)
        assert "b0" in shown["NestedParameters"]
    assert len(read) < 100


def test_a_group_of_a_billion_is_refused_at_once(world: World) -> None:
    group = {
        "type": "OS::Heat::ResourceGroup",
        "properties": {"count": 10**9, "resource_def": thing()},
    }
    with pytest.raises(errors.StackValidationFailed, match="1000000000 is too large"):
        world.engine.service.preview_stack(MINE, "s", template=template({"g": group}), args={})
