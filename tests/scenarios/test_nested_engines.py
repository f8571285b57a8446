"""Nested stacks on several engines: killed at any commit, without hints, taken over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from heat_engine.engine import Engine
from tests.scenarios.nests import child, create, nest, orphans, update
from tests.scenarios.world import MINE, World, net, thing, until, waiting

# Writes that only keep an engine alive.
UNCOUNTED = frozenset({"renew", "report", "remove", "purge"})
FILES = {
    "outer.yaml": nest(
        {
            "mid": {"type": "inner.yaml"},
            "group": {
                "type": "OS::Heat::ResourceGroup",
                "properties": {"count": 2, "resource_def": net("g-%index%")},
            },
        }
    ),
    "inner.yaml": nest({"n": net("inner"), "t": {**thing("one"), "depends_on": "n"}}),
}
LATER = {
    **FILES,
    "inner.yaml": nest({"n": net("inner"), "t": {**thing("two"), "depends_on": "n"}, "m": net()}),
}
TREE = {"r": {"type": "outer.yaml"}, "after": {**thing(), "depends_on": "r"}}


def doom(world: World, engine: Engine, number: int, *, after: bool) -> None:
    """Kill the engine just before, or after, its commit of that number from now."""
    database: Any = world.databases[engine.settings.engine_id]
    real = database.transact
    left = number

    def transact(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        nonlocal left
        if function.__name__ in UNCOUNTED or database.dead:
            return real(function, *args, **kwargs)
        left -= 1
        if left == 0 and not after:
            world.kill(engine)
        result = real(function, *args, **kwargs)
        if left == 0 and after and not database.dead:
            world.kill(engine)
        return result

    database.transact = transact


def is_dead(world: World, engine: Engine) -> bool:
    return engine.settings.engine_id not in world.engines


def names(world: World) -> list[str]:
    return sorted(made["name"] for made in world.cloud.made("networks"))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(2, 14, 2))
def test_a_create_goes_on_whatever_commit_its_engine_died_at(
    new_world: Callable[..., World], number: int, after: bool
) -> None:
    world = new_world(lease_seconds=0.3, scan_interval=0.05)
    first, second = world.engine, world.add_engine()
    doom(world, first, number, after=after)
    stack = create(world, TREE, FILES, via=first)
    until(lambda: is_dead(world, first) or stack.state == "CREATE_COMPLETE", "the death or the end")
    stack.reach("CREATE_COMPLETE")
    assert names(world) == ["g-0", "g-1", "inner"]
    assert orphans(world) == []
    until(lambda: not second.runner.running(), "the rest")
    assert world.leftovers() == {"steps": 0, "traversals": 0}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(2, 12, 3))
@pytest.mark.parametrize("story", ["update", "delete"])
def test_a_change_goes_on_whatever_commit_its_engine_died_at(
    new_world: Callable[..., World], number: int, after: bool, story: str
) -> None:
    world = new_world(lease_seconds=0.3, scan_interval=0.05)
    first = world.engine
    stack = create(world, TREE, FILES, via=first)
    stack.reach("CREATE_COMPLETE")
    second = world.add_engine()
    doom(world, first, number, after=after)
    if story == "update":
        update(stack, TREE, LATER, via=first)
        stack.reach("UPDATE_COMPLETE")
        assert names(world) == ["g-0", "g-1", "inner", "n"]
    else:
        first.service.delete_stack(MINE, stack.identity)
        until(
            lambda: (
                stack.via(second).show_stack(MINE, stack.identity, resolve_outputs=False)[0][
                    "stack_status"
                ]
                == "COMPLETE"
            ),
            "the delete",
        )
        assert names(world) == []
    assert orphans(world) == []
    until(lambda: not second.runner.running(), "the rest")
    assert world.leftovers() == {"steps": 0, "traversals": 0}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(2, 7))
def test_what_is_retained_is_no_orphan_whatever_commit_its_engine_died_at(
    new_world: Callable[..., World], number: int, after: bool
) -> None:
    world = new_world(lease_seconds=0.3, scan_interval=0.05)
    first = world.engine
    kept = {**TREE, "r": {"type": "outer.yaml", "deletion_policy": "Retain"}}
    stack = create(world, kept, FILES, via=first)
    stack.reach("CREATE_COMPLETE")
    second = world.add_engine()
    inner = child(stack, "r")
    doom(world, first, number, after=after)
    update(stack, {"after": thing()}, FILES, via=first)
    stack.reach("UPDATE_COMPLETE")
    assert orphans(world) == []
    listed = {item["stack_name"] for item in second.service.list_stacks(MINE)}
    assert listed == {"s", inner.identity["stack_name"]}
    second.service.delete_stack(MINE, inner.identity)
    inner.reach("DELETE_COMPLETE")
    assert names(world) == []


def test_parent_and_child_may_be_on_two_engines(world: World) -> None:
    """The child's engine tells the parent's engine when it is done."""
    first, second = world.engine, world.add_engine()
    inner = nest({**waiting()})
    stack = create(world, {"r": {"type": "w.yaml"}}, {"w.yaml": inner}, via=first)
    until(lambda: "r" in stack.states() and stack.states()["r"] == "CREATE_IN_PROGRESS", "r")
    nested = child(stack, "r")
    until(lambda: nested.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    updated = nest({"t": thing()})
    # An update of the nested stack by itself: the other engine runs it.
    second.service.update_stack(MINE, nested.identity, template=updated, args={})
    began = time.monotonic()
    stack.reach("CREATE_COMPLETE")
    assert time.monotonic() - began < 4
    assert nested.state == "UPDATE_COMPLETE"


def test_lost_hints_cost_only_time(world: World) -> None:
    first, second = world.engine, world.add_engine()
    world.lossy = True
    inner = nest({"t": thing(action_wait_secs={"create": -1})})
    stack = create(world, {"r": {"type": "w.yaml"}}, {"w.yaml": inner}, via=first)
    until(lambda: stack.states().get("r") == "CREATE_IN_PROGRESS", "r")
    nested = child(stack, "r")
    second.service.update_stack(MINE, nested.identity, template=nest({"u": thing()}), args={})
    stack.reach("CREATE_COMPLETE")


def test_drain_gives_parents_and_children_back(world: World) -> None:
    first = world.engine
    stack = create(world, {"r": {"type": "w.yaml"}}, {"w.yaml": nest({**waiting()})}, via=first)
    until(lambda: stack.states().get("r") == "CREATE_IN_PROGRESS", "r")
    nested = child(stack, "r")
    until(lambda: nested.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    second = world.add_engine(lease_seconds=60.0)
    first.drain(5.0)
    assert first.runner.running() == {}
    del world.engines[first.settings.engine_id]
    nested.signal(via=second)
    stack.reach("CREATE_COMPLETE")
