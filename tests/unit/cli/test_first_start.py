"""What a machine's first start makes, and what it leaves as it finds it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from oslo_config import cfg

from common import config
from heat_engine.cli import first_start
from heat_engine.store import migrations


def configured(folder: Path, state: Path) -> cfg.ConfigOpts:
    file = folder / "heat.conf"
    file.write_text(f"[DEFAULT]\nstate_path = {state}\nauth_encryption_key_file = {state}/keys\n")
    return config.load("heat-all", ["--config-file", str(file)], conf=cfg.ConfigOpts())


def test_first_start_makes_directory_key_and_tables(tmp_path: Path) -> None:
    conf = configured(tmp_path, tmp_path / "state")
    first_start.prepare(conf)
    assert migrations.current(config.database_url(conf))
    assert config.encryption_keys(conf)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()
    }
    assert {modes["keys"], modes["heat.db"]} == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_second_start_keeps_the_key(tmp_path: Path) -> None:
    conf = configured(tmp_path, tmp_path / "state")
    first_start.prepare(conf)
    key = (tmp_path / "state" / "keys").read_text()
    first_start.prepare(conf)
    assert (tmp_path / "state" / "keys").read_text() == key


def test_a_place_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match=r"state_path .* cannot be used"):
        first_start.prepare(configured(tmp_path, tmp_path / "file" / "state"))


def test_a_start_that_was_killed_before_the_tables_is_made_good(tmp_path: Path) -> None:
    conf = configured(tmp_path, tmp_path / "state")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "heat.db").touch()
    first_start.prepare(conf)
    assert migrations.current(config.database_url(conf))
