"""Answers without an end, on waitress: the application pushes them, and no thread waits for them.

An application that finds ``STREAM`` in its environment may hand a ``Reader`` to it and answer 200
with no length and a first piece of text. When that is sent the worker thread is free again; the
connection is set aside, where the server's loop hears of it but need not look at it each time it
turns, and everything more goes through the reader's ``Outlet``.
"""

from __future__ import annotations

import contextlib
import select
import socket
from typing import Any, Protocol

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.task import WSGITask

STREAM = "hearth.stream"


class Outlet(Protocol):
    """Where the rest of an answer goes. Safe for any thread; never waits."""

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""

    def send(self, data: bytes) -> None:
        """Add to the answer. Nothing happens when the client has gone."""

    def end(self) -> None:
        """Close the connection when everything has been sent."""

    def drop(self) -> None:
        """Close the connection now."""


class Reader(Protocol):
    """Who fills an answer."""

    def opened(self, outlet: Outlet) -> None:
        """The headers and the first piece are on their way."""

    def closed(self) -> None:
        """The client has gone, or the answer could not be begun. May come more than once."""


class _Outlet:
    def __init__(self, channel: Channel, task: Task) -> None:
        self._channel = channel
        self._task = task

    @property
    def waiting(self) -> int:
        return int(self._channel.total_outbufs_len)

    def send(self, data: bytes) -> None:
        if self._channel.will_close:  # the loop gave it up: it has been silent for too long
            self._channel.cut()
            return
        with contextlib.suppress(ClientDisconnected):  # the loop tells the reader
            self._task.write(data)
            self._channel.hurry()

    def end(self) -> None:
        with contextlib.suppress(ClientDisconnected):
            if self._task.chunked_response:
                self._channel.write_soon(b"0\r\n\r\n")
            self._channel.close_when_flushed = True
            self._channel.hurry()

    def drop(self) -> None:
        self._channel.will_close = True
        self._channel.cut()


class Aside:
    """Connections that are silent for most of their life. One entry of the loop for all of them."""

    accepting = False

    def __init__(self, loop: dict[int, Any]) -> None:
        """``loop``: the map of waitress's loop, whose thread calls everything but ``modify``."""
        self._epoll = select.epoll()
        self._channels: dict[int, Channel] = {}
        loop[self._epoll.fileno()] = self

    def add(self, fileno: int, channel: Channel) -> None:
        self._channels[fileno] = channel
        self._epoll.register(fileno, select.EPOLLIN | select.EPOLLOUT)

    def modify(self, fileno: int, flags: int) -> None:
        """Whether to be told that more can be sent. Does nothing for one that is not here."""
        with contextlib.suppress(OSError, ValueError):
            self._epoll.modify(fileno, flags)

    def remove(self, fileno: int) -> None:
        if self._channels.pop(fileno, None) is not None:
            with contextlib.suppress(OSError, ValueError):
                self._epoll.unregister(fileno)

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        for fileno, flags in self._epoll.poll(0):
            channel = self._channels.get(fileno)
            if channel is not None:
                channel.turn(fileno, flags)

    def close(self) -> None:
        for channel in [*self._channels.values()]:
            channel.handle_close()
        self._epoll.close()


class Task(WSGITask):
    """A request whose answer may be handed over to a reader."""

    reader: Reader | None = None

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        environ[STREAM] = self._hand_over
        return environ

    def service(self) -> None:
        try:
            super().service()
        finally:
            if self.reader is not None and self.channel.reader is not self.reader:
                self.reader.closed()

    def finish(self) -> None:
        """Called when the application's own part of the answer has been written."""
        handed_over = self.reader is not None and self.status.startswith("200")
        if not handed_over or self.content_length is not None:
            super().finish()
            return
        self.close_on_finish = False
        # What the request was made of is not needed any more; the connection may live for hours.
        self.environ = None
        self.channel.hand_over(self, self.reader)

    def set_close_on_finish(self) -> None:
        """Not for an answer that can have no body: it ends with its headers (RFC 9112 section 6.3),
        while waitress closes wherever there is no length, which such an answer must not have."""
        wanted = self.request.headers.get("CONNECTION", "").lower()
        if self.has_body or self.version != "1.1" or wanted == "close":
            super().set_close_on_finish()

    def _hand_over(self, reader: Reader) -> None:
        self.reader = reader


class Channel(HTTPChannel):
    """A connection that may have been handed over to a reader."""

    task_class = Task
    reader: Reader | None = None

    def hand_over(self, task: Task, reader: Reader) -> None:
        with self.requests_lock:
            del self.requests[1:]  # nothing can be answered behind an answer without an end
            self.reader = reader
        self.server.trigger.pull_trigger(self._set_aside)
        reader.opened(_Outlet(self, task))

    def turn(self, fileno: int, flags: int) -> None:
        """What the loop does when a connection that was set aside has something to tell."""
        if flags & (select.EPOLLHUP | select.EPOLLERR):
            self.handle_close()
            return
        if flags & select.EPOLLIN:
            self.handle_read()
        with self.outbuf_lock:
            if self.connected and flags & select.EPOLLOUT:
                self.handle_write()
            if self.connected and not self.writable():
                self.server.aside.modify(fileno, select.EPOLLIN)

    def hurry(self) -> None:
        """Have the loop send what could not be sent at once, and close when that is wanted."""
        with self.outbuf_lock:
            if self.connected and (self.total_outbufs_len or self.close_when_flushed):
                self.server.aside.modify(self._fileno, select.EPOLLIN | select.EPOLLOUT)

    def cut(self) -> None:
        """End the connection, whose other side then is told to the loop."""
        with self.outbuf_lock, contextlib.suppress(OSError):
            if self.connected:
                self.socket.shutdown(socket.SHUT_RDWR)

    def _set_aside(self) -> None:
        if self.connected and self._map.pop(self._fileno, None) is not None:
            self.server.aside.add(self._fileno, self)

    def readable(self) -> bool:
        if self.reader is None:
            return bool(super().readable())
        return not (self.will_close or self.close_when_flushed)

    def writable(self) -> bool:
        if self.will_close:
            # A client that does not read is never ready to be written to, which is what the loop
            # waits for before it closes.
            self.cut()
        return bool(super().writable())

    def handle_write(self) -> None:
        # Without a request under way the loop believes that it alone writes.
        with self.outbuf_lock:
            super().handle_write()

    def received(self, data: bytes) -> bool:
        return False if self.reader is not None else bool(super().received(data))

    def handle_close(self) -> None:
        if self.reader is not None and self._fileno is not None:
            self.server.aside.remove(self._fileno)
        super().handle_close()
        if self.reader is not None:
            self.reader.closed()
