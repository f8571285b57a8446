"""Hints: they arrive at the one engine they are for, and never hold up who gives them."""

from __future__ import annotations

import threading
import time

import pytest
from oslo_config import cfg

from common.context import RequestContext
from common.rpc.peers import Peers
from common.rpc.server import EngineServer
from common.rpc.transport import PEER_EXCHANGE, PEER_TOPIC, build_peers


class Listener:
    def __init__(self) -> None:
        self.woken: list[str] = []
        self.changed = threading.Event()

    def wake(self, context: RequestContext, stack_id: str) -> None:
        self.woken.append(stack_id)
        self.changed.set()


@pytest.fixture(scope="module")
def conf() -> cfg.ConfigOpts:
    conf = cfg.ConfigOpts()
    conf([], project="hearth", default_config_files=[], default_config_dirs=[])
    return conf


def test_a_hint_reaches_the_engine_it_is_for(conf: cfg.ConfigOpts, transport_url: str) -> None:
    transport = build_peers(conf, transport_url)
    listeners = {"one": Listener(), "two": Listener()}
    servers = [
        EngineServer(transport, listener, PEER_TOPIC, name, exchange=PEER_EXCHANGE, threads=1)
        for name, listener in listeners.items()
    ]
    for server in servers:
        server.start()
    peers = Peers(transport)
    peers.wake("two", "s1")
    assert listeners["two"].changed.wait(10)
    peers.stop()
    for server in servers:
        server.stop()
    transport.cleanup()
    assert (listeners["one"].woken, listeners["two"].woken) == ([], ["s1"])


def test_a_lost_broker_does_not_hold_up_the_caller(conf: cfg.ConfigOpts) -> None:
    peers = Peers(build_peers(conf, "rabbit://guest:guest@127.0.0.1:1/"), limit=5)
    begun = time.monotonic()
    for number in range(100):
        peers.wake("gone", f"s{number}")
    assert time.monotonic() - begun < 1
    peers.stop(grace=0)
