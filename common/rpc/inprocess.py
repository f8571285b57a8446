"""An oslo.messaging driver for one process: ``inprocess://``.

A message goes as JSON text, so that what works here works over a broker. It is handed to the
listener by the sender itself: nothing polls, nothing sleeps. A listener holds at most ``LIMIT``
messages that it has not begun, and so does an address nobody listens to yet; a sender waits
for a free place as long as its timeout allows.
"""

from __future__ import annotations

import itertools
import json
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

import oslo_messaging
from oslo_config import cfg
from oslo_messaging._drivers import base
from oslo_messaging.transport import TransportURL

LIMIT = 1000
Failure = tuple[type[BaseException], BaseException, TracebackType]
Address = tuple[str, str, str | None]  # exchange, topic, server


class _Message(base.RpcIncomingMessage):
    """One message at its listener; begun when acknowledged."""

    def __init__(self, text: str, replies: queue.Queue[Any] | None) -> None:
        context, message = json.loads(text)
        super().__init__(context, message)
        self._text = text
        self._replies = replies
        self.begun: Callable[[], None] = lambda: None
        self.again: Callable[[str, queue.Queue[Any] | None], None] = lambda text, replies: None

    def acknowledge(self) -> None:
        self.begun()

    def requeue(self) -> None:
        self.again(self._text, self._replies)

    def reply(self, reply: Any = None, failure: Failure | None = None) -> None:
        if self._replies is not None:
            told = None if failure is None else (failure[0].__name__, str(failure[1]))
            self._replies.put(json.dumps([reply, told]))

    def heartbeat(self) -> None:
        """A sender in the same process needs no sign that this one is alive."""


class _Listener(base.Listener):
    """Takes messages for its addresses from the moment it is started until it is stopped."""

    def __init__(self, broker: Broker, addresses: Iterable[Address]) -> None:
        super().__init__(batch_size=1, batch_timeout=None)
        self.addresses = frozenset(addresses)
        self.waiting = 0  # messages handed over and not yet begun
        self._broker = broker

    def start(self, on_incoming_callback: Callable[[list[_Message]], None]) -> None:
        super().start(on_incoming_callback)
        self._broker.join(self)

    def stop(self) -> None:
        self._broker.leave(self)

    def cleanup(self) -> None:
        self._broker.leave(self)


class Broker:
    """Listeners and, for addresses without one, the messages that wait for it."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._free = threading.Condition()
        self._listeners: list[_Listener] = []
        self._backlog: dict[Address, deque[_Message]] = {}
        self._turn = itertools.count()

    def join(self, listener: _Listener) -> None:
        with self._free:
            self._listeners.append(listener)
            kept = [m for a in listener.addresses for m in self._backlog.pop(a, ())]
            listener.waiting += len(kept)
            self._free.notify_all()
        for message in kept:
            self._hand_over(listener, message)

    def leave(self, listener: _Listener) -> None:
        with self._free:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def deliver(
        self, address: Address, text: str, replies: queue.Queue[Any] | None, timeout: float | None
    ) -> None:
        """Bring a message to one listener of the address. Raises ``queue.Full``."""
        message = _Message(text, replies)
        message.again = lambda text, replies: self.deliver(address, text, replies, 0)
        with self._free:
            if not self._free.wait_for(lambda: self._has_room(address), timeout):
                raise queue.Full
            listener = self._choose(address)
            if listener is None:
                self._backlog.setdefault(address, deque()).append(message)
                return
            listener.waiting += 1
        self._hand_over(listener, message)

    def deliver_to_all(self, exchange: str, topic: str, text: str) -> None:
        """Bring a copy to every listener of the topic; one that is full misses it."""
        with self._free:
            chosen = [
                listener
                for listener in self._listeners
                if (exchange, topic, None) in listener.addresses and listener.waiting < self._limit
            ]
            for listener in chosen:
                listener.waiting += 1
        for listener in chosen:
            self._hand_over(listener, _Message(text, None))

    def _has_room(self, address: Address) -> bool:
        if self._at(address):
            return bool(self._able(address))
        return len(self._backlog.get(address, ())) < self._limit

    def _at(self, address: Address) -> list[_Listener]:
        return [listener for listener in self._listeners if address in listener.addresses]

    def _able(self, address: Address) -> list[_Listener]:
        return [listener for listener in self._at(address) if listener.waiting < self._limit]

    def _choose(self, address: Address) -> _Listener | None:
        able = self._able(address)
        return able[next(self._turn) % len(able)] if able else None

    def _hand_over(self, listener: _Listener, message: _Message) -> None:
        message.begun = lambda: self._begun(listener)
        try:
            listener.on_incoming_callback([message])
        except RuntimeError:  # its pool of threads was shut down after it had been chosen
            self.leave(listener)
            message.requeue()

    def _begun(self, listener: _Listener) -> None:
        with self._free:
            listener.waiting -= 1
            self._free.notify_all()


_brokers: dict[str, Broker] = {}
_brokers_lock = threading.Lock()


class InProcessDriver(base.BaseDriver):
    """The driver; all of one URL in a process share a ``Broker``."""

    def __init__(
        self,
        conf: cfg.ConfigOpts,
        url: TransportURL,
        default_exchange: str | None = None,
        allowed_remote_exmods: list[str] | None = None,
    ) -> None:
        super().__init__(conf, url, default_exchange, allowed_remote_exmods)
        self._exchange = default_exchange or ""
        with _brokers_lock:
            self._broker = _brokers.setdefault(str(url), Broker())

    def require_features(self, requeue: bool = True) -> None:
        """Everything a transport can be asked for is here."""

    def send(
        self,
        target: oslo_messaging.Target,
        ctxt: dict[str, Any],
        message: dict[str, Any],
        wait_for_reply: bool | None = None,
        timeout: float | None = None,
        call_monitor_timeout: float | None = None,
        retry: int | None = None,
        transport_options: Any = None,
    ) -> Any:
        text = json.dumps([ctxt, message])
        exchange = target.exchange or self._exchange
        if target.fanout:
            return self._broker.deliver_to_all(exchange, target.topic, text)
        deadline = None if timeout is None else time.monotonic() + timeout
        replies: queue.Queue[Any] | None = queue.Queue() if wait_for_reply else None
        try:
            patience = timeout if wait_for_reply or retry is None else float(max(retry, 0))
            self._broker.deliver((exchange, target.topic, target.server), text, replies, patience)
            if replies is None:
                return None
            left = None if deadline is None else max(deadline - time.monotonic(), 0)
            return _answer(replies.get(timeout=left))
        except queue.Full as cause:
            raise oslo_messaging.MessageDeliveryFailure(f"{target.topic} is full") from cause
        except queue.Empty as cause:
            raise oslo_messaging.MessagingTimeout(f"No reply from {target.topic}") from cause

    def send_notification(
        self,
        target: oslo_messaging.Target,
        ctxt: dict[str, Any],
        message: dict[str, Any],
        version: float,
        retry: int | None = None,
    ) -> None:
        self.send(target, ctxt, message, retry=retry)

    def listen(
        self, target: oslo_messaging.Target, batch_size: int, batch_timeout: float | None
    ) -> _Listener:
        exchange = target.exchange or self._exchange
        addresses = [(exchange, target.topic, None), (exchange, target.topic, target.server)]
        return _Listener(self._broker, addresses)

    def listen_for_notifications(
        self,
        targets_and_priorities: Iterable[tuple[oslo_messaging.Target, str]],
        pool: str | None,
        batch_size: int,
        batch_timeout: float | None,
    ) -> _Listener:
        return _Listener(
            self._broker,
            [
                (target.exchange or self._exchange, f"{target.topic}.{priority}", None)
                for target, priority in targets_and_priorities
            ],
        )

    def cleanup(self) -> None:
        """Nothing to close: threads and sockets belong to those who send and listen."""


def _answer(text: str) -> Any:
    reply, failure = json.loads(text)
    if failure is not None:
        raise oslo_messaging.RemoteError(*failure)
    return reply
