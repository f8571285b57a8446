"""What an engine's process is put together from."""

from __future__ import annotations

from pathlib import Path

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
