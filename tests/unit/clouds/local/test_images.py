"""Images of servers: what they hold, and who gets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local import images
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds
from tests.unit.clouds.local.conftest import server, wait_for

USER_DATA = '#!/bin/sh\necho ran >> "$HOME/runs"\n'


def active(cloud: LocalCloud, made: Document) -> None:
    wait_for(lambda: cloud.get("compute", "servers", made["id"])["status"] == "ACTIVE")


def home(state: Path, made: Document) -> Path:
    return state / "servers" / made["id"] / "home"


def image_of(cloud: LocalCloud, made: Document, name: str = "then") -> Document:
    answer = cloud.act("compute", "servers", made["id"], "createImage", {"name": name})
    assert answer is not None
    return cloud.get("image", "images", answer["image_id"])


@pytest.fixture
def made(cloud: LocalCloud, state: Path) -> Document:
    document = server(cloud, USER_DATA)
    active(cloud, document)
    (home(state, document) / "file").write_text("then")
    own = state / "servers" / document["id"]
    (own / "root" / "etc").mkdir()
    (own / "root" / "etc" / "own.conf").write_text("root")
    (own / "tmp" / "scratch").write_text("gone")
    return document


def test_a_server_is_rebuilt_with_what_it_had(
    cloud: LocalCloud, state: Path, made: Document
) -> None:
    image = image_of(cloud, made)
    assert image["status"] == "active"
    assert image["size"] >= len("then") + len("root")
    assert images.SERVER not in image
    (home(state, made) / "file").write_text("now")
    (home(state, made) / "more").write_text("more")
    cloud.act("compute", "servers", made["id"], "rebuild", {"imageRef": image["id"]})
    active(cloud, made)
    own = state / "servers" / made["id"]
    assert (home(state, made) / "file").read_text() == "then"
    assert not (home(state, made) / "more").exists()
    assert not (own / "tmp" / "scratch").exists()
    assert (own / "root" / "etc" / "own.conf").read_text() == "root"
    # The user data has run on that disk.
    assert (home(state, made) / "runs").read_text() == "ran\n"
    cloud.act("compute", "servers", made["id"], "rebuild", {"imageRef": "local"})
    active(cloud, made)
    assert not (home(state, made) / "file").exists()
    assert (home(state, made) / "runs").read_text() == "ran\n"


def test_another_server_begins_with_it(cloud: LocalCloud, state: Path, made: Document) -> None:
    image = image_of(cloud, made)
    cloud.delete("compute", "servers", made["id"])
    other = server(cloud, USER_DATA, token="other", imageRef=image["id"])
    active(cloud, other)
    assert (home(state, other) / "file").read_text() == "then"
    assert (home(state, other) / "runs").read_text() == "ran\nran\n"


def test_one_that_has_written_too_much_is_told(
    cloud: LocalCloud, state: Path, made: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MOST_BYTES", 3)
    image = image_of(cloud, made)
    assert image["status"] == "killed"
    assert image["message"].startswith("The server has written more than 3 bytes")
    assert not (state / "images" / image["id"]).exists()


def test_a_dead_engines_image_is_finished(
    cloud: LocalCloud, state: Path, made: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(images.Images, "settle", lambda self, document: None)
        patch.setattr(images.Images, "behind", lambda self, document: False)
        image = image_of(cloud, made)
        assert image["status"] == "saving"
    again = LocalClouds(state, sandbox="none").session("project", {})
    assert again.get("image", "images", image["id"])["status"] == "active"
    assert (state / "images" / image["id"] / "home" / "file").read_text() == "then"


def test_a_deleted_image_leaves_nothing(cloud: LocalCloud, state: Path, made: Document) -> None:
    image = image_of(cloud, made)
    cloud.delete("image", "images", image["id"])
    assert list((state / "images").iterdir()) == []
    with pytest.raises(CloudError, match="could not be found"):
        cloud.get("image", "images", image["id"])
