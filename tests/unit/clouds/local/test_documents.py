"""One SQLite file for all processes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local.documents import Documents

# Newer Pythons warn of forks beside threads; the children here need no other thread.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "documents.sqlite3")


def thing(id: str, project_id: str = "a", **fields: object) -> dict[str, object]:
    return {"id": id, "project_id": project_id, "name": "", **fields}


def test_an_exception_undoes_everything(documents: Documents) -> None:
    def fail() -> None:
        with documents.write() as transaction:
            transaction.insert("ports", thing("1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with documents.read() as transaction:
        assert transaction.get("ports", "1") is None


def test_what_is_written_is_seen_by_another_process(documents: Documents, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with Documents(tmp_path / "documents.sqlite3").write() as transaction:
            transaction.insert("ports", thing("1"), token="t")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with documents.read() as transaction:
        assert transaction.made_by("ports", "t") == thing("1")


def test_a_project_sees_its_own_and_the_shared_ones(documents: Documents) -> None:
    with documents.write() as transaction:
        for name, project_id in (("mine", "a"), ("theirs", "b"), ("shared", "")):
            transaction.insert("images", thing(name, project_id))
        assert [document["id"] for document in transaction.query("images", "a")] == [
            "mine",
            "shared",
        ]
        assert transaction.visible("images", "a", "theirs") is None


def test_a_name_that_two_have_is_a_conflict(documents: Documents) -> None:
    with documents.write() as transaction:
        transaction.insert("networks", {**thing("1"), "name": "n"})
        assert transaction.visible("networks", "a", "n") == {**thing("1"), "name": "n"}
        transaction.insert("networks", {**thing("2"), "name": "n"})
        with pytest.raises(CloudError, match="2 are named 'n'") as raised:
            transaction.visible("networks", "a", "n")
    assert raised.value.kind == "conflict"


def test_query_by_a_field_with_punctuation(documents: Documents) -> None:
    with documents.write() as transaction:
        transaction.insert("networks", thing("1", **{"router:external": "yes"}))
        transaction.insert("networks", thing("2"))
        found = transaction.query("networks", **{"router:external": "yes"})
    assert [document["id"] for document in found] == ["1"]


def test_an_address_has_one_owner(documents: Documents) -> None:
    with documents.write() as transaction:
        assert transaction.claim(5, "subnet", "one")
        assert not transaction.claim(5, "subnet", "two")
        assert transaction.addresses() == {5: "one"}
        transaction.release("one")
        assert transaction.claim(5, "subnet", "two")


def test_a_buried_token_stays_buried(documents: Documents, tmp_path: Path) -> None:
    with documents.write() as transaction:
        transaction.bury("ports", "t")
        transaction.bury("ports", "t")
    with Documents(tmp_path / "documents.sqlite3").read() as transaction:
        assert transaction.buried("ports", "t")
        assert not transaction.buried("networks", "t")


def test_a_locked_file_is_unavailable_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "documents.sqlite3"
    holder, waiter = Documents(path), Documents(path, wait_seconds=0.05)
    with holder.write(), pytest.raises(CloudError) as raised, waiter.write():
        pass
    assert raised.value.kind == "unavailable"
    assert raised.value.retryable
