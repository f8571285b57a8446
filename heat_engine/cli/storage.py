"""The configured database and the keys of what is encrypted in it."""

from __future__ import annotations

from oslo_config import cfg

from common import config
from common.crypt import Vault
from heat_engine.store.database import Database


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
