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
from common.rpc.transport import EXCHANGE, TOPIC

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
    """

    def __init__(
        self, transport: RPCTransport, *, topic: str = TOPIC, timeout: float | None = None
    ) -> None:
        target = oslo_messaging.Target(exchange=EXCHANGE, topic=topic)
        # Before the first engine there is no queue; a broker would drop the call without a word and
        # its caller wait for nothing until the timeout.
        options = oslo_messaging.TransportOptions(at_least_once=True)
        self._client = oslo_messaging.get_rpc_client(
            transport, target, timeout=timeout, transport_options=options
        )
        # The driver tries once a second to reach a lost broker: as often as there are seconds.
        seconds = timeout if timeout is not None else transport.conf.rpc_response_timeout
        self._client = self._client.prepare(retry=max(int(seconds), 1))
        self._patience = min(float(seconds), _OPENING_SECONDS)
        self._open = threading.Event()
        self._opening = threading.Lock()

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        """The method's value, plain JSON data. Raises what the engine raised, as ``HearthError``;
        ``ServiceUnavailable`` when no engine answers in time."""
        if not self._open.is_set():
            self._reach_broker()
        try:
            reply = self._client.call(context.to_wire(), method, **arguments)
        except _UNDELIVERED as cause:
            LOG.warning("No answer to %s: %s", method, cause)
            raise errors.ServiceUnavailable() from cause
        except oslo_messaging.RemoteError as cause:
            LOG.error("The engine could not take %s: %s %s", method, cause.exc_type, cause.value)
            raise errors.InternalError() from cause
        return envelope.unwrap(reply)

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
            self._client.call(RequestContext(overwrite=False).to_wire(), "get_revision")
        except (KombuError, OSError) as cause:
            LOG.warning("The broker cannot be reached: %s", cause)
            return  # the next call tries again
        except Exception:
            LOG.debug("The first call found a broker, but no answer", exc_info=True)
        finally:
            self._opening.release()
        self._open.set()
