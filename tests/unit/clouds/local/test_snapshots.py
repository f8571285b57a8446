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
