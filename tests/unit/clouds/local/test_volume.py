"""Volumes, attached and detached while servers run."""

from __future__ import annotations

from pathlib import Path

import pytest

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds
from tests.unit.clouds.local.conftest import console, server, settled, wait_for

KEEPER = """#!/bin/sh
while sleep 0.02; do
  test -d $HEARTH_VOLUMES/vdb && date > $HEARTH_VOLUMES/vdb/proof && echo written
done &
"""


def volume(cloud: LocalCloud, token: str = "v", **fields: object) -> Document:
    return cloud.create("volume", "volumes", {"size": 1, **fields}, token=token)


def attach(cloud: LocalCloud, server_id: str, volume_id: str, **fields: object) -> Document:
    body = {"server_id": server_id, "volume_id": volume_id, **fields}
    return cloud.create("compute", "volume_attachments", body, token=f"a{volume_id}")


def test_a_volume_appears_in_a_running_server_and_keeps_its_files(
    either_cloud: LocalCloud, state: Path
) -> None:
    made = volume(either_cloud)
    running = settled(either_cloud, server(either_cloud, KEEPER)["id"], "ACTIVE")
    attachment = attach(either_cloud, running["id"], made["id"])
    assert attachment["device"] == "/dev/vdb"
    wait_for(lambda: "written" in console(either_cloud, running["id"]))
    shown = either_cloud.get("volume", "volumes", made["id"])
    assert shown["status"] == "in-use"
    assert shown["attachments"][0]["server_id"] == running["id"]
    assert shown["hearth:used_bytes"] > 0
    attached = either_cloud.get("compute", "servers", running["id"])
    assert attached["os-extended-volumes:volumes_attached"] == [{"id": made["id"]}]
    with pytest.raises(CloudError) as raised:
        either_cloud.delete("volume", "volumes", made["id"])
    assert raised.value.kind == "conflict"
    either_cloud.delete("compute", "volume_attachments", attachment["id"])
    assert either_cloud.get("volume", "volumes", made["id"])["status"] == "available"
    assert (state / "volumes" / made["id"] / "proof").exists()


def test_what_a_dead_engine_had_begun_to_fill_goes_with_its_volume(
    cloud: LocalCloud, state: Path
) -> None:
    made = volume(cloud)
    (state / "volumes" / f"{made['id']}.partial").mkdir()
    cloud.delete("volume", "volumes", made["id"])
    assert list((state / "volumes").iterdir()) == []


def test_a_deleted_server_gives_its_volumes_back(
    cloud: LocalCloud, clouds: LocalClouds, state: Path
) -> None:
    made = volume(cloud)
    disk = {"source_type": "volume", "uuid": made["id"], "device_name": "vdq"}
    running = server(cloud, KEEPER.replace("vdb", "vdq"), block_device_mapping_v2=[disk])
    wait_for(lambda: "written" in console(cloud, running["id"]))
    cloud.delete("compute", "servers", running["id"])
    assert cloud.get("volume", "volumes", made["id"])["attachments"] == []
    assert (state / "volumes" / made["id"] / "proof").exists()
    cloud.delete("volume", "volumes", made["id"])
    assert clouds.audit()["directories"] == {"servers": [], "volumes": []}


def test_a_volume_goes_to_one_server_and_a_device_to_one_volume(cloud: LocalCloud) -> None:
    first, second = volume(cloud, "1"), volume(cloud, "2")
    running = server(cloud)
    attach(cloud, running["id"], first["id"], device="/dev/sdz")
    with pytest.raises(CloudError, match="not available") as raised:
        cloud.act("volume", "volumes", first["id"], "os-attach", {"instance_uuid": running["id"]})
    assert raised.value.kind == "conflict"
    with pytest.raises(CloudError, match="is in use"):
        attach(cloud, running["id"], second["id"], device="sdz")
    cloud.act("volume", "volumes", first["id"], "os-detach", {})
    assert cloud.get("volume", "volumes", first["id"])["status"] == "available"


def test_rebuild_keeps_volumes(cloud: LocalCloud, state: Path) -> None:
    made = volume(cloud)
    running = server(cloud, KEEPER)
    attach(cloud, running["id"], made["id"])
    wait_for(lambda: "written" in console(cloud, running["id"]))
    cloud.act("compute", "servers", running["id"], "rebuild", {"imageRef": "local"})
    proof = state / "servers" / running["id"] / "volumes" / "vdb" / "proof"
    assert proof.exists()


def test_growing_but_not_shrinking(cloud: LocalCloud) -> None:
    made = volume(cloud, size=2)
    with pytest.raises(CloudError, match="1 is not more than 2"):
        cloud.act("volume", "volumes", made["id"], "os-extend", {"new_size": 1})
    cloud.act("volume", "volumes", made["id"], "os-extend", {"new_size": 3})
    assert cloud.get("volume", "volumes", made["id"])["size"] == 3


def test_copies_of_volumes_and_of_snapshots(cloud: LocalCloud, state: Path) -> None:
    made = volume(cloud)
    (state / "volumes" / made["id"] / "file").write_text("kept")
    snapshot = cloud.create("volume", "snapshots", {"volume_id": made["id"]}, token="s")
    (state / "volumes" / made["id"] / "file").write_text("changed")
    copy = volume(cloud, "2", size=None, source_volid=made["id"])
    older = volume(cloud, "3", size=None, snapshot_id=snapshot["id"])
    assert (state / "volumes" / copy["id"] / "file").read_text() == "changed"
    assert (state / "volumes" / older["id"] / "file").read_text() == "kept"
    for collection, thing in (("snapshots", snapshot["id"]), ("volumes", made["id"])):
        cloud.delete("volume", collection, thing)
    assert sorted(path.name for path in (state / "volumes").iterdir()) == sorted(
        [copy["id"], older["id"]]
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"size": 0}, "volumes.size: 0 is less than 1"),
        ({"size": None}, "volumes.size: is required"),
        ({"source_volid": "x"}, "Volume x could not be found."),
        ({"snapshot_id": "x"}, "Snapshot x could not be found."),
    ],
)
def test_errors(cloud: LocalCloud, fields: dict[str, object], message: str) -> None:
    with pytest.raises(CloudError) as raised:
        volume(cloud, **fields)  # type: ignore[arg-type]
    assert str(raised.value) == message
