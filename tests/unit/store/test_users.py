"""The embedded user store."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import select, update

from common import errors
from heat_engine.store import users
from heat_engine.store.database import Database
from heat_engine.store.tables import local_user


@pytest.fixture(autouse=True)
def _fresh_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    # A cheap scrypt: what is tested here is not how long it takes.
    monkeypatch.setattr(users, "_COST", 16)
    monkeypatch.setattr(users, "_verified", users.Verified())


def test_the_right_password_and_nothing_else(database: Database) -> None:
    added = database.transact(users.add, "ada", "s3cret", "demo", ["member", "admin"])
    for _ in range(2):
        assert database.query(users.authenticate, "ada", "s3cret") == added
    for name, password in (
        ("ada", "S3cret"),
        ("ada", ""),
        ("Ada", "s3cret"),
        ("nobody", "s3cret"),
        ("ada", "s3cret\n"),
    ):
        assert database.query(users.authenticate, name, password) is None
    assert (added.name, added.project_name, added.roles) == ("ada", "demo", ("member", "admin"))


def test_neither_password_nor_secret_is_stored_readable(database: Database) -> None:
    added = database.transact(users.add, "ada", "s3cret", "demo", [])
    with database.read() as session:
        stored = repr(session.execute(select(local_user)).one())
    assert added.secret
    for shown in (stored, repr(added)):
        assert added.secret not in shown
        assert "s3cret" not in shown


def test_users_of_a_project_share_its_id(database: Database) -> None:
    ada, bob, eve = (
        database.transact(users.add, name, "p", project, [])
        for name, project in (("ada", "demo"), ("bob", "demo"), ("eve", "Demo"))
    )
    assert ada.project_id == bob.project_id != eve.project_id
    assert len({ada.access, bob.access, eve.access}) == 3
    assert database.query(users.by_access, bob.access or "") == bob
    assert database.query(users.by_name, "eve") == eve
    assert database.query(users.by_access, "nothing") is None
    assert database.query(users.list) == [ada, bob, eve]


def test_a_name_belongs_to_one(database: Database) -> None:
    database.transact(users.add, "ada", "first", "demo", [])
    with pytest.raises(errors.Invalid, match="ada"):
        database.transact(users.add, "ada", "second", "demo", [])
    assert database.query(users.authenticate, "ada", "second") is None


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_user_needs_everything(database: Database, missing: int) -> None:
    given = ["ada", "password", "demo"]
    given[missing] = ""
    name, password, project = given
    with pytest.raises(errors.Invalid):
        database.transact(users.add, name, password, project, [])


def test_removal_and_a_new_password_count_at_once(database: Database) -> None:
    database.transact(users.add, "ada", "old", "demo", [])
    assert database.query(users.authenticate, "ada", "old")
    with database.write() as session:
        session.execute(update(local_user).values(password_hash=users._hash("new")))
    assert database.query(users.authenticate, "ada", "old") is None
    assert database.query(users.authenticate, "ada", "new")
    assert database.transact(users.remove, "ada")
    assert not database.transact(users.remove, "ada")
    assert database.query(users.authenticate, "ada", "new") is None


def test_what_was_right_is_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    real = users._scrypt

    def counted(*given: Any) -> bytes:
        runs.append(1)
        return real(*given)

    monkeypatch.setattr(users, "_scrypt", counted)
    memory = users.Verified(size=2)
    hashes = {password: users._hash(password) for password in ("a", "b", "c")}
    runs.clear()
    for password in ("a", "a", "b", "a", "c", "a", "b"):
        assert memory.check(hashes[password], password)
    # a, b and c once each, and b again: it was pushed out.
    assert len(runs) == 4
    assert not memory.check(hashes["a"], "b")
    assert len(memory._known) == 2


def test_an_unknown_name_costs_as_much_as_a_wrong_password(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    database.transact(users.add, "ada", "s3cret", "demo", [])
    seconds = {name: min(_seconds(database, name) for _ in range(2)) for name in ("ada", "nobody")}
    assert 0.4 < seconds["ada"] / seconds["nobody"] < 2.5


def _seconds(database: Database, name: str) -> float:
    started = time.thread_time()
    assert database.query(users.authenticate, name, "wrong") is None
    return time.thread_time() - started
