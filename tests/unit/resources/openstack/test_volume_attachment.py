from __future__ import annotations

from typing import Any

import pytest

from heat_engine.resources.openstack.volume_attachment import VolumeAttachment
from heat_engine.resources.protocol import Outcome, Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run, run_twice

KIND = VolumeAttachment()
GIVEN = {"instance_uuid": "server-1", "volume_id": "volume-1", "mountpoint": "/dev/vdc"}


@pytest.fixture
def cloud() -> CloudDouble:
    double = CloudDouble(dying=1)
    for number in (1, 2):
        double.add("volumes", id=f"volume-{number}", name="", status="available")
    return double


def made(cloud: CloudDouble) -> Request:
    progress, call = run_twice(KIND.create, request(KIND, GIVEN, cloud))
    assert progress.outcome is Outcome.DONE
    return call


def status(cloud: CloudDouble, number: int) -> Any:
    return cloud.things["volumes"][f"volume-{number}"]["status"]


def test_attached_once(cloud: CloudDouble) -> None:
    made(cloud)
    assert cloud.done("create", "volume_attachments")[0][2] == {
        "server_id": "server-1",
        "volume_id": "volume-1",
        "device": "/dev/vdc",
    }
    assert len(cloud.made("volume_attachments")) == 1
    assert status(cloud, 1) == "in-use"


def test_waits_until_the_volume_is_in_the_server(cloud: CloudDouble) -> None:
    call = made(cloud)
    cloud.things["volumes"]["volume-1"]["status"] = "attaching"
    assert KIND.create(call).waiting_for == "volume to become in-use (is attaching)"
    cloud.things["volumes"]["volume-1"]["status"] = "error_attaching"
    assert KIND.create(call).error == "ResourceInError"


@pytest.mark.parametrize("drive", [run, run_twice])
def test_moved_to_another_volume(cloud: CloudDouble, drive: Any) -> None:
    call = made(cloud)
    progress, moved = drive(KIND.update, change(KIND, call, {**GIVEN, "volume_id": "volume-2"}))
    assert progress.outcome is Outcome.DONE
    assert (status(cloud, 1), status(cloud, 2)) == ("available", "in-use")
    assert len(cloud.made("volume_attachments")) == 1
    assert run(KIND.delete, moved)[0].outcome is Outcome.DONE
    assert status(cloud, 2) == "available"


def test_a_move_cut_short_leaves_nothing_behind(cloud: CloudDouble) -> None:
    call = made(cloud)
    update = change(KIND, call, {**GIVEN, "volume_id": "volume-2"})
    cloud.delete("compute", "volume_attachments", str(call.physical_id))
    cloud._vanish("volume_attachments", str(call.physical_id))
    cloud.create("compute", "volume_attachments", KIND.body(update), token=call.token)
    assert run(KIND.delete, call)[0].outcome is Outcome.DONE
    assert (status(cloud, 1), status(cloud, 2)) == ("available", "available")


def test_an_update_without_a_difference_moves_nothing(cloud: CloudDouble) -> None:
    call = made(cloud)
    assert run(KIND.update, change(KIND, call, GIVEN))[0].outcome is Outcome.DONE
    assert cloud.done("delete", "volume_attachments") == []
