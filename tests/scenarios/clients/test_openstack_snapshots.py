"""Snapshots, and stacks that are let go and taken over, with the `openstack` command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.scenarios.clients import templates
from tests.scenarios.clients.openstack_shell import OpenStack


@pytest.fixture
def stack(openstack: OpenStack) -> Iterator[str]:
    words = openstack.write("words.yaml", templates.WORDS)
    openstack.run("stack", "create", "--wait", "-t", words, "kept")
    yield "kept"
    for row in openstack.read("stack", "list"):
        openstack.run("stack", "delete", "--yes", "--wait", row["ID"])


def until_ended(openstack: OpenStack, stack: str) -> str:
    """The stack's status once nothing is under way."""
    openstack.pauses.begin()
    while True:
        status = str(openstack.read("stack", "show", stack)["stack_status"])
        if not status.endswith("IN_PROGRESS"):
            return status
        openstack.pauses.sleep(0)


def test_snapshot_commands(openstack: OpenStack, stack: str) -> None:
    words = ("stack", "snapshot")
    made = openstack.read(*words, "create", "--name", "monday", stack)
    assert (made["name"], made["action"]) == ("monday", "CREATE")
    assert until_ended(openstack, stack) == "SNAPSHOT_COMPLETE"
    (listed,) = openstack.read(*words, "list", stack)
    assert (listed["id"], listed["name"]) == (made["ID"], "monday")
    assert listed["status"] == "COMPLETE"
    shown = yaml.safe_load(openstack.run(*words, "show", stack, made["ID"]))["snapshot"]
    assert shown["status"] == "COMPLETE"
    assert set(shown["data"]["resources"]) == {"first", "second", "both"}

    before = openstack.read("stack", "output", "show", stack, "both")["output_value"]
    openstack.run("stack", "update", "--existing", "--wait", "--parameter", "length=20", stack)
    openstack.run(*words, "restore", stack, made["ID"])
    assert until_ended(openstack, stack) == "RESTORE_COMPLETE"
    after = openstack.read("stack", "output", "show", stack, "both")["output_value"]
    assert len(after) == len(before)

    openstack.run(*words, "delete", "--yes", stack, made["ID"])
    assert openstack.read(*words, "list", stack) == []
    told = openstack.run(*words, "show", stack, made["ID"], status=1)
    assert "not found" in told.lower()


def test_export_abandon_and_adopt(openstack: OpenStack, stack: str) -> None:
    before = openstack.read("stack", "output", "show", stack, "both")["output_value"]
    exported = openstack.read("stack", "export", stack)
    assert (exported["name"], exported["status"]) == (stack, "COMPLETE")
    assert set(exported["resources"]) == {"first", "second", "both"}
    path = Path(openstack.write("export.json", ""))
    openstack.run("stack", "export", "--output-file", str(path), stack)
    assert json.loads(path.read_text())["resources"] == exported["resources"]

    openstack.run("stack", "abandon", "--output-file", str(path), stack)
    assert openstack.read("stack", "list") == []
    adopted = openstack.read("stack", "adopt", "--wait", "--adopt-file", str(path), "taken")
    assert adopted["stack_status"] == "ADOPT_COMPLETE"
    after = openstack.read("stack", "output", "show", "taken", "both")["output_value"]
    assert after == before
    abandoned = openstack.read("stack", "abandon", "taken")
    assert abandoned["id"] == adopted["id"]
    words = openstack.write("nothing.json", "{}")
    openstack.run("stack", "adopt", "--adopt-file", words, "wrong", status=1)
    assert "Stack not found: nobody" in openstack.run("stack", "export", "nobody", status=1)
