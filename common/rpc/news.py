"""Hints from the engines to the APIs that there are new events, for those who watch them.

A hint says no more than that: an API that has watchers then asks for what it has not seen.
Losing one costs latency, never an event.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import oslo_messaging
from oslo_messaging.transport import RPCTransport

from common.context import RequestContext
from common.identifiers import new_id
from common.rpc.server import EngineServer
from common.rpc.transport import PEER_EXCHANGE

LOG = logging.getLogger(__name__)
TOPIC = "heat-event-news"
# Hints of one engine in so many seconds are one.
PAUSE_SECONDS = 0.02


class Announcer:
    """The engine's side. Sends from a thread of its own: no caller waits for a broker."""

    def __init__(self, transport: RPCTransport) -> None:
        target = oslo_messaging.Target(exchange=PEER_EXCHANGE, topic=TOPIC, fanout=True)
        self._client = oslo_messaging.get_rpc_client(transport, target).prepare(retry=0)
        self._news = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._send_all, name="news", daemon=True)
        self._thread.start()

    def tell(self) -> None:
        """There are new events. Never raises, never waits."""
        self._news.set()

    def stop(self, grace: float = 1.0) -> None:
        self._stopped = True
        self._news.set()
        self._thread.join(grace)

    def _send_all(self) -> None:
        while not self._stopped:
            self._news.wait()
            self._news.clear()
            try:
                self._client.cast({}, "news")
            except Exception:
                LOG.debug("Nobody was told of new events", exc_info=True)
            time.sleep(PAUSE_SECONDS)


class _Ear:
    """The endpoint: has what an engine may call, and nothing else."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    def _listen(self, heard: Callable[[], None]) -> None:
        self._listeners.append(heard)

    def news(self, context: RequestContext) -> None:
        for heard in self._listeners:
            heard()


class News:
    """The API's side: calls who listens at each hint, from ``start`` until ``stop``."""

    def __init__(self, transport: RPCTransport) -> None:
        self._ear = _Ear()
        self._server = EngineServer(
            transport, self._ear, TOPIC, f"api-{new_id()}", exchange=PEER_EXCHANGE, threads=1
        )
        # A broker that is not there yet is waited for: without it there are no hints, but answers.
        self._thread = threading.Thread(target=self._server.start, name="news", daemon=True)

    def listen(self, heard: Callable[[], None]) -> None:
        """``heard`` is called from a thread of the server's; it must return at once."""
        self._ear._listen(heard)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.ident is None:
            return
        self._thread.join(1.0)
        if not self._thread.is_alive():
            self._server.stop()
