"""Answers without an end, on waitress: the application pushes them, and no thread waits for them.

An application that finds ``STREAM`` in its environment may hand a ``Reader`` to it and answer 200
with no length and a first piece of text. When that is sent the worker thread is free again; the
connection stays in the server's loop, and everything more goes through the reader's ``Outlet``.
"""

from __future__ import annotations

import contextlib
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
        try:
            self._task.write(data)
        except ClientDisconnected:
            return  # the loop tells the reader

    def end(self) -> None:
        if self._task.chunked_response:
            try:
                self._channel.write_soon(b"0\r\n\r\n")
            except ClientDisconnected:
                return
        self._channel.close_when_flushed = True
        self._channel.server.pull_trigger()

    def drop(self) -> None:
        self._channel.will_close = True
        self._channel.server.pull_trigger()


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
        reader.opened(_Outlet(self, task))

    def readable(self) -> bool:
        if self.reader is None:
            return bool(super().readable())
        return not (self.will_close or self.close_when_flushed)

    def writable(self) -> bool:
        if self.will_close:
            # A client that does not read is never ready to be written to, which is what the loop
            # waits for before it closes.
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
        return bool(super().writable())

    def handle_write(self) -> None:
        # Without a request under way the loop believes that it alone writes.
        with self.outbuf_lock:
            super().handle_write()

    def received(self, data: bytes) -> bool:
        return False if self.reader is not None else bool(super().received(data))

    def handle_close(self) -> None:
        super().handle_close()
        if self.reader is not None:
            self.reader.closed()
