"""Containers and objects: bounds, versions, leftovers."""

from __future__ import annotations

import os
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local import object_store
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds

SERVICE = "object-store"


def container(cloud: LocalCloud, name: str = "box", **body: Any) -> dict[str, Any]:
    return cloud.create(SERVICE, "containers", {"name": name, **body}, token=f"t-{name}")


def put(cloud: LocalCloud, name: str, content: str, token: str, where: str = "box") -> Any:
    body = {"container": where, "name": name, "content": content}
    return cloud.create(SERVICE, "objects", body, token=token)


def read(cloud: LocalCloud, id: str) -> str:
    found = cloud.act(SERVICE, "objects", id, "content", {})
    assert found is not None
    return str(found["content"])


@pytest.fixture
def cloud(clouds: LocalClouds) -> LocalCloud:
    return clouds.session("p", {})


def test_an_object_replaces_the_one_of_its_name(cloud: LocalCloud) -> None:
    container(cloud)
    put(cloud, "a", "one", "t1")
    second = put(cloud, "a", "two", "t2")
    (found,) = cloud.list(SERVICE, "objects", container="box")
    assert (found["id"], read(cloud, found["id"])) == (second["id"], "two")
    shown = cloud.get(SERVICE, "containers", "box")
    assert (shown["count"], shown["bytes"]) == (1, 3)
    assert shown["url"].endswith("/v1/AUTH_p/box")


def test_a_container_with_versions_keeps_all_in_order(cloud: LocalCloud) -> None:
    container(cloud, versions=True)
    for number in range(3):
        put(cloud, "a", str(number), f"t{number}")
    found = cloud.list(SERVICE, "objects", container="box", name="a")
    assert [read(cloud, item["id"]) for item in found] == ["0", "1", "2"]


def test_a_token_makes_one_object(cloud: LocalCloud) -> None:
    container(cloud, versions=True)
    assert put(cloud, "a", "x", "t")["id"] == put(cloud, "a", "x", "t")["id"]
    assert len(cloud.list(SERVICE, "objects", container="box")) == 1


def test_what_is_not_empty_stays(cloud: LocalCloud, state: Path) -> None:
    container(cloud)
    made = put(cloud, "a", "x", "t")
    with pytest.raises(CloudError, match="Container box is not empty") as caught:
        cloud.delete(SERVICE, "containers", "box")
    assert caught.value.kind == "conflict"
    cloud.delete(SERVICE, "objects", made["id"])
    cloud.delete(SERVICE, "containers", "box")
    assert list((state / "objects").iterdir()) == []
    with pytest.raises(CloudError, match="could not be found"):
        put(cloud, "a", "x", "t2")


def test_a_name_is_one_projects(clouds: LocalClouds, cloud: LocalCloud) -> None:
    container(cloud)
    with pytest.raises(CloudError, match="exists already"):
        cloud.create(SERVICE, "containers", {"name": "box"}, token="another")
    other = clouds.session("q", {})
    with pytest.raises(CloudError, match="could not be found"):
        other.get(SERVICE, "containers", "box")
    other.create(SERVICE, "containers", {"name": "box"}, token="theirs")


@pytest.mark.parametrize("name", ["a/b", "x" * 257, ""])
def test_names_that_no_url_could_hold_are_refused(cloud: LocalCloud, name: str) -> None:
    with pytest.raises(CloudError, match=r"containers\.name"):
        container(cloud, name)


@pytest.mark.parametrize(
    ("limit", "value"),
    [("PROJECT_BYTES", 5), ("OBJECTS_PER_CONTAINER", 1), ("VERSIONS", 1)],
)
def test_bounds(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    monkeypatch.setattr(object_store, limit, value)
    container(cloud, versions=True)
    put(cloud, "a", "123", "t1")
    with pytest.raises(CloudError) as caught:
        put(cloud, "a", "456", "t2")
    assert caught.value.kind == "over_limit"


def test_an_object_too_large_is_not_read(
    cloud: LocalCloud, clouds: LocalClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_store, "OBJECT_BYTES", 3)
    monkeypatch.setattr(object_store, "TEXT_BYTES", 3)
    box = container(cloud)
    stream = BytesIO(b"1234")
    with pytest.raises(CloudError, match="at most 3 bytes"):
        clouds._objects.put(box, "a", stream, 4, {})
    assert stream.tell() == 0
    made = put(cloud, "a", "1234", "t")
    with pytest.raises(CloudError, match="more than 3 bytes"):
        read(cloud, made["id"])


def test_files_that_nobody_knows_are_swept(clouds: LocalClouds, state: Path) -> None:
    cloud = clouds.session("p", {})
    container(cloud)
    kept = put(cloud, "a", "x", "t")
    for name, age in (("old", 7200.0), ("new", 0.0)):
        path = state / "objects" / name
        path.write_text("left by a dead engine")
        os.utime(path, (time.time() - age,) * 2)
    clouds.serve()
    assert {path.name for path in (state / "objects").iterdir()} == {"new", kept["id"]}
