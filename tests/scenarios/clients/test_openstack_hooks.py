"""Hooks, and what failed, with the `openstack` command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.clients import templates
from tests.scenarios.clients.openstack_shell import OpenStack

DEEP_HOOKS = """\
resource_registry:
  resources:
    inner:
      deep: {hooks: pre-create}
    note: {hooks: [pre-update, pre-delete]}
"""


@pytest.fixture(autouse=True)
def no_stack_left(openstack: OpenStack) -> Iterator[None]:
    yield
    openstack.pauses.meanwhile = lambda: None
    for row in openstack.read("stack", "list"):
        openstack.run("stack", "delete", "--yes", "--wait", row["ID"])


def pending(openstack: OpenStack, stack: str, *words: str) -> list[str]:
    rows = openstack.read("stack", "hook", "poll", *words, stack)
    return sorted(row["Resource Name"] for row in rows)


def clear_when_reached(
    openstack: OpenStack, stack: str, wanted: list[str], *clear: str, depth: str = "0"
) -> None:
    """Poll in the command's pauses; once the hooks are reached, clear them."""
    meanwhile = ("--nested-depth", depth) if depth != "0" else ()

    def look() -> None:
        if pending(openstack, stack, *meanwhile) == wanted:
            openstack.pauses.meanwhile = lambda: None
            openstack.run("stack", "hook", "clear", stack, *clear)

    openstack.pauses.meanwhile = look


def test_hooks_of_a_create_are_polled_and_cleared(openstack: OpenStack) -> None:
    words = openstack.write("words.yaml", templates.WORDS)
    clear_when_reached(openstack, "hooked", ["first"], "first")
    made = openstack.read(
        "stack", "create", "--wait", "--pre-create", "first", "-t", words, "hooked"
    )
    assert made["stack_status"] == "CREATE_COMPLETE"
    log = openstack.run("stack", "event", "list", "hooked")
    assert "CREATE paused until Hook pre-create is cleared" in log
    assert "Hook pre-create is cleared" in log
    told = openstack.run("stack", "hook", "poll", "hooked", status=1)
    assert "Stack status CREATE_COMPLETE not IN_PROGRESS" in told


def test_hooks_of_an_update_are_cleared_by_pattern(openstack: OpenStack) -> None:
    words = openstack.write("words.yaml", templates.WORDS)
    openstack.run("stack", "create", "--wait", "-t", words, "hooked")
    clear_when_reached(openstack, "hooked", ["both"], "--pre-update", "b*")
    updated = openstack.read(
        *("stack", "update", "--existing", "--wait", "--parameter", "length=9"),
        *("--pre-update", "both", "hooked"),
    )
    assert updated["stack_status"] == "UPDATE_COMPLETE"


def test_hooks_in_nested_stacks(openstack: OpenStack) -> None:
    openstack.write("inner.yaml", templates.INNER)
    openstack.write("note.txt", "remember")
    outer = openstack.write("outer.yaml", templates.OUTER)
    environment = openstack.write("hooks.yaml", DEEP_HOOKS)
    clear_when_reached(openstack, "nest", ["deep"], "inner/deep", depth="2")
    made = openstack.read("stack", "create", "--wait", "-t", outer, "-e", environment, "nest")
    assert made["stack_status"] == "CREATE_COMPLETE"
    openstack.run("stack", "delete", "--yes", "nest")

    def reached() -> bool:
        openstack.pauses.begin()
        return pending(openstack, "nest") == ["note"]

    while not reached():
        openstack.pauses.sleep(0)
    openstack.run("stack", "hook", "clear", "nest", "--pre-delete", "note")
    while openstack.read("stack", "list"):
        openstack.pauses.sleep(0)


def test_failures_at_depth(openstack: OpenStack) -> None:
    openstack.write("inner.yaml", templates.FAILING)
    openstack.write("note.txt", "remember")
    outer = openstack.write("outer.yaml", templates.OUTER)
    openstack.run("stack", "create", "--wait", "-t", outer, "broken", status=1)
    for words in ((), ("--long",)):
        told = openstack.run("stack", "failures", "list", *words, "broken")
        assert told.startswith("broken.inner.deep:\n  resource_type: OS::Heat::TestResource\n")
        assert "  status: CREATE_FAILED\n  status_reason: |\n" in told
    words = openstack.write("words.yaml", templates.WORDS)
    openstack.run("stack", "create", "--wait", "-t", words, "whole")
    assert openstack.run("stack", "failures", "list", "whole") == ""
