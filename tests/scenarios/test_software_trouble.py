"""Software deployed while engines die, hints are lost, stacks end and projects are full."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest

from common import errors
from common.context import RequestContext
from heat_engine.commands.orchestration import EngineCloud
from heat_engine.resources.heat.software_service import DEPLOYMENTS
from heat_engine.store import software_deployments
from tests.scenarios.software import deployed, deployment, guest, left, polled, report, software
from tests.scenarios.world import MINE, World


def test_a_report_whose_hint_is_lost_is_found(world: World) -> None:
    stack = world.create(software())
    second = world.add_engine()
    deployed(stack)
    world.lossy = True
    details = {"deploy_status_code": "0"}
    second.service.resource_signal(guest(stack, "run"), stack.identity, "run", details)
    stack.reach("CREATE_COMPLETE")


def test_an_engine_that_dies_meanwhile(world: World) -> None:
    stack = world.create(software())
    before = deployed(stack)
    second = world.add_engine()
    world.kill(world.engine)
    report(stack)
    stack.reach("CREATE_COMPLETE")
    assert [item["id"] for item in polled(stack)] == [before["id"]]
    assert len(second.service.list_software_deployments(MINE)) == 1


@pytest.mark.parametrize("action", ["CREATE", "UPDATE"])
def test_an_engine_that_dies_before_it_could_note_what_it_made(
    new_world: Callable[..., World], monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    world = new_world()
    if action == "UPDATE":
        stack = world.create(software(run=deployment(signal_transport="NO_SIGNAL")))
        stack.reach("CREATE_COMPLETE")
    died = threading.Event()
    verb = action.lower()
    original = getattr(EngineCloud, verb)

    def and_die(cloud: EngineCloud, service: str, collection: str, *rest: Any, **more: Any) -> Any:
        made = original(cloud, service, collection, *rest, **more)
        if collection == DEPLOYMENTS and not died.is_set():
            died.set()
            world.kill(world.engine)
        return made

    monkeypatch.setattr(EngineCloud, verb, and_die)
    second = world.add_engine(start=False)
    if action == "CREATE":
        stack = world.create(software(run=deployment(signal_transport="NO_SIGNAL")))
    else:
        again = deployment(signal_transport="NO_SIGNAL", input_values={"greeting": "hi"})
        stack.update(software(run=again), via=world.engine)
    assert died.wait(10)
    second.start()
    stack.reach(f"{action}_COMPLETE")
    assert len(second.service.list_software_deployments(MINE)) == 1
    assert len(second.service.list_software_configs(MINE)) == 2


@pytest.mark.parametrize(
    ("actions", "verb"), [(["CREATE", "DELETE"], "delete"), (["DELETE"], "forget")]
)
def test_an_engine_that_dies_after_the_last_goodbye(
    new_world: Callable[..., World],
    monkeypatch: pytest.MonkeyPatch,
    actions: list[str],
    verb: str,
) -> None:
    world = new_world()
    stack = world.create(software(run=deployment(signal_transport="NO_SIGNAL", actions=actions)))
    stack.reach("CREATE_COMPLETE")
    second = world.add_engine(start=False)
    died = threading.Event()
    original = getattr(EngineCloud, verb)

    def and_die(cloud: EngineCloud, service: str, collection: str, made: str) -> None:
        original(cloud, service, collection, made)
        if collection == DEPLOYMENTS and not died.is_set():
            died.set()
            world.kill(world.engine)

    monkeypatch.setattr(EngineCloud, verb, and_die)
    stack.via(world.engine).delete_stack(MINE, stack.identity)
    assert died.wait(10)
    second.start()
    stack.reach("DELETE_COMPLETE")


def test_a_stack_deleted_while_it_waits(world: World) -> None:
    stack = world.create(software())
    deployed(stack)
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert left(world) == (0, 0)


def test_a_wait_that_ends_early_ends_the_deployment(new_world: Callable[..., World]) -> None:
    world = new_world(stack_action_timeout=1)
    stack = world.create(software())
    deployed(stack)
    stack.reach("CREATE_FAILED")
    (shown,) = stack.via().list_software_deployments(MINE)
    assert (shown["status"], shown["status_reason"]) == ("FAILED", "Deployment cancelled.")
    report(stack)
    assert ("SIGNAL_FAILED", "Unknown") in stack.history("run")


@pytest.mark.parametrize("kind", ["configs", "deployments"])
def test_limits_hold_for_stacks_and_people(new_world: Callable[..., World], kind: str) -> None:
    world = new_world(**{f"max_software_{kind}_per_tenant": 1})
    via = world.engine.service
    config_id = via.create_software_config(MINE, name="first")["id"]
    if kind == "configs":
        with pytest.raises(errors.RequestLimitExceeded):
            via.create_software_config(MINE, name="second")
    else:
        via.create_software_deployment(MINE, config_id=config_id, server_id="s")
        with pytest.raises(errors.RequestLimitExceeded):
            via.create_software_deployment(MINE, config_id=config_id, server_id="s")
    stack = world.create(software())
    stack.reach("CREATE_FAILED")
    assert f"You have reached the maximum software {kind} per tenant, 1." in stack.reason
    boss = RequestContext(user_id="b", project_id="p", roles=["admin"], is_admin=True)
    assert via.create_software_config(boss, name="third")["name"] == "third"
    assert {item["project"] for item in via.list_software_configs(boss)} == {"p"}


@pytest.mark.parametrize("begun", ["deployed", "redeployed"])
def test_a_config_that_is_deleted_while_it_is_deployed_stays(
    any_world: World, monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    service = any_world.engine.service
    config, other = (service.create_software_config(MINE, name=name)["id"] for name in "ab")
    verb = "insert"
    if begun == "redeployed":
        made = service.create_software_deployment(MINE, server_id="s", config_id=other)
        verb = "update"
    arrived, opened = threading.Event(), threading.Event()
    original = getattr(software_deployments, verb)

    def and_wait(*values: Any, **more: Any) -> Any:
        done = original(*values, **more)
        arrived.set()
        opened.wait(10)
        return done

    def deploy() -> Any:
        if begun == "deployed":
            return service.create_software_deployment(MINE, server_id="s", config_id=config)
        return service.update_software_deployment(MINE, made["id"], config_id=config)

    monkeypatch.setattr(software_deployments, verb, and_wait)
    with ThreadPoolExecutor(2) as pool:
        deploying = pool.submit(deploy)
        assert arrived.wait(10)
        deleting = pool.submit(service.delete_software_config, MINE, config)
        wait([deleting], timeout=0.2)  # all the time that it would need if nobody held it up
        opened.set()
    assert deploying.result()["config_id"] == config
    with pytest.raises(errors.Invalid, match="is used by a deployment"):
        deleting.result()
    assert service.show_software_config(MINE, config)["id"] == config
