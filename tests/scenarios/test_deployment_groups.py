"""One config on many servers: what each server reads, what the group tells, batches."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from tests.scenarios.nests import child, orphans
from tests.scenarios.software import config, inputs, left, polled, report
from tests.scenarios.world import MINE, Stack, World, server, until

NAMES = ("first", "second")
OUTPUTS = {
    "stdouts": {"get_attr": ["run", "deploy_stdouts"]},
    "codes": {"get_attr": ["run", "deploy_status_codes"]},
    "answers": {"get_attr": ["run", "answer"]},
    "one": {"get_attr": ["run", "deploy_stdouts", "second"]},
}


def servers(*names: str) -> dict[str, Any]:
    return {
        name: server(
            name, user_data_format="SOFTWARE_CONFIG", software_config_transport="POLL_SERVER_HEAT"
        )
        for name in names
    }


def group(
    *names: str, kind: str = "SoftwareDeploymentGroup", policy: Any = None, **properties: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": f"OS::Heat::{kind}",
        "properties": {
            "config": {"get_resource": "config"},
            "servers": {name: {"get_resource": name} for name in names},
            **properties,
        },
    }
    if policy is not None:
        made["update_policy"] = policy
    return made


def resources(*names: str, **more: Any) -> dict[str, Any]:
    return {"config": config(), **servers(*NAMES), "run": group(*(names or NAMES), **more)}


def waiting(stack: Stack) -> dict[str, str]:
    """The action that each server is asked for and has not reported yet."""
    found = {}
    for name in NAMES:
        for item in polled(stack, name):
            shown = stack.via().list_software_deployments(MINE, stack.physical(name))
            if shown and shown[0]["status"] == "IN_PROGRESS":
                found[name] = inputs(item)["deploy_action"]
    return found


def answer(stack: Stack, *names: str, **details: Any) -> None:
    inner = child(stack, "run")
    for name in names:
        report(inner, name, **{"deploy_stdout": f"out of {name}", **details})


@pytest.mark.parametrize(
    "kind",
    [
        "SoftwareDeploymentGroup",
        "StructuredDeploymentGroup",
        "SoftwareDeployments",
        "StructuredDeployments",
    ],
)
def test_each_server_gets_the_config_and_is_heard(world: World, kind: str) -> None:
    stack = world.create(resources(kind=kind), outputs=OUTPUTS)
    until(lambda: len(waiting(stack)) == 2, "both deployments")
    assert stack.state == "CREATE_IN_PROGRESS"
    inner = child(stack, "run")
    assert sorted(inner.states()) == sorted(NAMES)
    answer(stack, *NAMES, answer="42")
    stack.reach("CREATE_COMPLETE")
    assert stack.output("stdouts") == {name: f"out of {name}" for name in NAMES}
    assert stack.output("codes") == dict.fromkeys(NAMES, 0)
    assert stack.output("answers") == dict.fromkeys(NAMES, "42")
    assert stack.output("one") == "out of second"
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert left(world) == (0, 0)
    assert orphans(world) == []


def test_one_that_fails_fails_the_group_and_says_where(world: World) -> None:
    stack = world.create(resources())
    until(lambda: len(waiting(stack)) == 2, "both deployments")
    answer(stack, "first")
    answer(stack, "second", deploy_status_code=3)
    stack.reach("CREATE_FAILED")
    assert "resources.run.resources.second: Deployment to server failed:" in stack.reason


def test_a_server_joins_and_one_leaves(world: World) -> None:
    stack = world.create(resources("first"))
    until(lambda: waiting(stack), "the first deployment")
    answer(stack, "first")
    stack.reach("CREATE_COMPLETE")
    stack.update(resources("second"))
    until(lambda: "second" in waiting(stack), "the second deployment")
    answer(stack, "second")
    stack.reach("UPDATE_COMPLETE")
    assert sorted(child(stack, "run").states()) == ["second"]
    assert polled(stack, "first") == []


def test_an_update_goes_server_by_server(world: World) -> None:
    policy = {"rolling_update": {"max_batch_size": 1}, "batch_create": {"max_batch_size": 1}}
    stack = world.create(resources(policy=policy))
    until(lambda: waiting(stack) == {"first": "CREATE"}, "the first batch")
    answer(stack, "first")
    until(lambda: waiting(stack) == {"second": "CREATE"}, "the second batch")
    answer(stack, "second")
    stack.reach("CREATE_COMPLETE")
    stack.update(resources(policy=policy, input_values={"greeting": "good day"}))
    seen = []
    for _ in NAMES:
        until(lambda: len(waiting(stack)) == 1, "one server to be asked")
        (name,) = waiting(stack)
        seen.append(name)
        answer(stack, name)
        until(lambda name=name: name not in waiting(stack), f"{name} to be done")
    stack.reach("UPDATE_COMPLETE")
    assert sorted(seen) == sorted(NAMES)
    told = [inputs(polled(stack, name)[0])["greeting"] for name in NAMES]
    assert told == ["good day", "good day"]


def test_servers_without_agents_are_refused(world: World) -> None:
    given = {**resources(), "first": server("first")}
    with pytest.raises(errors.StackValidationFailed, match="first's property user_data_format"):
        world.create(given)


def test_a_transport_that_is_not_offered_is_refused(world: World) -> None:
    with pytest.raises(errors.StackValidationFailed, match="ZAQAR_SIGNAL needs a message queue"):
        world.create(resources(signal_transport="ZAQAR_SIGNAL"))
