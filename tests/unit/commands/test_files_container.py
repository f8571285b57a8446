"""What a container gives to a request, against a double of the object store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from common import errors
from common.context import RequestContext
from common.crypt import Vault
from heat_engine.clouds.interface import Document
from heat_engine.commands import files_container
from heat_engine.commands.core import Core
from heat_engine.resources.registry import Registry
from heat_engine.settings import EngineSettings
from heat_engine.store.database import Database
from tests.databases import KEY
from tests.scenarios.world import GatedCloud

CALLER = RequestContext(user_id="u", project_id="p", overwrite=False)


class Store(GatedCloud):
    """Objects hold their text; ``most``: what was good to read, of each."""

    most: tuple[int, ...] = ()

    def put(self, name: str, text: str) -> None:
        number = f"{name}-{len(self.things.get('objects', {}))}"
        self.add("objects", id=number, container="box", name=name, bytes=len(text), text=text)

    def act(self, service: str, collection: str, id: str, action: str, body: Any) -> Document:
        assert (collection, action) == ("objects", "content")
        self.most = (*self.most, body["most"])
        return {"content": self.things["objects"][id]["text"]}


@pytest.fixture
def cloud() -> Store:
    made = Store()
    made.add("containers", id="box", name="box")
    return made


@pytest.fixture
def core(cloud: Store, tmp_path: Path) -> Core:
    database = Database(f"sqlite:///{tmp_path}/none.db", Vault([KEY]))
    return Core(EngineSettings(), database, Registry([]), cloud)


def test_own_files_win_and_the_last_version_counts(core: Core, cloud: Store) -> None:
    for name, text in (("a", "old"), ("b", "theirs"), ("a", "new")):
        cloud.put(name, text)
    found = files_container.together(core, CALLER, "box", {"b": "own", "c": "own"})
    assert found == {"a": "new", "b": "own", "c": "own"}
    assert cloud.most == (files_container.MOST_BYTES,)


def test_no_cloud_is_asked_where_no_container_is_named(core: Core, cloud: Store) -> None:
    assert files_container.together(core, CALLER, "", {"a": "own"}) == {"a": "own"}
    assert cloud.calls == []


def test_a_container_has_bounds_before_any_of_it_is_read(
    core: Core, cloud: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_container, "MOST_BYTES", 5)
    cloud.put("a", "123")
    cloud.put("b", "456")
    with pytest.raises(errors.Invalid, match='"box" have more than 5 bytes'):
        files_container.together(core, CALLER, "box", {})
    assert cloud.most == ()
    assert files_container.together(core, CALLER, "box", {"b": "own"}) == {"a": "123", "b": "own"}


def test_why_a_container_cannot_be_read_is_said(core: Core) -> None:
    with pytest.raises(errors.Invalid, match='"none" cannot be read: containers none could not'):
        files_container.together(core, CALLER, "none", {})
