"""After a rotation the old key opens nothing that is stored, and nothing needs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, insert, select

from common import errors
from common.crypt import Vault
from heat_engine.store import (
    events,
    exports,
    guests,
    revocations,
    rotation,
    signals,
    snapshots,
    software_configs,
    software_deployments,
    stacks,
    users,
)
from heat_engine.store.database import Database
from heat_engine.store.tables import metadata, resource, step
from tests.databases import KEY
from tests.unit.store.rows import add_stack, event_row, resource_row, snapshot_columns

NEW = Vault.new_key()


@pytest.fixture
def filled(database: Database) -> Database:
    seal = database.vault.encrypt_json
    for number in range(3):
        stack_id = add_stack(
            database,
            f"s{number}",
            environment={"n": number},
            previous={"n": number},
            credentials={"n": number} if number else None,
            withheld=[str(number)],
        )
        row = resource_row(stack_id, "web", definition=seal(1), outcome=seal(2), metadata=seal(3))
        with database.write() as session:
            session.execute(insert(resource), [row])
            session.execute(
                insert(step),
                [
                    {
                        "traversal_id": stack_id,
                        "number": index,
                        "resource_id": row["id"],
                        "resource_name": "web",
                        "verb": "create",
                        "requires": "[]",
                        "status": "DONE",
                        "token": "t",
                        "progress": seal(index),
                    }
                    for index in range(3)
                ],
            )
            events.append(session, [event_row(stack_id, "web", properties=seal({}))])
            signals.put(session, row["id"], "id", "SUCCESS", None, {"n": number})
            guests.insert(
                session,
                user_id=stack_id,
                access=stack_id,
                secret="s3cret",
                token=stack_id,
                project_id="p",
                stack_id=stack_id,
                resource_id=row["id"],
                resource_name="web",
            )
            revocations.add(session, revocations.GUEST, [{"name": "g"}])
            snapshots.insert(session, **snapshot_columns(stack_id, data={"n": number}))
            config = software_configs.insert(
                session, id=stack_id, project_id="p", name=None, group=None, body={"n": number}
            )
            assert config is not None
            exports.take(session, "p", stack_id, [stack_id])
            exports.publish(session, "p", stack_id, {stack_id: number})
            software_deployments.insert(
                session, id=stack_id, project_id="p", server_id="s", config_id=config.id
            )
    database.transact(users.add, "ada", "password", "demo", [])
    return database


@pytest.fixture
def rotated(filled: Database, database_url: str) -> Iterator[Database]:
    """The database seen with both keys, the new one first."""
    both = Database(database_url, Vault([NEW, KEY]))
    yield both
    both.dispose()


@pytest.mark.parametrize("batch", [1, 2, 200])
def test_everything_is_under_the_new_key(rotated: Database, batch: int) -> None:
    # 3 stacks with 11 secrets in all, 9 of resources, 9 of steps, 3 events, signals and guests,
    # 3 software configs and deployments, 3 exports, 3 snapshots, 3 revocations.
    assert rotation.rotate(rotated, batch=batch) == 11 + 9 + 9 + 3 + 3 + 3 + 3 + 3 + 3 + 3 + 3 + 1
    only_new, only_old = Vault([NEW]), Vault([KEY])
    with rotated.read() as session:
        for table, names in rotation.ENCRYPTED.items():
            for name in names:
                column = table.c[name]
                for sealed in session.execute(select(column).where(column.is_not(None))).scalars():
                    only_new.decrypt(sealed)
                    with pytest.raises(errors.InternalError):
                        only_old.decrypt(sealed)
    found = rotated.query(stacks.find_live, "project", "s2")
    assert found is not None
    assert found.credentials == found.previous == found.environment == {"n": 2}


def test_every_column_that_looks_encrypted_is_rotated(rotated: Database) -> None:
    """A column that is added later and holds tokens must be named in ``rotation.ENCRYPTED``."""
    known = {table.c[name] for table, names in rotation.ENCRYPTED.items() for name in names}
    with rotated.read() as session:
        for table in metadata.sorted_tables:
            for column in table.c:
                if str(column.type).startswith(("TEXT", "VARCHAR")):
                    tokens = select(func.count()).where(column.like("gAAAAA%"))
                    assert bool(session.execute(tokens).scalar()) == (column in known), column


def test_an_unknown_key_stops_it(filled: Database, database_url: str) -> None:
    stranger = Database(database_url, Vault([NEW]))
    with pytest.raises(errors.InternalError):
        rotation.rotate(stranger)
    stranger.dispose()
    assert filled.query(stacks.find_live, "project", "s0") is not None


def test_nothing_to_rotate(database: Database) -> None:
    assert rotation.rotate(database) == 0
