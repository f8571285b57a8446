"""SoftwareConfig and StructuredConfig, and what all configs share."""

from __future__ import annotations

import pytest

from heat_engine.resources.heat.software_config import SoftwareConfig, StructuredConfig
from heat_engine.resources.protocol import Outcome
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import request, run_twice

KINDS = [(SoftwareConfig(), "#!/bin/sh\n"), (StructuredConfig(), {"a": {"get_input": "b"}})]


@pytest.mark.parametrize(("kind", "config"), KINDS)
def test_made_once_and_deleted(kind: SoftwareConfig, config: object) -> None:
    cloud = CloudDouble()
    cloud.crash_after("create", "software_configs")
    inputs = [{"name": "a"}]
    call = request(kind, {"config": config, "group": "script", "inputs": inputs}, cloud)
    progress, call = run_twice(kind.create, call)
    assert progress.outcome is Outcome.DONE
    (made,) = cloud.made("software_configs")
    assert (made["config"], made["group"]) == (config, "script")
    assert made["name"] == "stack-thing-abc"
    assert (call.physical_id, call.attributes) == (made["id"], {"config": config})
    shown = kind.read(call, "show")
    assert shown["id"] == made["id"]
    run_twice(kind.delete, call)
    assert cloud.made("software_configs") == []
    assert kind.read(call, "show") is None


def test_deleted_before_anybody_knew_it_was_made() -> None:
    cloud, kind = CloudDouble(), SoftwareConfig()
    call = request(kind, {}, cloud)
    kind.create(call)
    assert kind.read(call, "show") is None
    run_twice(kind.delete, call)
    assert cloud.made("software_configs") == []


def test_what_is_not_said_is_empty() -> None:
    body = SoftwareConfig().body(request(SoftwareConfig(), {"group": None}))
    nothing = {"config": None, "inputs": [], "outputs": [], "options": {}}
    assert body == {"group": "Heat::Ungrouped", **nothing}
