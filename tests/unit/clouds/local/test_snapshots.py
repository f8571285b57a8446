"""Snapshots of volumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds


def test_a_snapshot_keeps_what_its_volume_loses(cloud: LocalCloud, state: Path) -> None:
    volume = cloud.create("volume", "volumes", {"size": 2}, token="v")
    (state / "volumes" / volume["id"] / "file").write_text("kept")
    snapshot = cloud.create("volume", "snapshots", {"volume_id": volume["id"]}, token="s")
    cloud.delete("volume", "volumes", volume["id"])
    shown = cloud.get("volume", "snapshots", snapshot["id"])
    assert (shown["status"], shown["size"]) == ("available", 2)
    assert (state / "volumes" / snapshot["id"] / "file").read_text() == "kept"


def test_a_forgotten_snapshot_leaves_nothing(cloud: LocalCloud, clouds: LocalClouds) -> None:
    volume = cloud.create("volume", "volumes", {"size": 1}, token="v")
    cloud.create("volume", "snapshots", {"volume_id": volume["id"]}, token="s")
    cloud.forget("volume", "snapshots", "s")
    cloud.delete("volume", "volumes", volume["id"])
    assert clouds.audit()["directories"]["volumes"] == []


def test_a_snapshot_of_nothing_is_not_found(cloud: LocalCloud) -> None:
    with pytest.raises(CloudError, match="Volume x could not be found"):
        cloud.create("volume", "snapshots", {"volume_id": "x"}, token="s")


def test_a_backup_is_put_back(cloud: LocalCloud, state: Path) -> None:
    volume = cloud.create("volume", "volumes", {"size": 1}, token="v")
    home = state / "volumes" / volume["id"]
    (home / "file").write_text("then")
    backup = cloud.create("volume", "backups", {"volume_id": volume["id"]}, token="b")
    (home / "file").write_text("now")
    (home / "more").write_text("more")
    cloud.act("volume", "backups", backup["id"], "restore", {"volume_id": volume["id"]})
    assert {path.name: path.read_text() for path in home.iterdir()} == {"file": "then"}
    other = cloud.create("volume", "volumes", {"size": 1}, token="w")
    cloud.act("volume", "backups", backup["id"], "restore", {"volume_id": other["id"]})
    assert (state / "volumes" / other["id"] / "file").read_text() == "then"


def test_a_volume_in_a_server_is_restored_there(cloud: LocalCloud, state: Path) -> None:
    server = cloud.create(
        "compute", "servers", {"name": "s", "imageRef": "local", "flavorRef": "m1.tiny"}, token="s"
    )
    volume = cloud.create("volume", "volumes", {"size": 1}, token="v")
    (state / "volumes" / volume["id"] / "file").write_text("then")
    backup = cloud.create("volume", "backups", {"volume_id": volume["id"]}, token="b")
    cloud.act("volume", "volumes", volume["id"], "os-attach", {"instance_uuid": server["id"]})
    place = state / "servers" / server["id"] / "volumes" / "vdb" / "file"
    place.write_text("now")
    cloud.act("volume", "backups", backup["id"], "restore", {"volume_id": volume["id"]})
    assert place.read_text() == "then"


def test_restoring_goes_on_after_a_death(
    cloud: LocalCloud, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = cloud.create("volume", "volumes", {"size": 1}, token="v")
    home = state / "volumes" / volume["id"]
    (home / "file").write_text("then")
    backup = cloud.create("volume", "backups", {"volume_id": volume["id"]}, token="b")
    (home / "file").write_text("now")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("heat_engine.clouds.local.volume.copy_tree", die)
        with pytest.raises(KeyboardInterrupt):
            cloud.act("volume", "backups", backup["id"], "restore", {"volume_id": volume["id"]})
    cloud.get("volume", "volumes", volume["id"])
    assert (home / "file").read_text() == "then"


def test_what_cannot_be_restored(cloud: LocalCloud) -> None:
    volume = cloud.create("volume", "volumes", {"size": 1}, token="v")
    backup = cloud.create("volume", "backups", {"volume_id": volume["id"]}, token="b")
    with pytest.raises(CloudError, match="Volume x could not be found"):
        cloud.act("volume", "backups", backup["id"], "restore", {"volume_id": "x"})
    with pytest.raises(CloudError, match=r"restore\.volume_id"):
        cloud.act("volume", "backups", backup["id"], "restore", {})
