"""Console script ``heat-engine``: one engine in a process of its own."""

from __future__ import annotations

import logging

from common import config, loading, logs
from common.signals import Signals

LOG = logging.getLogger(__name__)


def main() -> None:
    conf = config.load("heat-engine")
    logs.setup(conf, "heat-engine")
    signals = Signals()
    engine = loading.load("heat_engine.cli.assemble:build")(conf)
    engine.start()
    signals.wait(reload=lambda: logs.reload(conf))
    LOG.info("heat-engine stops")
    engine.stop(conf.drain_seconds)


if __name__ == "__main__":
    main()
