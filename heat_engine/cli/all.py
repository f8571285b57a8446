"""Console script ``heat-all``: an engine and the three APIs, for one machine.

All of them are one process (``together``), or each has one of its own (``separate``).

Its defaults need nothing but ``state_path``: SQLite, messages in memory, the engine's own users,
ports on the loopback address only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from oslo_config import cfg

from common import config, loading, logs
from common.launch import GROUPS
from common.rpc import transport
from heat_engine.cli import first_start

DEFAULTS = {
    ("paste_deploy", "flavor"): "custombackend",
    **{(group, "bind_host"): "127.0.0.1" for group in GROUPS.values()},
}


def load(arguments: Sequence[str] | None = None) -> cfg.ConfigOpts:
    """The configuration with this program's defaults."""
    conf = config.load("heat-all", arguments, defaults=DEFAULTS)
    transport.register(conf)
    conf.set_default("transport_url", transport.IN_PROCESS)
    if not config.encryption_keys(conf):
        conf.set_default("auth_encryption_key_file", str(Path(conf.state_path, "keys")))
    return conf


def main() -> None:
    conf = load()
    logs.setup(conf, "heat-all")
    first_start.prepare(conf)
    way = "separate" if conf.separate_processes else "together"
    loading.load(f"heat_engine.cli.{way}:run")(conf)


if __name__ == "__main__":
    main()
