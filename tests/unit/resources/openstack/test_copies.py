from __future__ import annotations

from dataclasses import replace

import pytest

from heat_engine.resources.openstack.server import Server
from heat_engine.resources.openstack.volume import Volume
from heat_engine.resources.protocol import Outcome, Request, ResourceType
from tests.unit.resources.cloud_double import CloudDouble
from tests.unit.resources.driver import request, run, run_twice

KINDS: list[tuple[ResourceType, dict[str, object], str, str]] = [
    (Volume(), {"size": 1}, "backups", "backup_id"),
    (Server(), {"image": "debian", "flavor": "m1.tiny"}, "images", "snapshot_image_id"),
]


def made(kind: ResourceType, properties: dict[str, object], cloud: CloudDouble) -> Request:
    _, call = run(kind.create, request(kind, properties, cloud))
    return replace(call, token="snapshot-1", verb="snapshot", state="SNAPSHOT_IN_PROGRESS")


@pytest.mark.parametrize(("kind", "properties", "collection", "key"), KINDS)
def test_one_copy_however_often_the_engine_dies(
    kind: ResourceType, properties: dict[str, object], collection: str, key: str
) -> None:
    cloud = CloudDouble(slow={collection: ["saving"]})
    call = made(kind, properties, cloud)
    waiting = kind.snapshot(call)
    assert waiting.waiting_for.endswith("(is saving)")
    (copy,) = cloud.made(collection)
    ready = "active" if collection == "images" else "available"
    cloud.things[collection][copy["id"]]["status"] = ready
    progress, _ = run_twice(kind.snapshot, call)
    assert len(cloud.made(collection)) == 1
    assert progress.snapshot == {key: copy["id"]}
    dropped, _ = run_twice(kind.drop_snapshot, replace(call, snapshot=progress.snapshot))
    assert dropped.outcome is Outcome.DONE
    assert cloud.made(collection) == []
    # Who still tries to make it is refused: nobody would delete it any more.
    refused, _ = run(kind.snapshot, call)
    assert refused.outcome is Outcome.FAILED


@pytest.mark.parametrize(("kind", "properties", "collection", "key"), KINDS)
def test_a_broken_copy_is_a_failure(
    kind: ResourceType, properties: dict[str, object], collection: str, key: str
) -> None:
    cloud = CloudDouble(slow={collection: ["error"]})
    progress, _ = run(kind.snapshot, made(kind, properties, cloud))
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "ResourceInError")


def test_what_is_gone_already_cannot_be_copied() -> None:
    cloud = CloudDouble()
    call = made(Volume(), {"size": 1}, cloud)
    cloud.delete("volume", "volumes", str(call.physical_id))
    progress, _ = run(Volume().snapshot, call)
    assert (progress.outcome, progress.error) == (Outcome.FAILED, "NotFound")
    progress, _ = run(Volume().snapshot, replace(call, state="DELETE_IN_PROGRESS"))
    assert (progress.outcome, progress.snapshot) == (Outcome.DONE, {})


def test_a_server_that_boots_from_a_volume_has_its_files_there() -> None:
    cloud = CloudDouble()
    device = {"device_name": "vda", "volume_id": "v1"}
    properties = {"flavor": "m1.tiny", "block_device_mapping": [device]}
    progress, _ = run(Server().snapshot, made(Server(), properties, cloud))
    assert (progress.outcome, progress.snapshot) == (Outcome.DONE, {})
    assert cloud.made("images") == []


def test_a_grown_volume_is_restored_as_it_is() -> None:
    cloud = CloudDouble()
    call = made(Volume(), {"size": 2}, cloud)
    copied, _ = run(Volume().snapshot, call)
    smaller = replace(
        call,
        properties={**call.properties, "size": 1},
        previous=call.properties,
        changed=frozenset({"size"}),
        token="resource-1",
    )
    refused, _ = run(Volume().update, smaller)
    assert refused.reason == "Shrinking volume is not supported."
    progress, _ = run(Volume().update, replace(smaller, snapshot=copied.snapshot))
    assert progress.outcome is Outcome.DONE
    (restored,) = cloud.done("act", "backups")
    assert restored[3:] == ("restore", {"volume_id": call.physical_id})
