"""An engine and the three APIs in one process."""

from __future__ import annotations

import gc
import logging

from oslo_config import cfg

from common import logs
from common.launch import GROUPS, listen, reach
from common.rpc import transport
from common.rpc.client import EngineClient
from common.rpc.news import News
from common.signals import Signals
from heat_engine.cli import assemble

LOG = logging.getLogger(__name__)


class Everything:
    """All services of one process."""

    def __init__(self, conf: cfg.ConfigOpts) -> None:
        self._conf = conf
        self._transport = transport.build(conf)
        # Ports first: a taken one is known before any work is taken up.
        self._news = News(self._transport)
        client = EngineClient(self._transport)
        self._server, self.ports = listen(conf, GROUPS, client, self._news)
        reach(conf, self.ports)
        self._engine = assemble.build(conf)

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


def run(conf: cfg.ConfigOpts) -> None:
    """All services until told to stop. Raises ``SystemExit`` in plain words."""
    signals = Signals()
    everything = Everything(conf)
    everything.start()
    signals.wait(reload=lambda: logs.reload(conf))
    LOG.info("heat-all stops")
    everything.stop()
