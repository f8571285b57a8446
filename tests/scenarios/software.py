"""Words for stories of software on servers."""

from __future__ import annotations

from typing import Any

from common.context import RequestContext
from tests.scenarios.world import MINE, Stack, World, server, until

SCRIPT = "#!/bin/sh\necho $greeting\n"


def config(**properties: Any) -> dict[str, Any]:
    return {
        "type": "OS::Heat::SoftwareConfig",
        "properties": {
            "group": "script",
            "config": SCRIPT,
            "inputs": [{"name": "greeting", "default": "hello"}],
            "outputs": [{"name": "answer"}, {"name": "trouble", "error_output": True}],
            **properties,
        },
    }


def deployment(**properties: Any) -> dict[str, Any]:
    return {
        "type": "OS::Heat::SoftwareDeployment",
        "properties": {
            "config": {"get_resource": "config"},
            "server": {"get_resource": "web"},
            **properties,
        },
    }


def software(**resources: Any) -> dict[str, Any]:
    web = server(user_data_format="SOFTWARE_CONFIG", software_config_transport="POLL_SERVER_HEAT")
    return {"config": config(), "web": web, "run": deployment(), **resources}


def guest(stack: Stack, resource: str) -> RequestContext:
    return RequestContext(
        project_id="p",
        roles=["heat_stack_user"],
        guest_stack_id=stack.id,
        guest_resource=resource,
    )


def polled(stack: Stack, resource: str = "web") -> list[dict[str, Any]]:
    """What an agent on the server reads with the server's own credential."""
    shown = stack.via().describe_stack_resource(
        guest(stack, resource), stack.identity, resource, with_attr=False
    )
    deployments: list[dict[str, Any]] = shown["metadata"].get("deployments", [])
    return deployments


def inputs(document: dict[str, Any]) -> dict[str, Any]:
    return {item["name"]: item["value"] for item in document["inputs"]}


def report(stack: Stack, resource: str = "run", **details: Any) -> None:
    given = {"deploy_stdout": "out", "deploy_stderr": "", "deploy_status_code": 0, **details}
    stack.via().resource_signal(guest(stack, resource), stack.identity, resource, given)


def deployed(stack: Stack, action: str = "CREATE") -> dict[str, Any]:
    """The first deployment, as soon as the server can read that it is for that action."""

    def look() -> dict[str, Any] | None:
        found = polled(stack)
        return found[0] if found and inputs(found[0])["deploy_action"] == action else None

    found = until(look, f"the {action} deployment")
    assert found is not None
    return found


def left(world: World) -> tuple[int, int]:
    via = world.engine.service
    return len(via.list_software_configs(MINE)), len(via.list_software_deployments(MINE))
