from __future__ import annotations

from collections.abc import Iterable

from heat_engine.clouds.interface import Document
from heat_engine.language.schema import Kind, Property
from heat_engine.resources.openstack.actions import ActingType, Action
from heat_engine.resources.protocol import Outcome, Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, keep, request, run


class Robot(ActingType):
    name = "Test::Robot"
    service, collection, noun = "compute", "robots", "robot"
    properties = {"level": Property(Kind.INTEGER, default=0, updatable=True)}

    def actions(self, request: Request, thing: Document, *, creates: bool) -> Iterable[Action]:
        for step in range(request.properties["level"]):
            yield Action(f"step {step}", "climb", {"to": step}, of=("ladders", "ladder-1"))


KIND = Robot()


def started(cloud: CloudDouble) -> Request:
    cloud.add("ladders", id="ladder-1")
    _, made = run(KIND.create, request(KIND, {}, cloud))
    return change(KIND, made, {"level": 3})


def test_one_action_at_a_time_each_once() -> None:
    cloud = CloudDouble()
    call = started(cloud)
    first = KIND.update(call)
    assert first.waiting_for == "robot to finish climb"
    assert len(cloud.done("act", "ladders")) == 1
    progress, _ = run(KIND.update, keep(call, first))
    assert progress.outcome is Outcome.DONE
    assert [done[4] for done in cloud.done("act", "ladders")] == [{"to": step} for step in range(3)]


def test_pauses_start_short_again_with_each_action() -> None:
    cloud = CloudDouble()
    call = started(cloud)
    late = keep(call, KIND.update(call))
    assert (
        KIND.update(
            request(
                KIND,
                {"level": 3},
                cloud,
                physical_id=late.physical_id,
                saved=late.saved,
                elapsed=500.0,
            )
        ).after
        == 0.05
    )


def test_no_action_is_asked_for_on_create_by_default() -> None:
    cloud = CloudDouble()
    run(KIND.create, request(KIND, {"level": 2}, cloud))
    assert cloud.done("act", "ladders") == []
