"""docs/clients.md leaves nothing out and names tests that there are."""

from __future__ import annotations

from itertools import chain

from tests.scenarios.clients import table
from tests.scenarios.clients.openstack_shell import COMMANDS

HINT = "write a client's test, then: make client-table"


def test_no_route_is_without_a_client() -> None:
    verified = set(chain.from_iterable(table.claims().values()))
    assert [route for route in table.routes() if route not in verified] == [], HINT


def test_no_command_is_without_a_test() -> None:
    verified = set(chain.from_iterable(table.claims().values()))
    assert (
        sorted(f"openstack {name}" for name in COMMANDS if f"openstack {name}" not in verified)
        == []
    )


def test_the_tests_exist_once_each() -> None:
    there = table.modules()
    assert set(table.claims()) <= set(there)
