"""The state directory: made once, found again, closed to others."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from oslo_config import cfg

from common import config
from heat_engine.cli.run.home import Account, Home

PORTS = {"heat-api": 1, "heat-api-cfn": 2, "heat-api-cloudwatch": 3}


def account(home: Home) -> Account:
    conf = config.load(
        "heat-all", ["--config-file", str(home.configuration)], conf=cfg.ConfigOpts()
    )
    found = home.account(conf)
    home.write_client_files(found, PORTS)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "state")
    assert home.make()
    return home


def test_everything_is_found_again(home: Home) -> None:
    first = account(home)
    keys = (home.path / "keys").read_text()
    home.configuration.write_text(home.configuration.read_text().replace("8004", "9004"))
    again = Home(home.path)
    assert not again.make()
    assert account(again) == first
    assert (home.path / "keys").read_text() == keys
    assert "9004" in home.configuration.read_text()


def test_a_lost_password_is_made_anew(home: Home) -> None:
    first = account(home)
    home.clouds.unlink()
    second = account(home)
    assert second.password != first.password
    assert second.user.project_id == first.user.project_id


def test_files_are_for_the_owner_only(home: Home) -> None:
    account(home)
    made = [path for path in home.path.rglob("*") if path.is_file() and "heat.db" not in path.name]
    assert len(made) == 6
    assert {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert home.path.stat().st_mode & 0o777 == 0o700


def test_the_clients_files_lead_here(home: Home) -> None:
    user = account(home)
    cloud = yaml.safe_load(home.clouds.read_text())["clouds"]["hearth"]
    assert cloud["auth"] == {
        "username": "admin",
        "password": user.password,
        "endpoint": f"http://127.0.0.1:1/v1/{user.user.project_id}",
    }
    assert str(user.user.secret) in (home.path / "aws" / "credentials").read_text()
    assert "http://127.0.0.1:2/v1/" in (home.path / "aws" / "config").read_text()


def test_a_directory_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="STATE=directory"):
        Home(tmp_path / "file" / "state").make()
