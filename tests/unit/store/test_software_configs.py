"""Software configs on all three databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from heat_engine.store import software_configs
from heat_engine.store.database import Database
from heat_engine.store.records import SoftwareConfigRecord

BODY = {"config": "#!/bin/sh\n", "inputs": [{"name": "a"}], "outputs": [], "options": {}}


def add(database: Database, id: str, **fields: Any) -> SoftwareConfigRecord | None:
    columns = {"project_id": "p", "name": id, "group": "script", "body": BODY, **fields}
    return database.transact(software_configs.insert, id=id, **columns)


def test_what_is_kept_comes_back(database: Database) -> None:
    made = add(database, "c1", name=None)
    assert made is not None
    assert (made.name, made.group, made.project_id, made.body) == (None, "script", "p", BODY)
    assert database.query(software_configs.get, "c1") == made
    assert "bin/sh" not in repr(made)
    assert database.query(software_configs.load, ["c1", "c2"]) == {"c1": made}


def test_the_same_id_again_is_the_first_one(database: Database) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: add(database, "c1", name=f"n{n}"), range(4)))
    assert len({item.name for item in made if item is not None}) == 1
    assert database.query(software_configs.count, "p") == 1


def test_newest_first_in_pages_and_by_project(database: Database) -> None:
    for number in range(4):
        add(database, f"c{number}")
    add(database, "other", project_id="q")

    def names(**query: Any) -> list[str | None]:
        return [item.name for item in database.query(software_configs.list, **query)]

    assert names(project_id="p") == ["c3", "c2", "c1", "c0"]
    assert names(project_id="p", limit=2) == ["c3", "c2"]
    assert names(project_id="p", limit=2, marker="c2") == ["c1", "c0"]
    assert len(names(project_id=None)) == 5


def test_deleted_and_made_again(database: Database) -> None:
    add(database, "c1")
    database.transact(software_configs.delete, "c1")
    assert database.query(software_configs.get, "c1") is None
    assert add(database, "c1") is not None


def test_what_is_withdrawn_is_never_made_again(database: Database) -> None:
    for number in (1, 2):
        database.transact(software_configs.withdraw, "c1", "p")
        assert add(database, "c1") is None, number
    add(database, "c2")
    database.transact(software_configs.withdraw, "c2", "p")
    assert database.query(software_configs.get, "c2") is None
    assert database.query(software_configs.list, project_id="p") == []
    assert database.query(software_configs.count, "p") == 0
