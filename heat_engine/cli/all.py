"""Console script ``heat-all``: an engine and the three APIs in one process, for one machine.

With ``separate_processes`` each of them has a process of its own.

Its defaults need nothing but ``state_path``: SQLite, messages in memory, the engine's own users,
ports on the loopback address only.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Sequence
from pathlib import Path

from oslo_config import cfg

from common import config, logs
from common.launch import GROUPS, listen
from common.rpc import transport
from common.rpc.client import EngineClient
from common.rpc.news import News
from common.signals import Signals
from heat_engine.cli import assemble, first_start, separate, storage
from heat_engine.resources.registry import Registry

LOG = logging.getLogger(__name__)
DEFAULTS = {
    ("paste_deploy", "flavor"): "custombackend",
    **{(group, "bind_host"): "127.0.0.1" for group in GROUPS.values()},
}


class Everything:
    """All services of one process."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._transport = transport.build(conf)
        # Ports first: a taken one is known before any work is taken up.
        self._news = News(self._transport)
        client = EngineClient(self._transport)
        self._server, self.ports = listen(conf, GROUPS, client, self._news)
        assemble.reach(conf, self.ports)
        self._engine = assemble.EngineProcess(conf, storage.database(conf), Registry.default())

    def start(self) -> None:
        self._engine.start()
        self._news.start()
        self._server.start()
        gc.collect()
        gc.freeze()  # what is here stays: no collection has to look at it again
        LOG.info("heat-all is ready")

    def stop(self) -> None:
        self._server.stop(self._conf.drain_seconds)
        self._news.stop()
        self._engine.stop(self._conf.drain_seconds)
        self._transport.cleanup()


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
    if conf.separate_processes:
        separate.run(conf)
        return
    signals = Signals()
    everything = Everything(conf)
    everything.start()
    signals.wait(reload=lambda: logs.reload(conf))
    LOG.info("heat-all stops")
    everything.stop()


if __name__ == "__main__":
    main()
