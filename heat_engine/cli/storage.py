"""The configured database and the keys of what is encrypted in it."""

from __future__ import annotations

import os
from pathlib import Path

from oslo_config import cfg

from common import config
from common.crypt import Vault
from heat_engine.store import migrations
from heat_engine.store.database import Database

OWNER_ONLY = 0o600


def prepare(conf: cfg.ConfigOpts) -> None:
    """Make what the first start on a machine lacks: the state directory, a key, the tables.

    Whoever configured keys or a database server of their own finds them untouched. Raises
    ``SystemExit`` in plain words.
    """
    state = Path(conf.state_path)
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = conf.auth_encryption_key_file
        if keys and not conf.auth_encryption_key and not Path(keys).exists():
            _write_key(Path(keys))
    except OSError as cause:
        raise SystemExit(f"state_path {state} cannot be used: {cause.strerror}") from cause
    url = config.database_url(conf)
    if url.startswith("sqlite:"):
        _keep_private(Path(url.partition("///")[2]))
        migrations.db_sync(url)


def _write_key(path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "w") as file:
        file.write(Vault.new_key() + "\n")


def _keep_private(path: Path) -> None:
    """The files that SQLite puts beside a database have the database's own mode."""
    path.touch(mode=OWNER_ONLY)


def database(conf: cfg.ConfigOpts) -> Database:
    """The configured database. Raises ``SystemExit`` in plain words."""
    keys = config.encryption_keys(conf)
    if not keys:
        raise SystemExit(
            "There is no key to encrypt secrets with. Make one with `heat-manage new_key` and "
            "set auth_encryption_key, or auth_encryption_key_file, in heat.conf."
        )
    try:
        vault = Vault(keys)
    except ValueError as cause:
        raise SystemExit(f"An encryption key cannot be used: {cause}") from cause
    url = config.database_url(conf)
    try:
        return Database(url, vault, pool_size=conf.database.max_pool_size)
    except ValueError as cause:
        raise SystemExit(f"[database] connection cannot be used: {cause}") from cause
