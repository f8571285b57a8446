from __future__ import annotations

import json
from typing import Any

import pytest

from heat_engine.resources.openstack.volume import Volume
from heat_engine.resources.protocol import Outcome, Request
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import change, request, run, run_twice

KIND = Volume()
SLOW = {"volumes": ["creating", "available"]}


def made(cloud: CloudDouble, **given: Any) -> Request:
    progress, call = run_twice(KIND.create, request(KIND, {"size": 1, **given}, cloud))
    assert progress.outcome is Outcome.DONE, progress.reason
    assert len(cloud.made("volumes")) == 1
    return call


def test_create() -> None:
    cloud = CloudDouble(slow=SLOW)
    call = made(cloud, image="debian", metadata={"a": "b"}, scheduler_hints={"x": "y"})
    body = cloud.done("create", "volumes")[0][2]
    assert body == {
        "name": "stack-thing-abc",
        "size": 1,
        "imageRef": "image-1",
        "metadata": {"a": "b"},
        "OS-SCH-HNT:scheduler_hints": {"x": "y"},
    }
    assert json.loads(call.attributes["metadata"]) == call.attributes["metadata_values"]
    assert call.attributes["display_name"] == "stack-thing-abc"


def test_live_attributes() -> None:
    cloud = CloudDouble(slow=SLOW)
    call = made(cloud)
    cloud.made("volumes")[0].update(status="in-use", attachments=[{"device": "/dev/vdb"}])
    assert KIND.read(call, "status") == "in-use"
    assert KIND.read(call, "attachments_list") == [{"device": "/dev/vdb"}]
    assert json.loads(KIND.read(call, "attachments")) == [{"device": "/dev/vdb"}]


def test_error_while_making() -> None:
    cloud = CloudDouble(slow={"volumes": ["error"]})
    progress = KIND.create(request(KIND, {"size": 1}, cloud))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ResourceInError")


def test_growing_and_another_type_are_actions_one_after_the_other() -> None:
    cloud = CloudDouble(slow=SLOW)
    call = made(cloud)
    wanted = {"size": 5, "volume_type": "fast", "read_only": True, "name": "n"}
    progress, _ = run(KIND.update, change(KIND, call, wanted))
    assert progress.outcome is Outcome.DONE
    actions = [done[3] for done in cloud.done("act", "volumes")]
    assert actions == ["os-retype", "os-extend", "os-update_readonly_flag"]
    assert cloud.done("update", "volumes")[0][3] == {"name": "n"}


def test_a_volume_that_has_grown_before_a_crash_does_not_grow_twice() -> None:
    cloud = CloudDouble(slow=SLOW)
    call = made(cloud)
    cloud.crash_after("act", "volumes")
    assert run(KIND.update, change(KIND, call, {"size": 5}))[0].outcome is Outcome.DONE
    assert len(cloud.done("act", "volumes")) == 1


def test_a_volume_cannot_shrink() -> None:
    cloud = CloudDouble(slow=SLOW)
    call = made(cloud, size=3)
    progress, _ = run(KIND.update, change(KIND, call, {"size": 2}))
    assert (progress.error, progress.reason) == (
        "NotSupported",
        "Shrinking volume is not supported.",
    )


def test_a_backup_is_restored_once_and_not_again_by_an_empty_update() -> None:
    cloud = CloudDouble(slow=SLOW)
    cloud.add("backups", id="backup-1")
    progress, call = run(KIND.create, request(KIND, {"size": 1, "backup_id": "backup-1"}, cloud))
    assert progress.outcome is Outcome.DONE
    body = {"volume_id": call.physical_id}
    assert cloud.done("act", "backups") == [("act", "backups", "backup-1", "restore", body)]
    run(KIND.update, change(KIND, call, {"size": 1, "backup_id": "backup-1"}))
    assert len(cloud.done("act", "backups")) == 1


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "must be specified: size"),
        ({"size": 1, "snapshot_id": "a", "source_volid": "b"}, "same time: snapshot_id"),
        ({"image": "debian"}, "must be specified: size"),
    ],
)
def test_faults(given: dict[str, Any], problem: str) -> None:
    (text,) = KIND.validate(given, 60)
    assert problem in text
