"""Software deployed to servers: what the servers read, what they report, what becomes of stacks."""

from __future__ import annotations

from typing import Any

import pytest

from common import errors
from heat_engine.commands import software_check
from heat_engine.resources.heat import software_component
from tests.scenarios.software import (
    SCRIPT,
    config,
    deployed,
    deployment,
    guest,
    inputs,
    left,
    polled,
    report,
    software,
)
from tests.scenarios.world import MINE, OTHERS, World, server, until


def test_from_the_config_to_the_outputs(any_world: World) -> None:
    outputs = {
        "stdout": {"get_attr": ["run", "deploy_stdout"]},
        "answer": {"get_attr": ["run", "answer"]},
        "trouble": {"get_attr": ["run", "trouble"]},
    }
    stack = any_world.create(software(), outputs=outputs)
    found = deployed(stack)
    assert (found["group"], found["config"]) == ("script", SCRIPT)
    told = inputs(found)
    assert told["greeting"] == "hello"
    assert told["deploy_server_id"] == stack.physical("web")
    assert told["deploy_stack_id"] == f"s/{stack.id}"
    assert told["deploy_resource_name"] == "run"
    assert (told["deploy_signal_transport"], told["deploy_signal_verb"]) == ("CFN_SIGNAL", "POST")
    assert "/signal/" in told["deploy_signal_id"]
    assert stack.state == "CREATE_IN_PROGRESS"
    words = f"server {stack.physical('web')} to report deployment "
    until(lambda: (stack.resources()["run"].get("waiting_for") or "").startswith(words), "the wait")
    report(stack, answer="42", other="ignored")
    stack.reach("CREATE_COMPLETE")
    assert [stack.output(key) for key in ("stdout", "answer", "trouble")] == ["out", "42", None]
    made = stack.physical("run")
    said = ("SIGNAL_IN_PROGRESS", f"Signal: deployment {made} succeeded")
    assert said in stack.history("run")
    shown = stack.via().show_software_deployment(MINE, made)
    assert (shown["status"], shown["status_reason"]) == ("COMPLETE", "Outputs received")
    report(stack, answer="43")
    assert ("SIGNAL_COMPLETE", "Unknown") in stack.history("run")
    assert stack.output("answer") == "42"
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert left(any_world) == (0, 0)


def test_a_report_wakes_its_stack_at_once(world: World) -> None:
    stack = world.create(software())
    deployed(stack)
    report(stack)
    stack.reach("CREATE_COMPLETE", seconds=2.0)


@pytest.mark.parametrize(
    ("details", "reason", "said"),
    [
        (
            {"deploy_status_code": 3},
            "deploy_status_code : Deployment exited with non-zero status code: 3",
            "failed (3)",
        ),
        ({"trouble": "no disk"}, "trouble : no disk", "failed"),
    ],
)
def test_a_failed_report_fails_the_stack(
    world: World, details: dict[str, Any], reason: str, said: str
) -> None:
    stack = world.create(software())
    deployed(stack)
    report(stack, **details)
    stack.reach("CREATE_FAILED")
    assert stack.reason == (
        f"Resource CREATE failed: Error: resources.run: Deployment to server failed: {reason}"
    )
    made = stack.physical("run")
    assert ("SIGNAL_IN_PROGRESS", f"Signal: deployment {made} {said}") in stack.history("run")


def test_a_change_runs_again_under_a_new_config(world: World) -> None:
    stack = world.create(software())
    first = deployed(stack)
    report(stack)
    stack.reach("CREATE_COMPLETE")
    made = stack.physical("run")
    stack.update(software(run=deployment(input_values={"greeting": "bye", "more": 1})))
    second = deployed(stack, "UPDATE")
    assert second["id"] != first["id"]
    assert (inputs(second)["greeting"], inputs(second)["more"]) == ("bye", 1)
    assert stack.physical("run") == made
    report(stack, deploy_stdout="again")
    stack.reach("UPDATE_COMPLETE")
    # The template's own config, and the one of the deployment.
    assert left(world) == (2, 1)
    with pytest.raises(errors.NotFound):
        stack.via().show_software_config(MINE, first["id"])


def test_an_input_that_takes_a_new_deployment(world: World) -> None:
    declared = {"name": "greeting", "default": "hello", "replace_on_change": True}
    resources = software(config=config(inputs=[declared, {"name": "b", "default": "x"}]))
    stack = world.create(resources)
    deployed(stack)
    report(stack)
    stack.reach("CREATE_COMPLETE")
    made = stack.physical("run")
    stack.update({**resources, "run": deployment(input_values={"b": "y"})})
    deployed(stack, "UPDATE")
    report(stack)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("run") == made
    stack.update({**resources, "run": deployment(input_values={"b": "y", "greeting": "hi"})})
    until(lambda: "hi" in [inputs(item)["greeting"] for item in polled(stack)], "the new one")
    report(stack)
    stack.reach("UPDATE_COMPLETE")
    assert stack.physical("run") != made
    assert left(world) == (2, 1)


def test_without_a_signal_nothing_is_waited_for(world: World) -> None:
    stack = world.create(software(run=deployment(signal_transport="NO_SIGNAL")))
    stack.reach("CREATE_COMPLETE")
    assert "deploy_signal_id" not in inputs(polled(stack)[0])
    shown = stack.via().show_software_deployment(MINE, stack.physical("run"))
    assert shown["status_reason"] == "Not waiting for outputs signal"


def test_only_at_the_actions_that_are_asked_for(world: World) -> None:
    stack = world.create(software(run=deployment(actions=["SUSPEND", "DELETE"])))
    stack.reach("CREATE_COMPLETE")
    assert polled(stack) == []
    stack.via().stack_suspend(MINE, stack.identity)
    deployed(stack, "SUSPEND")
    report(stack)
    stack.reach("SUSPEND_COMPLETE")
    stack.delete()
    deployed(stack, "DELETE")
    report(stack)
    stack.reach("DELETE_COMPLETE")
    assert left(world) == (0, 0)


def test_a_server_that_is_gone_says_no_goodbye(world: World) -> None:
    stack = world.create(software(run=deployment(actions=["DELETE"])))
    stack.reach("CREATE_COMPLETE")
    world.cloud.delete("compute", "servers", stack.physical("web"))
    stack.delete()
    stack.reach("DELETE_COMPLETE")


def test_what_somebody_else_deleted_is_no_hindrance(world: World) -> None:
    quiet = {"signal_transport": "NO_SIGNAL", "actions": ["CREATE", "DELETE"]}
    stack = world.create(software(run=deployment(**quiet)))
    stack.reach("CREATE_COMPLETE")
    made = stack.physical("run")
    config_id = stack.via().show_software_deployment(MINE, made)["config_id"]
    stack.via().delete_software_deployment(MINE, made)
    stack.via().delete_software_config(MINE, config_id)
    stack.delete()
    stack.reach("DELETE_COMPLETE")
    assert left(world) == (0, 0)


def test_a_component_has_its_own_actions(world: World) -> None:
    component = {
        "type": "OS::Heat::SoftwareComponent",
        "properties": {
            "configs": [
                {"actions": ["CREATE"], "config": "one", "tool": "script"},
                {"actions": ["DELETE"], "config": "two", "tool": "script"},
            ]
        },
    }
    stack = world.create(software(config=component))
    found = deployed(stack)
    assert found["group"] == "component"
    assert [item["config"] for item in found["config"]["configs"]] == ["one", "two"]
    report(stack)
    stack.reach("CREATE_COMPLETE")
    stack.delete()
    deployed(stack, "DELETE")
    report(stack)
    stack.reach("DELETE_COMPLETE")


def test_a_deployment_changed_by_hand_ends_the_wait(world: World) -> None:
    stack = world.create(software())
    deployed(stack)
    via, made = stack.via(), until(lambda: stack.physical("run"), "the deployment")
    via.update_software_deployment(
        MINE, made, status="COMPLETE", output_values={"deploy_stdout": "by hand"}
    )
    stack.reach("CREATE_COMPLETE", seconds=2.0)


def test_a_deployed_server_reads_its_deployments(world: World) -> None:
    web = {"type": "OS::Heat::DeployedServer"}
    stack = world.create(
        software(web=web), outputs={"agent": {"get_attr": ["web", "os_collect_config"]}}
    )
    found = deployed(stack)
    assert inputs(found)["deploy_server_id"] == stack.physical("web")
    report(stack)
    stack.reach("CREATE_COMPLETE")
    agent = stack.output("agent")
    assert agent["collectors"] == ["ec2", "cfn", "local"]
    assert agent["cfn"]["path"] == "web.Metadata"


def test_a_guest_learns_of_its_own_server_only(world: World) -> None:
    stack = world.create(software(run=deployment(signal_transport="NO_SIGNAL")))
    stack.reach("CREATE_COMPLETE")
    via, web = stack.via(), stack.physical("web")
    assert via.metadata_software_deployments(guest(stack, "web"), web) == polled(stack)
    for context, server_id in ((guest(stack, "run"), web), (guest(stack, "web"), "other")):
        with pytest.raises(errors.Forbidden):
            via.metadata_software_deployments(context, server_id)
    assert via.metadata_software_deployments(OTHERS, web) == []
    with pytest.raises(errors.NotFound):
        via.show_software_deployment(OTHERS, stack.physical("run"))


def test_structured_values_are_put_in_their_places(world: World) -> None:
    resources = software(
        config={
            "type": "OS::Heat::StructuredConfig",
            "properties": {
                "group": "hiera",
                "config": {"a": {"get_input": "x"}, "b": [{"get_input": "nobody"}], "c": 1},
                "inputs": [{"name": "x", "default": 5}],
            },
        },
        run={**deployment(), "type": "OS::Heat::StructuredDeployment"},
    )
    stack = world.create(resources)
    assert deployed(stack)["config"] == {"a": "5", "b": [None], "c": 1}
    report(stack)
    stack.reach("CREATE_COMPLETE")
    strict = {**resources["run"]["properties"], "input_values_validate": "STRICT"}
    stack.update({**resources, "run": {**resources["run"], "properties": strict}})
    stack.reach("UPDATE_FAILED")
    assert "UserParameterMissing: resources.run: The Parameter (nobody)" in stack.reason


def test_an_unknown_output_is_an_incorrect_attribute(world: World) -> None:
    resources = software(run=deployment(signal_transport="NO_SIGNAL"))
    value = {"type": "OS::Heat::Value", "properties": {"value": {"get_attr": ["run", "nope"]}}}
    stack = world.create({**resources, "value": value})
    stack.reach("CREATE_FAILED")
    assert "The Referenced Attribute (run nope) is incorrect." in stack.reason


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        (
            software(web=server()),
            software_check.NO_AGENT.format(name="web"),
        ),
        (
            software(run=deployment(signal_transport="ZAQAR_SIGNAL")),
            "signal_transport ZAQAR_SIGNAL needs a message queue, which is not offered here.",
        ),
        (
            {
                "twice": {
                    "type": "OS::Heat::SoftwareComponent",
                    "properties": {"configs": [{"tool": "script"}, {"tool": "ansible"}]},
                }
            },
            software_component.ONCE.format(name="twice"),
        ),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_made(
    world: World, resources: dict[str, Any], message: str
) -> None:
    with pytest.raises(errors.StackValidationFailed) as refused:
        world.create(resources)
    assert message in refused.value.message
