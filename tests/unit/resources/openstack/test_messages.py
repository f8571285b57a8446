from __future__ import annotations

from heat_engine.resources.openstack.messages import both, one_needed


def test_messages_are_those_that_clients_know() -> None:
    assert both("a", "b") == "Cannot define the following properties at the same time: a, b."
    assert one_needed("a", "b") == (
        "At least one of the following properties must be specified: a, b."
    )
