"""Two engines on one database: taking over, fencing off, draining, and hints that are lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from heat_engine.store import tables
from heat_engine.traversal import journal
from tests.scenarios.world import MINE, World, net, template, thing, until, waiting

LEASE = 1.0


def owner(world: World) -> str | None:
    with world.database.read() as session:
        return session.execute(
            tables.traversal.select().where(tables.traversal.c.owner.is_not(None))
        ).first()  # type: ignore[return-value]


def test_another_engine_takes_over_after_the_lease(any_world: World) -> None:
    world = any_world
    first, second = world.engine, world.add_engine()
    stack = world.create({**waiting(), "n": {**net(), "depends_on": "wait"}}, via=first)
    until(lambda: stack.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    killed = time.monotonic()
    world.kill(first)
    stack.signal(via=second)
    stack.reach("CREATE_COMPLETE")
    assert time.monotonic() - killed < LEASE + 2
    assert len(world.cloud.made("networks")) == 1
    assert world.leftovers() == {"steps": 0, "traversals": 0}


def test_what_the_dead_engine_was_making_is_adopted(world: World) -> None:
    """The call ends after the engine is gone: the other one asks again with the same token."""
    first, second = world.engine, world.add_engine(start=False)
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"n": net()}, via=first)
        assert arrived.wait(10)
        world.kill(first)
    second.start()
    stack.reach("CREATE_COMPLETE")
    calls = world.cloud.done("create", "networks")
    assert len({token for *_, token in calls}) == 1
    assert len(world.cloud.made("networks")) == 1


def test_a_failure_is_not_forgotten_when_the_engine_dies_after_it(world: World) -> None:
    """The rest was still running; whoever takes over must neither try again nor go on."""
    first, second = world.engine, world.add_engine(start=False)
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create(
            {"a": net(), "bad": thing(fail=True), "b": {**net("b"), "depends_on": "a"}}, via=first
        )
        assert arrived.wait(10)
        until(lambda: stack.states()["bad"] == "CREATE_FAILED", "the failure")
        world.kill(first)
    second.start()
    stack.reach("CREATE_FAILED")
    assert stack.reason == (
        "Resource CREATE failed: ValueError: resources.bad: Test Resource failed bad"
    )
    assert stack.states() == {"a": "CREATE_COMPLETE", "bad": "CREATE_FAILED", "b": "INIT_COMPLETE"}


def test_a_fenced_off_engine_stops_silently(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It does not know that its lease has run out; nothing that it does later is written."""
    first = world.engine
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"n": net(), "m": {**net("m"), "depends_on": "n"}}, via=first)
        assert arrived.wait(10)
        # Its keeper hangs, as after a long pause of the whole machine.
        monkeypatch.setattr(first.runner._keeper, "_guarded", lambda work: None)
        second = world.add_engine()
        until(lambda: second.runner.running(), "the second engine to claim")
    stack.reach("CREATE_COMPLETE")
    until(lambda: not first.runner.running(), "the first engine to notice")
    assert [made["name"] for made in world.cloud.made("networks")] == ["n", "m"]
    assert [state for state, _ in stack.history("m")] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert "Traceback" not in caplog.text


def test_an_engine_that_loses_its_lease_while_waiting_lets_go(world: World) -> None:
    first = world.engine
    stack = world.create(waiting(), via=first)
    until(lambda: stack.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    with world.database.write() as session:
        session.execute(tables.traversal.update().values(owner="nobody", fence=9, lease_until=2e9))
    until(lambda: not first.runner.running(), "the engine to let go")


def test_drain_gives_the_leases_back(world: World) -> None:
    first = world.engine
    stack = world.create(waiting(), via=first)
    until(lambda: stack.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    second = world.add_engine(lease_seconds=60.0)
    first.drain(5.0)
    assert first.runner.running() == {}
    drained = time.monotonic()
    del world.engines[first.settings.engine_id]
    stack.signal(via=second)
    stack.reach("CREATE_COMPLETE")
    assert time.monotonic() - drained < 2.0


def test_drain_lets_running_calls_end(world: World) -> None:
    first = world.engine
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"n": net(), "m": {**thing(), "depends_on": "n"}}, via=first)
        assert arrived.wait(10)
        draining = threading.Thread(target=first.drain, args=(10.0,))
        draining.start()
        until(lambda: first.runner._draining, "the drain to begin")
        assert len(first.runner.running()) == 1
    draining.join(5.0)
    assert not draining.is_alive()
    assert stack.states() == {"n": "CREATE_COMPLETE", "m": "INIT_COMPLETE"}
    del world.engines[first.settings.engine_id]
    world.add_engine()
    stack.reach("CREATE_COMPLETE")
    assert len(world.cloud.done("create", "networks")) == 1


def test_lost_hints_cost_only_time(world: World) -> None:
    first, second = world.engine, world.add_engine()
    world.lossy = True
    stack = world.create({"a": thing(action_wait_secs={"create": -1})}, via=first)
    until(lambda: stack.states().get("a") == "CREATE_IN_PROGRESS", "a to wait")
    stack.update({"b": net()}, via=second)
    stack.reach("UPDATE_COMPLETE")
    stack.update({**waiting()}, via=second)
    until(lambda: stack.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    stack.signal(via=first)
    stack.reach("UPDATE_COMPLETE")


def test_hints_reach_the_engine_that_works_on_the_stack(world: World) -> None:
    first, second = world.engine, world.add_engine(lease_seconds=60.0)
    stack = world.create(waiting(), via=second)
    until(lambda: stack.states().get("wait") == "CREATE_IN_PROGRESS", "the wait")
    stack.signal(via=first)
    sent = time.monotonic()
    stack.reach("CREATE_COMPLETE")
    assert time.monotonic() - sent < 1.0


def test_two_engines_share_the_work(new_world: Callable[..., World]) -> None:
    world = new_world()
    first, second = world.engine, world.add_engine()
    stacks = [
        world.create({"n": net()}, name=f"s{number}", via=(first, second)[number % 2])
        for number in range(10)
    ]
    for stack in stacks:
        stack.reach("CREATE_COMPLETE")
    assert len(world.cloud.made("networks")) == 10


def test_an_engine_survives_an_absence_of_the_database(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written is done again from the rows, by the same engine."""
    database = world.databases[world.engine.settings.engine_id]
    with world.cloud.held("create", "networks") as arrived:
        stack = world.create({"n": net(), "m": {**net("m"), "depends_on": "n"}})
        assert arrived.wait(10)
        database.dead = True
    until(lambda: not world.engine.runner.running(), "the traversal to be left")
    database.dead = False
    stack.reach("CREATE_COMPLETE")
    assert [made["name"] for made in world.cloud.made("networks")] == ["n", "m"]


def test_a_traversal_that_cannot_be_taken_up_fails_and_blocks_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.engine.drain(1.0)
    body = template({"a": net()})
    identities = [
        world.engine.service.create_stack(MINE, name, template=body, args={})
        for name in ("poisoned", "sound")
    ]
    del world.engines[world.engine.settings.engine_id]
    real = journal.resources.load

    def load(session: Any, stack_id: str) -> Any:
        if stack_id == identities[0]["stack_id"]:
            raise KeyError("poison")
        return real(session, stack_id)

    monkeypatch.setattr("heat_engine.traversal.claims.resources.load", load)
    engine = world.add_engine()

    def states() -> list[str]:
        return [
            engine.service.show_stack(MINE, identity, resolve_outputs=False)[0]["stack_status"]
            for identity in identities
        ]

    until(lambda: states() == ["FAILED", "COMPLETE"], "both to end")


@pytest.mark.parametrize("count", [200])
def test_finished_traversals_leave_nothing_behind_in_memory(world: World, count: int) -> None:
    """The timer of a stack's deadline must not keep the stack for an hour."""
    for number in range(count // 10):
        stack = world.create({f"r{i}": thing() for i in range(10)}, name=f"s{number}")
        stack.reach("CREATE_COMPLETE")
    runner = world.engine.runner
    # A stack's end can be read a moment before its engine has put it away.
    until(lambda: runner.running() == {}, "the last one to be put away")
    kept = [timer for *_, timer in runner.timers._heap if timer._call is not None]
    assert kept == []
