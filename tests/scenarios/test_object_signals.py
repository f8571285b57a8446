"""Signals that servers put to temporary URLs of objects, on a real embedded cloud."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.scenarios.site import SECONDS, left, reference
from tests.scenarios.software import config, inputs, polled, software
from tests.scenarios.world import MINE, Stack, World, server, until


def signals(count: int = 1, timeout: float = 60) -> dict[str, Any]:
    return {
        "handle": {"type": "OS::Heat::SwiftSignalHandle"},
        "signal": {
            "type": "OS::Heat::SwiftSignal",
            "properties": {"handle": reference("handle"), "timeout": timeout, "count": count},
        },
    }


def test_a_server_signals_through_an_object(site: World) -> None:
    script = {
        "str_replace": {
            "template": "#!/bin/sh\nset -e\n"
            """say --data-binary '{"id": "one", "data": "first"}'\n"""
            """say --data-binary '{"id": "two", "data": {"n": 2}}'\n""",
            "params": {"say": {"get_attr": ["handle", "curl_cli"]}},
        }
    }
    outputs = {"data": {"get_attr": ["signal", "data"]}}
    given = {**signals(2), "web": server(image="local", flavor="tiny", user_data=script)}
    given["web"]["properties"]["user_data_format"] = "RAW"
    stack = site.create(given, outputs=outputs)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    assert json.loads(stack.output("data")) == {"one": "first", "two": {"n": 2}}
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def handle_url(stack: Stack) -> str:
    def look() -> Any:
        shown = stack.via().describe_stack_resource(MINE, stack.identity, "handle")
        return shown["attributes"].get("endpoint")

    return str(until(look, "the handle's URL"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            '{"status": "FAILURE", "reason": "no disk"}',
            "SwiftSignalFailure: resources.signal: no disk",
        ),
        ('{"status": "MAYBE"}', "Unknown status: MAYBE"),
        ("nonsense", "Failed to parse JSON data: nonsense"),
    ],
)
def test_a_failure_put_to_the_url_fails_the_stack(site: World, body: str, reason: str) -> None:
    stack = site.create(signals(2))
    assert requests.put(handle_url(stack), data=body, timeout=10).status_code == 201
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert reason in stack.reason
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def test_no_signal_in_time_is_a_failure(site: World) -> None:
    stack = site.create(signals(2, timeout=1))
    assert requests.put(handle_url(stack), data="", timeout=10).status_code == 201
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert "1 of 2 received - Signal 1 received" in stack.reason


def test_another_stacks_url_is_no_handle(site: World) -> None:
    url = "http://127.0.0.1/v1/AUTH_p/elsewhere/object"
    stack = site.create(
        {
            "signal": {
                "type": "OS::Heat::SwiftSignal",
                "properties": {"handle": url, "timeout": 5},
            }
        }
    )
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert "is not a valid SwiftSignalHandle. The container name is invalid" in stack.reason


def test_a_condition_waits_for_objects(site: World) -> None:
    transport = {"signal_transport": "TEMP_URL_SIGNAL"}
    given = {
        "handle": {"type": "OS::Heat::WaitConditionHandle", "properties": transport},
        "wait": {
            "type": "OS::Heat::WaitCondition",
            "properties": {"handle": reference("handle"), "timeout": 60, "count": 2},
        },
    }
    outputs = {"data": {"get_attr": ["wait", "data"]}, "how": {"get_attr": ["handle", "signal"]}}
    stack = site.create(given, outputs=outputs)
    url = json.loads(until(lambda: stack.output("how"), "the URL"))["alarm_url"]
    assert requests.put(url, data='{"id": "a", "data": 1}', timeout=10).status_code == 201
    words = "1 of 2 signals"
    until(lambda: words in (stack.resources()["wait"].get("waiting_for") or ""), "the first signal")
    assert requests.put(url, data="", timeout=10).status_code == 201
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    assert json.loads(stack.output("data")) == {"a": 1, "2": None}
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def reported(stack: Stack, action: str, **details: Any) -> None:
    """What the agent on the server does with the deployment for that action."""

    def look() -> dict[str, Any] | None:
        found = polled(stack)
        told = inputs(found[0]) if found else {}
        return told if told.get("deploy_action") == action else None

    told = until(look, f"the {action} deployment")
    assert told is not None
    assert told["deploy_signal_verb"] == "PUT"
    answer = requests.put(told["deploy_signal_id"], data=json.dumps(details), timeout=10)
    assert answer.status_code == 201


def test_a_deployment_is_reported_to_an_object(site: World) -> None:
    def given(greeting: str) -> dict[str, Any]:
        made = software(config=config())
        made["web"]["properties"]["image"] = "local"
        made["web"]["properties"]["flavor"] = "tiny"
        made["run"]["properties"].update(
            signal_transport="TEMP_URL_SIGNAL", input_values={"greeting": greeting}
        )
        return made

    stack = site.create(given("one"), outputs={"out": {"get_attr": ["run", "deploy_stdout"]}})
    reported(stack, "CREATE", deploy_stdout="first", deploy_status_code=0)
    stack.reach("CREATE_COMPLETE", seconds=SECONDS)
    assert stack.output("out") == "first"
    stack.update(given("two"))
    reported(stack, "UPDATE", deploy_status_code=3)
    stack.reach("UPDATE_FAILED", seconds=SECONDS)
    assert "non-zero status code: 3" in stack.reason
    stack.delete()
    stack.reach("DELETE_COMPLETE", seconds=SECONDS)
    assert left(site) == {}


def test_what_is_reported_must_be_json(site: World) -> None:
    made = software(config=config())
    made["web"]["properties"].update(image="local", flavor="tiny")
    made["run"]["properties"]["signal_transport"] = "TEMP_URL_SIGNAL"
    stack = site.create(made)
    told = inputs(until(lambda: polled(stack), "the deployment")[0])
    assert requests.put(told["deploy_signal_id"], data="oops", timeout=10).status_code == 201
    stack.reach("CREATE_FAILED", seconds=SECONDS)
    assert "Failed to parse JSON data: oops" in stack.reason
