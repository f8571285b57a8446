"""Hints from engine to engine. Losing one costs latency, never correctness."""

from __future__ import annotations

import logging
import threading

import oslo_messaging
from oslo_messaging.transport import RPCTransport

from common.rpc.transport import PEER_EXCHANGE, PEER_TOPIC

LOG = logging.getLogger(__name__)
LIMIT = 10_000  # hints waiting to be sent; what is beyond is forgotten


class Peers:
    """Sends ``wake`` to other engines from a thread of its own: no caller waits for a broker."""

    def __init__(self, transport: RPCTransport, *, limit: int = LIMIT) -> None:
        target = oslo_messaging.Target(exchange=PEER_EXCHANGE, topic=PEER_TOPIC)
        self._client = oslo_messaging.get_rpc_client(transport, target)
        self._limit = limit
        self._pending: dict[tuple[str, str], None] = {}  # a set that keeps its order
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._send_all, name="peers", daemon=True)
        self._thread.start()

    def wake(self, engine_id: str, stack_id: str) -> None:
        """Tell that engine to look at that stack now. Never raises, never waits."""
        with self._changed:
            if len(self._pending) < self._limit:
                self._pending[(engine_id, stack_id)] = None
                self._changed.notify()

    def stop(self, grace: float = 1.0) -> None:
        """Send what is waiting, for at most ``grace`` seconds."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(grace)

    def _send_all(self) -> None:
        while hint := self._next():
            engine_id, stack_id = hint
            try:
                peer = self._client.prepare(server=engine_id, retry=0)
                peer.cast({}, "wake", stack_id=stack_id)
            except Exception:
                LOG.debug("Hint to engine %s was not sent", engine_id, exc_info=True)

    def _next(self) -> tuple[str, str] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._stopped)
            if not self._pending:
                return None
            hint = next(iter(self._pending))
            del self._pending[hint]
            return hint
