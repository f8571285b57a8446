"""Software deployments on all three databases."""

from __future__ import annotations

from typing import Any

from heat_engine.store import software_deployments
from heat_engine.store.database import Database
from heat_engine.store.records import SoftwareDeploymentRecord
from heat_engine.store.session import Session


def add(database: Database, id: str, **fields: Any) -> SoftwareDeploymentRecord | None:
    columns = {"project_id": "p", "server_id": "s", "config_id": "c", "status": "X", **fields}
    return database.transact(software_deployments.insert, id=id, **columns)


def ids(database: Database, **query: Any) -> list[str]:
    return [item.id for item in database.query(software_deployments.list, **query)]


def test_what_is_kept_comes_back(database: Database) -> None:
    values = {"input_values": {"a": "s3cret"}, "status_reason": "why", "action": "CREATE"}
    made = add(database, "d1", stack_user_project_id="q", **values)
    assert made is not None
    assert made.input_values == {"a": "s3cret"}
    assert (made.output_values, made.status_reason, made.updated_at) == (None, "why", None)
    assert database.query(software_deployments.get, "d1") == made
    assert "s3cret" not in repr(made)
    again = add(database, "d1", status="Y")
    assert again == made


def test_whose_and_where(database: Database) -> None:
    add(database, "d1")
    add(database, "d2", server_id="t")
    add(database, "d3", project_id="q", stack_user_project_id="p")
    add(database, "d4", project_id="q")
    assert ids(database, project_id="p") == ["d1", "d2", "d3"]
    assert ids(database, project_id="p", server_id="s") == ["d1", "d3"]
    assert len(ids(database, project_id=None)) == 4
    assert database.query(software_deployments.count, project_id="p") == 2
    assert database.query(software_deployments.count, config_id="c") == 4


def test_a_change_leaves_the_rest(database: Database) -> None:
    add(database, "d1", input_values={"a": 1}, status_reason="first")

    def change(session: Session) -> SoftwareDeploymentRecord:
        record = software_deployments.get(session, "d1", lock=True)
        assert record is not None
        return software_deployments.update(
            session, record, status="COMPLETE", output_values={"o": 2}
        )

    changed = database.transact(change)
    assert (changed.status, changed.output_values) == ("COMPLETE", {"o": 2})
    assert (changed.input_values, changed.status_reason) == ({"a": 1}, "first")
    assert changed.updated_at is not None


def test_deleted_and_withdrawn(database: Database) -> None:
    add(database, "d1")
    database.transact(software_deployments.delete, "d1")
    assert add(database, "d1") is not None
    database.transact(software_deployments.withdraw, "d1", "p")
    database.transact(software_deployments.withdraw, "d2", "p")
    assert add(database, "d1") is None
    assert add(database, "d2") is None
    assert ids(database, project_id="p") == []
    assert database.query(software_deployments.count, config_id="c") == 0
