from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from heat_engine.resources.protocol import Outcome
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import request, run
from tests.unit.resources.openstack.router import GIVEN, Router

KIND = Router()


def test_check() -> None:
    cloud = CloudDouble()
    assert KIND.check(request(KIND)).reason == "Resource not created"
    _, made = run(KIND.create, request(KIND, GIVEN, cloud))
    assert KIND.check(made).outcome is Outcome.DONE
    cloud.things["routers"][str(made.physical_id)]["status"] = "DOWN"
    assert KIND.check(made).reason == "'status': expected 'ACTIVE', got 'DOWN'"
    del cloud.things["routers"][str(made.physical_id)]
    assert KIND.check(made).error == "NotFound"


@pytest.mark.parametrize(("status", "replaced"), [("ACTIVE", False), ("ERROR", True), (None, True)])
def test_a_failed_resource_is_replaced_when_its_thing_is_broken(
    status: str | None, *, replaced: bool
) -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, GIVEN, cloud))
    if status is None:
        cloud.things["routers"].clear()
    else:
        cloud.things["routers"][str(made.physical_id)]["status"] = status
    assert KIND.replace_failed(made) is replaced
    assert KIND.replace_failed(replace(made, physical_id=None))


def test_live_attributes_come_from_the_cloud_and_others_do_not() -> None:
    cloud = CloudDouble()
    _, made = run(KIND.create, request(KIND, GIVEN, cloud))
    thing: dict[str, Any] = cloud.things["routers"][str(made.physical_id)]
    thing.update(status="DOWN", network_ref="changed")
    assert KIND.read(made, "status") == "DOWN"
    assert KIND.read(made, "network_name") == "net-1"
    assert KIND.read(made, "show")["network_ref"] == "changed"
    cloud.fail("get", "routers", "unavailable")
    assert KIND.read(made, "show") is None
