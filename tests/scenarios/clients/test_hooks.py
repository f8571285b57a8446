"""Hooks, restricted changes and reasons of failures, as the unmodified command shows them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.scenarios.clients.openstack_shell import OpenStack

SECONDS = 60.0
RANDOM = {"type": "OS::Heat::RandomString", "properties": {"length": 8}}


@pytest.fixture(scope="module")
def openstack(clouds_file: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenStack:
    return OpenStack(clouds_file, "hearth", tmp_path_factory.mktemp("hooks"))


def template(openstack: OpenStack, name: str, resources: dict[str, Any]) -> str:
    body = {"heat_template_version": "2021-04-16", "resources": resources}
    return openstack.write(name, yaml.safe_dump(body))


def pending(openstack: OpenStack, stack: str, *names: str) -> list[dict[str, Any]]:
    """What is paused, once it is just those."""
    deadline = time.monotonic() + SECONDS
    while True:
        found: list[dict[str, Any]] = openstack.read(
            "stack", "hook", "poll", stack, "--nested-depth", "2"
        )
        if sorted(item["Resource Name"] for item in found) == sorted(names):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def reach(openstack: OpenStack, stack: str, state: str) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        shown = openstack.read("stack", "show", stack)["stack_status"]
        if shown == state:
            return
        assert shown.endswith("IN_PROGRESS"), shown
        assert time.monotonic() < deadline, shown
        time.sleep(0.05)


def test_hooks_are_set_polled_and_cleared(openstack: OpenStack) -> None:
    template(openstack, "inner.yaml", {"deep": RANDOM})
    body = template(
        openstack, "outer.yaml", {"a": RANDOM, "b": RANDOM, "out": {"type": "inner.yaml"}}
    )
    openstack.run(
        "stack", "create", "hooked", "-t", body, "--pre-create", "a", "--pre-create", "out/deep"
    )
    found = pending(openstack, "hooked", "a", "deep")
    assert {item["Resource Status Reason"] for item in found} == {
        "CREATE paused until Hook pre-create is cleared"
    }
    shown = openstack.read("stack", "resource", "show", "hooked", "a")
    assert shown["resource_status"] == "INIT_COMPLETE"
    assert shown["resource_status_reason"] == "waiting for hook pre-create to be cleared"
    openstack.run("stack", "hook", "clear", "hooked", "out/d*", "--pre-create")
    pending(openstack, "hooked", "a")
    openstack.run("stack", "hook", "clear", "hooked", "a")
    reach(openstack, "hooked", "CREATE_COMPLETE")
    environment = openstack.write(
        "rules.yaml",
        yaml.safe_dump(
            {"resource_registry": {"resources": {"a": {"hooks": ["pre-update", "pre-delete"]}}}}
        ),
    )
    openstack.run("stack", "update", "hooked", "-t", body, "-e", environment)
    pending(openstack, "hooked", "a")
    openstack.run("stack", "hook", "clear", "hooked", "a", "--pre-update")
    reach(openstack, "hooked", "UPDATE_COMPLETE")
    identifier = openstack.read("stack", "show", "hooked")["id"]
    openstack.run("stack", "delete", "--yes", "hooked")
    pending(openstack, "hooked", "a")
    openstack.run("stack", "hook", "clear", "hooked", "a", "--pre-delete")
    reach(openstack, identifier, "DELETE_COMPLETE")


def test_a_hook_that_is_not_there_is_told(openstack: OpenStack) -> None:
    body = template(openstack, "one.yaml", {"a": RANDOM})
    openstack.run("stack", "create", "plain", "-t", body, "--pre-create", "a")
    pending(openstack, "plain", "a")
    told = openstack.run("stack", "hook", "clear", "plain", "a", "--pre-update", status=1)
    assert 'The "pre-update" hook is not defined on RandomString "a" [None] Stack "plain"' in told
    environment = openstack.write(
        "bad.yaml", "resource_registry: {resources: {a: {hooks: pre-cook}}}"
    )
    told = openstack.run("stack", "create", "bad", "-t", body, "-e", environment, status=1)
    assert 'Invalid hook type "pre-cook" for resource breakpoint' in told
    openstack.run("stack", "delete", "--yes", "--wait", "plain")


def test_the_preview_names_what_a_rule_forbids(openstack: OpenStack) -> None:
    rules = openstack.write(
        "restricted.yaml",
        "resource_registry: {resources: {a: {restricted_actions: [replace, update]}}}",
    )
    body = template(openstack, "before.yaml", {"a": RANDOM, "b": RANDOM})
    openstack.run("stack", "create", "strict", "--wait", "-t", body, "-e", rules)
    changed = {"type": "OS::Heat::RandomString", "properties": {"length": 9}}
    body = template(openstack, "after.yaml", {"a": changed, "b": changed})
    shown = openstack.read("stack", "update", "--dry-run", "strict", "-t", body, "-e", rules)
    reasons = {item["resource_name"]: item["resource_status_reason"] for item in shown["replaced"]}
    assert reasons == {"a": "replace is restricted for resource.", "b": "state changed"}
    told = openstack.run("stack", "update", "--wait", "strict", "-t", body, "-e", rules, status=1)
    assert "replace is restricted for resource." in told
    failures = openstack.read("stack", "show", "strict")["stack_status_reason"]
    assert failures == (
        "Resource UPDATE failed: ResourceActionRestricted: resources.a: "
        "replace is restricted for resource."
    )
    openstack.run("stack", "delete", "--yes", "--wait", "strict")


def test_failures_are_listed_from_any_depth(openstack: OpenStack) -> None:
    failing = {"type": "OS::Heat::TestResource", "properties": {"fail": True, "value": "x"}}
    template(openstack, "deepest.yaml", {"inner": failing})
    template(
        openstack,
        "deep.yaml",
        {
            "group": {
                "type": "OS::Heat::ResourceGroup",
                "properties": {"count": 1, "resource_def": {"type": "deepest.yaml"}},
            }
        },
    )
    body = template(openstack, "top.yaml", {"outer": {"type": "deep.yaml"}})
    told = openstack.run("stack", "create", "broken", "--wait", "-t", body, status=1)
    assert "CREATE_FAILED" in told
    place = "resources.outer.resources.group.resources[0].resources.inner"
    assert openstack.read("stack", "show", "broken")["stack_status_reason"] == (
        f"Resource CREATE failed: ValueError: {place}: Test Resource failed inner"
    )
    listed = openstack.run("stack", "failures", "list", "broken", "--long")
    assert listed.startswith("broken.outer.group.0.inner:\n  resource_type: OS::Heat::TestResource")
    assert "ValueError: resources.inner: Test Resource failed inner" in listed
    openstack.run("stack", "delete", "--yes", "--wait", "broken")


SCRIPTED = """\
heat_template_version: 2021-04-16
resources:
  config:
    type: OS::Heat::SoftwareConfig
    properties: {group: script, config: 'exit 3', outputs: [{name: broken, error_output: true}]}
  box: {type: OS::Heat::DeployedServer}
  run:
    type: OS::Heat::SoftwareDeployment
    properties:
      config: {get_resource: config}
      server: {get_resource: box}
      signal_transport: HEAT_SIGNAL
"""


def test_failures_show_what_a_deployment_printed(openstack: OpenStack) -> None:
    openstack.write("scripted.yaml", SCRIPTED)
    body = template(openstack, "scripts.yaml", {"nest": {"type": "scripted.yaml"}})
    openstack.run("stack", "create", "scripts", "-t", body)
    deadline = time.monotonic() + SECONDS
    while True:
        nested = openstack.read("stack", "resource", "list", "scripts", "--nested-depth", "1")
        run = next((item for item in nested if item["resource_name"] == "run"), {})
        if run.get("physical_resource_id") and run["resource_status"] == "CREATE_IN_PROGRESS":
            break
        assert time.monotonic() < deadline, nested
        time.sleep(0.05)
    report = openstack.write(
        "report.json",
        '{"deploy_stdout": "hello", "deploy_stderr": "no such file", "deploy_status_code": 3}',
    )
    inner = next(i for i in nested if i["resource_name"] == "nest")["physical_resource_id"]
    openstack.run("stack", "resource", "signal", inner, "run", "--data-file", report)
    reach(openstack, "scripts", "CREATE_FAILED")
    reason = openstack.read("stack", "show", "scripts")["stack_status_reason"]
    assert reason == (
        "Resource CREATE failed: Error: resources.nest.resources.run: Deployment to server failed: "
        "deploy_status_code : Deployment exited with non-zero status code: 3"
    )
    listed = openstack.run("stack", "failures", "list", "scripts", "--long")
    assert "scripts.nest.run:" in listed
    assert "hello" in listed
    assert "no such file" in listed
    openstack.run("stack", "delete", "--yes", "--wait", "scripts")
