"""What an engine's process is put together from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from oslo_config import cfg

from common import config
from heat_engine.cli.assemble import private_paths


def test_servers_may_not_read_keys_and_passwords(tmp_path: Path) -> None:
    file, folder = tmp_path / "heat.conf", tmp_path / "conf.d"
    folder.mkdir()
    (folder / "more.conf").write_text("[DEFAULT]\nauth_encryption_key_file = /safe/keys\n")
    file.write_text(f"[DEFAULT]\nstate_path = {tmp_path}/state\n")
    arguments = ["--config-file", str(file), "--config-dir", str(folder)]
    conf = config.load("heat-engine", arguments, conf=cfg.ConfigOpts())
    expected = [tmp_path / "state", Path("/safe/keys"), file, folder]
    assert private_paths(conf) == expected


@pytest.mark.parametrize("program", ["heat_engine.cli.all", "heat_engine.cli.engine"])
def test_what_is_not_configured_is_not_loaded(program: str) -> None:
    heavy = ("keystoneauth1", "keystoneclient", "psycopg", "pymysql", "alembic")
    asked = f"import sys, {program}; print(*set({heavy!r}) & sys.modules.keys())"
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == []
