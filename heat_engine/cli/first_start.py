"""What the first start on a machine makes: the state directory, a key, the tables."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from oslo_config import cfg

from common import config
from common.crypt import Vault

OWNER_ONLY = 0o600


def prepare(conf: cfg.ConfigOpts) -> None:
    """Make what is not there yet; whoever has keys or a database finds them untouched.

    Raises ``SystemExit`` in plain words.
    """
    state = Path(conf.state_path)
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = conf.auth_encryption_key_file
        if keys and not conf.auth_encryption_key and not Path(keys).exists():
            _write_key(Path(keys))
        url = config.database_url(conf)
        path = Path(url.partition("///")[2])
        if url.startswith("sqlite:") and not _has_tables(path):
            _make_database(conf, path)
    except OSError as cause:
        raise SystemExit(f"state_path {state} cannot be used: {cause.strerror}") from cause


def _has_tables(path: Path) -> bool:
    """Whether the schema's revision is noted, which is done with the last table."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        )
        return bool(found.fetchone()[0])


def _write_key(path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
        file.write(Vault.new_key() + "\n")


def _make_database(conf: cfg.ConfigOpts, path: Path) -> None:
    """The tables, made by a process of its own: what migrations import would stay for good."""
    # The files that SQLite puts beside a database have the database's own mode.
    path.touch(mode=OWNER_ONLY)
    files = [part for file in conf.config_file for part in ("--config-file", str(file))]
    command = [sys.executable, "-m", "heat_engine.cli.manage", *files, "db_sync"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise SystemExit(f"The database {path} cannot be made: {made.stderr.strip()}")
