"""Console script ``heat-engine``: one engine in a process of its own."""

from __future__ import annotations

import logging

from common import config, logs
from common.signals import Signals
from heat_engine.cli import storage
from heat_engine.cli.assemble import EngineProcess
from heat_engine.resources.registry import Registry

LOG = logging.getLogger(__name__)


def main() -> None:
    conf = config.load("heat-engine")
    logs.setup(conf, "heat-engine")
    signals = Signals()
    engine = EngineProcess(conf, storage.database(conf), Registry.default())
    engine.start()
    signals.wait(reload=lambda: logs.reload(conf))
    LOG.info("heat-engine stops")
    engine.stop(conf.drain_seconds)


if __name__ == "__main__":
    main()
