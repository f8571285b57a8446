"""Suspend, resume, check and cancel with the `openstack` command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.clients import templates
from tests.scenarios.clients.openstack_shell import OpenStack


@pytest.fixture
def stack(openstack: OpenStack) -> Iterator[str]:
    path = openstack.write("words.yaml", templates.WORDS)
    openstack.run("stack", "create", "--wait", "-t", path, "acted")
    yield "acted"
    openstack.run("stack", "delete", "--yes", "--wait", "acted")


def test_actions_are_waited_for(openstack: OpenStack, stack: str) -> None:
    for action in ("check", "suspend", "resume"):
        (row,) = openstack.read("stack", action, "--wait", stack)
        assert row["Stack Status"] == f"{action.upper()}_COMPLETE"
        assert "Stack not found: nobody" in openstack.run("stack", action, "nobody", status=1)


def test_update_is_cancelled(openstack: OpenStack, stack: str) -> None:
    waiting = openstack.write("waiting.yaml", templates.WAITING)
    openstack.run("stack", "update", "-t", waiting, stack)
    (row,) = openstack.read("stack", "cancel", "--wait", stack)
    assert row["Stack Status"] == "ROLLBACK_COMPLETE"
    listed = openstack.read("stack", "resource", "list", stack)
    assert {item["resource_name"] for item in listed} == {"first", "second", "both"}
    told = openstack.run("stack", "cancel", stack, status=1)
    assert "with status 'rollback_complete' not in cancelable state" in told


def test_create_is_cancelled_without_rollback(openstack: OpenStack) -> None:
    waiting = openstack.write("waiting.yaml", templates.WAITING)
    openstack.run("stack", "create", "-t", waiting, "stopped")
    told = openstack.run("stack", "cancel", "--no-rollback", "--wait", "stopped", status=1)
    assert "Stack stopped CREATE_FAILED" in told
    openstack.run("stack", "delete", "--yes", "--wait", "stopped")
