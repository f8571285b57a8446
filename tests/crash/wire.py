"""The same engines reached over RabbitMQ, as separate processes of a real installation are."""

from __future__ import annotations

from typing import Any

from oslo_config import cfg

from common.rpc import transport
from common.rpc.client import EngineClient
from common.rpc.peers import Peers
from common.rpc.server import EngineServer
from heat_engine.engine import Engine
from tests.crash.clients import CONTEXT

CALL_SECONDS = 5.0


def _configuration() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([], default_config_files=[], default_config_dirs=[])
    return conf


def peers(url: str) -> Peers:
    return Peers(transport.build_peers(_configuration(), url))


def serve(url: str, engine: Engine, server_id: str) -> list[EngineServer]:
    """Answer calls and hints. ``server_id`` is the same for whoever takes the engine's place."""
    conf = _configuration()
    calls, hints = transport.build(conf, url), transport.build_peers(conf, url)
    servers = [
        EngineServer(calls, engine.service, server_id=server_id, threads=8),
        EngineServer(
            hints,
            engine.service,
            transport.PEER_TOPIC,
            engine.settings.engine_id,
            exchange=transport.PEER_EXCHANGE,
            threads=1,
        ),
    ]
    for server in servers:
        server.start()
    return servers


class Client:
    """What a front end has of the engines."""

    def __init__(self, url: str) -> None:
        self._transport = transport.build(_configuration(), url)
        self._client = EngineClient(self._transport, timeout=CALL_SECONDS)

    def call(self, method: str, **arguments: Any) -> Any:
        return self._client.call(CONTEXT, method, **arguments)

    def close(self) -> None:
        self._transport.cleanup()
