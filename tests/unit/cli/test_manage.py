"""heat-manage: what an operator types, and what is said when it cannot be done."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.crypt import Vault
from heat_engine.store import stacks
from heat_engine.store.database import Database


class Operator:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.keys = directory / "keys"
        self.keys.write_text(Vault.new_key() + "\n")
        self.conf = directory / "heat.conf"
        self.conf.write_text(
            f"[DEFAULT]\nstate_path = {directory}\nauth_encryption_key_file = {self.keys}\n"
        )

    def types(self, *words: str, password: str = "", fails: bool = False) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "heat_engine.cli.manage", "--config-file", self.conf, *words],
            capture_output=True,
            text=True,
            input="",
            env={**os.environ, "HEARTH_PASSWORD": password},
            check=False,
        )
        assert (run.returncode != 0) == fails, run.stdout + run.stderr
        assert "Traceback" not in run.stderr
        return run.stderr if fails else run.stdout

    def database(self) -> Database:
        keys = self.keys.read_text().split()
        return Database(f"sqlite:///{self.directory}/heat.db", Vault(keys))


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    operator = Operator(tmp_path)
    assert "revision" in operator.types("db_sync")
    return operator


def test_a_second_sync_changes_nothing(operator: Operator) -> None:
    assert operator.types("db_sync") == operator.types("db_sync")


def test_a_user_is_added_shown_and_removed(operator: Operator) -> None:
    added = operator.types(
        "local-user", "add", "ann", "--project", "demo", "--role", "admin", password="pw"
    )
    assert "access key" in added
    assert "pw" not in added.split()
    shown = operator.types("local-user", "list").splitlines()[1].split()
    assert (shown[0], shown[1], shown[3]) == ("ann", "demo", "admin")
    operator.types("local-user", "remove", "ann")
    assert len(operator.types("local-user", "list").splitlines()) == 1
    assert operator.types("local-user", "remove", "ann", fails=True) == "There is no user ann.\n"


def test_a_taken_name_is_told(operator: Operator) -> None:
    words = ["local-user", "add", "ann", "--project", "demo"]
    operator.types(*words, password="pw")
    assert operator.types(*words, password="pw", fails=True).startswith("heat-manage: ")


def test_keys_are_rotated(operator: Operator) -> None:
    operator.types("local-user", "add", "ann", "--project", "demo", password="pw")
    new, old = Vault.new_key(), operator.keys.read_text()
    operator.keys.write_text(f"{new}\n{old}")
    assert operator.types("rotate_keys") == "1 secrets rewritten.\n"
    operator.keys.write_text(new)
    assert "ann" in operator.types("local-user", "list")


def test_services_are_listed(operator: Operator) -> None:
    assert operator.types("service", "list").splitlines()[0].split() == ["engine", "host", "status"]
    assert operator.types("service", "clean") == "0 engines forgotten.\n"


def test_purging_an_empty_database(operator: Operator) -> None:
    assert operator.types("purge_deleted", "0") == "0 deleted stacks forgotten.\n"
    with operator.database().read() as session:
        assert stacks.count(session, project_id=None) == 0


def test_without_a_key_the_next_step_is_told(operator: Operator) -> None:
    operator.keys.write_text("")
    assert "heat-manage new_key" in operator.types("local-user", "list", fails=True)
    operator.keys.write_text("short\n")
    assert "encryption key" in operator.types("local-user", "list", fails=True)


def test_a_database_of_another_kind_is_told(operator: Operator) -> None:
    with operator.conf.open("a") as file:
        file.write("[database]\nconnection = oracle://x/y\n")
    assert "[database] connection" in operator.types("local-user", "list", fails=True)


def test_a_command_is_needed(operator: Operator) -> None:
    assert "usage:" in operator.types(fails=True)
