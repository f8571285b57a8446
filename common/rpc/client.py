"""The front ends' side of RPC."""

from __future__ import annotations

import logging
import threading
from typing import Any

import oslo_messaging
from kombu.exceptions import KombuError
from oslo_messaging.transport import RPCTransport

from common import errors
from common.context import RequestContext
from common.rpc import envelope
from common.rpc.reads import READS
from common.rpc.transport import EXCHANGE, READ_EXCHANGE, READ_TOPIC, TOPIC

LOG = logging.getLogger(__name__)
_UNDELIVERED = (
    oslo_messaging.MessagingTimeout,
    oslo_messaging.MessageDeliveryFailure,
    oslo_messaging.MessageUndeliverable,
    oslo_messaging.rpc.client.ClientSendError,
    # What the driver lets through when a lost broker does not come back.
    KombuError,
)
_OPENING_SECONDS = 10.0


class EngineClient:
    """Calls methods of whichever engine is free; safe for many threads.

    timeout: seconds until a call gives up; None: ``rpc_response_timeout`` of the configuration.
    reads: the transport of ``READS``, where there is a quicker one for them.
    """

    def __init__(
        self,
        transport: RPCTransport,
        *,
        topic: str = TOPIC,
        timeout: float | None = None,
        reads: RPCTransport | None = None,
    ) -> None:
        target = oslo_messaging.Target(exchange=EXCHANGE, topic=topic)
        self._client = _way(transport, target, timeout)
        self._reads = None
        if reads is not None:
            target = oslo_messaging.Target(exchange=READ_EXCHANGE, topic=READ_TOPIC)
            self._reads = _way(reads, target, timeout)
        self._patience = min(_seconds(transport, timeout), _OPENING_SECONDS)
        self._open = threading.Event()
        self._opening = threading.Lock()

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        """The method's value, plain JSON data. Raises what the engine raised, as ``HearthError``;
        ``ServiceUnavailable`` when no engine answers in time."""
        if not self._open.is_set():
            self._reach_broker()
        try:
            reply = self._ask(context, method, arguments)
        except _UNDELIVERED as cause:
            LOG.warning("No answer to %s: %s", method, cause)
            raise errors.ServiceUnavailable() from cause
        except oslo_messaging.RemoteError as cause:
            LOG.error("The engine could not take %s: %s %s", method, cause.exc_type, cause.value)
            raise errors.InternalError() from cause
        return envelope.unwrap(reply)

    def _ask(self, context: RequestContext, method: str, arguments: dict[str, Any]) -> Any:
        if self._reads is not None and method in READS:
            try:
                return self._reads.call(context.to_wire(), method, **arguments)
            except oslo_messaging.MessageUndeliverable:
                # The queue for reads is gone when a broker has just restarted; the other one stays,
                # and keeps the call until an engine is back.
                LOG.debug("No engine listens to reads; %s goes with the other calls", method)
        return self._client.call(context.to_wire(), method, **arguments)

    def cast(self, context: RequestContext, method: str, **arguments: Any) -> None:
        """Ask and go on: whether and how it ended is not told."""
        try:
            self._client.cast(context.to_wire(), method, **arguments)
        except _UNDELIVERED as cause:
            LOG.warning("Could not send %s: %s", method, cause)
            raise errors.ServiceUnavailable() from cause

    def _reach_broker(self) -> None:
        """Wait for the first connection, but not for ever. Raises ``ServiceUnavailable``.

        The driver opens the queue for replies at the first call, and knows no limit in that: every
        thread of a process that starts before its broker would be lost in it.
        """
        if self._opening.acquire(blocking=False):
            threading.Thread(target=self._greet, name="first-call", daemon=True).start()
        if not self._open.wait(self._patience):
            LOG.warning("The broker was not reached yet")
            raise errors.ServiceUnavailable()

    def _greet(self) -> None:
        try:
            ways = [self._client] if self._reads is None else [self._client, self._reads]
            if all(_answers(way) for way in ways):
                self._open.set()
        finally:
            self._opening.release()


def _way(transport: RPCTransport, target: oslo_messaging.Target, timeout: float | None) -> Any:
    # Before the first engine there is no queue; a broker would drop the call without a word and
    # its caller wait for nothing until the timeout.
    options = oslo_messaging.TransportOptions(at_least_once=True)
    client = oslo_messaging.get_rpc_client(
        transport, target, timeout=timeout, transport_options=options
    )
    # The driver tries once a second to reach a lost broker: as often as there are seconds.
    return client.prepare(retry=max(int(_seconds(transport, timeout)), 1))


def _seconds(transport: RPCTransport, timeout: float | None) -> float:
    return float(transport.conf.rpc_response_timeout if timeout is None else timeout)


def _answers(way: Any) -> bool:
    """Whether a broker is there, with or without an engine; the queue for replies then is, too."""
    try:
        way.call(RequestContext(overwrite=False).to_wire(), "get_revision")
    except (KombuError, OSError) as cause:
        LOG.warning("The broker cannot be reached: %s", cause)
        return False
    except Exception:
        LOG.debug("The first call found a broker, but no answer", exc_info=True)
    return True
