"""How the APIs start: configuration, log, RPC client, paste pipeline, HTTP server, signals."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable, Mapping

from oslo_config import cfg

from common import config, logs, pipeline
from common.rpc import transport
from common.rpc.client import EngineClient
from common.rpc.news import News
from common.server import HttpServer
from common.signals import Signals

LOG = logging.getLogger(__name__)
GROUPS = {
    "heat-api": "heat_api",
    "heat-api-cfn": "heat_api_cfn",
    "heat-api-cloudwatch": "heat_api_cloudwatch",
}


def listen(
    conf: cfg.ConfigOpts, names: Iterable[str], engine: EngineClient, news: News | None = None
) -> tuple[HttpServer, dict[str, int]]:
    """A server with those APIs, not started yet, and the port that each listens at.

    Raises ``SystemExit`` in plain words when a port cannot be had.
    """
    groups = {name: conf[GROUPS[name]] for name in names}
    server = HttpServer(threads=max(options.threads for options in groups.values()))
    paste_file = str(config.paste_file(conf))
    ports: dict[str, int] = {}
    for name, options in groups.items():
        application = pipeline.load(
            paste_file, name, flavor=conf.paste_deploy.flavor, conf=conf, engine=engine, news=news
        )
        try:
            ports[name] = server.add(application, options)
        except OSError as cause:
            raise SystemExit(
                f"{name} cannot listen at {options.bind_host}:{options.bind_port}: "
                f"{cause.strerror or cause}. Stop what listens there, or choose another port "
                f"with [{GROUPS[name]}] bind_port."
            ) from cause
        LOG.info("%s listens at %s:%s", name, options.bind_host, ports[name])
    return server, ports


def reach(conf: cfg.ConfigOpts, ports: Mapping[str, int]) -> None:
    """Unless told otherwise, servers of stacks call back to where APIs listen on this machine."""
    conf.set_default("url", f"http://127.0.0.1:{ports['heat-api']}/v1", group="clients_heat")
    url = f"http://127.0.0.1:{ports['heat-api-cfn']}/v1/waitcondition"
    conf.set_default("heat_waitcondition_server_url", url)


class Api:
    """One API that calls an engine elsewhere. Its port is open; ``start`` makes its threads and
    connections, so that it may be made before a fork."""

    def __init__(self, conf: cfg.ConfigOpts, name: str) -> None:
        self._grace = conf.drain_seconds
        calls, hints = transport.build(conf), transport.build_peers(conf)
        reads = transport.build_reads(conf)
        self._transports = (calls, reads, hints)
        self._news = News(hints) if name == "heat-api" else None
        self._server, ports = listen(conf, [name], EngineClient(calls, reads=reads), self._news)
        self.port = ports[name]

    def start(self) -> None:
        if self._news is not None:
            self._news.start()
        self._server.start()

    def stop(self) -> None:
        self._server.stop(self._grace)
        if self._news is not None:
            self._news.stop()
        for used in self._transports:
            used.cleanup()

    def forget(self) -> None:
        """In another process: let go of the port."""
        self._server.stop(0)


def serve(name: str) -> None:
    """Run one API as a process of its own until it is told to stop."""
    conf = config.load(name)
    logs.setup(conf, name)
    signals = Signals()
    api = Api(conf, name)
    api.start()
    gc.freeze()  # what is here stays: no collection has to look at it again
    signals.wait(reload=lambda: logs.reload(conf))
    LOG.info("%s stops", name)
    api.stop()


def heat_api() -> None:
    """Console script ``heat-api``."""
    serve("heat-api")


def heat_api_cfn() -> None:
    """Console script ``heat-api-cfn``."""
    serve("heat-api-cfn")


def heat_api_cloudwatch() -> None:
    """Console script ``heat-api-cloudwatch``."""
    serve("heat-api-cloudwatch")
