"""The engine's side of RPC."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import oslo_messaging
from oslo_messaging.transport import RPCTransport

from common import errors
from common.context import RequestContext
from common.rpc import envelope
from common.rpc.reads import BY_TURNS, Turns
from common.rpc.transport import EXCHANGE, TOPIC

LOG = logging.getLogger(__name__)
# What drivers add to the context that they carry.
_DRIVER_FIELDS = frozenset({"client_timeout", "conf", "msg_id", "reply_q"})


class _Endpoint:
    """The public methods of an object, each one's outcome put into an envelope."""

    def __init__(self, endpoint: object) -> None:
        turns = Turns()
        for name in dir(type(endpoint)):
            method = getattr(endpoint, name)
            if not name.startswith("_") and callable(method):
                called = _in_turn(method, turns) if name in BY_TURNS else method
                setattr(self, name, _enveloped(name, called))


def _in_turn(method: Callable[..., Any], turns: Turns) -> Callable[..., Any]:
    def answer(*given: Any, **named: Any) -> Any:
        with turns.turn():
            return method(*given, **named)

    return answer


def _enveloped(name: str, method: Callable[..., Any]) -> Callable[..., envelope.Reply]:
    def answer(wire: dict[str, Any], **arguments: Any) -> envelope.Reply:
        try:
            fields = {key: value for key, value in wire.items() if key not in _DRIVER_FIELDS}
            context = RequestContext.from_wire(fields)
            context.update_store()  # the log of this thread names this request
            return envelope.ok(method(context, **arguments))
        except errors.HearthError as cause:
            return envelope.error(cause)
        except Exception:
            LOG.exception("%s failed (request %s)", name, wire.get("request_id"))
            return envelope.error(errors.InternalError())

    return answer


class EngineServer:
    """Answers calls of ``topic`` with the public methods of ``endpoint``, in a pool of threads.

    A method is called as ``method(context, **arguments)`` and gives JSON data. ``server_id``
    names this listener among those of the topic; keep it stable over restarts, for a broker
    keeps a queue for each.
    """

    def __init__(
        self,
        transport: RPCTransport,
        endpoint: object,
        topic: str = TOPIC,
        server_id: str = "engine",
        *,
        exchange: str = EXCHANGE,
        threads: int | None = None,
    ) -> None:
        target = oslo_messaging.Target(exchange=exchange, topic=topic, server=server_id)
        self._threads = threads
        self._server = oslo_messaging.get_rpc_server(
            transport, target, [_Endpoint(endpoint)], access_policy=None
        )

    def start(self) -> None:
        self._server.start(override_pool_size=self._threads)

    def stop(self) -> None:
        """Take no more calls, and return when those under way have been answered."""
        self._server.stop()
        self._server.wait()
