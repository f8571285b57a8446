"""A door to a server that a test can slam: connections cut, refused, or cut at a certain word."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class Proxy:
    """Forwards connections of a free port to ``host:port`` until told otherwise.

    ``turns`` counts how often the other side began to talk: two for a question and its answer.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._fatal_word: bytes | None = None
        self._unheard_word: bytes | None = None
        self._unanswered_word: bytes | None = None
        self._unanswered: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self._talker: socket.socket | None = None
        self.turns = 0
        self.port = 0
        self.open()

    def open(self) -> None:
        """Let clients in, at the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        """Close every connection, as a server does that is restarted."""
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for one in sockets:
            _close(one)

    def close(self) -> None:
        """Cut, and refuse new connections until ``open``."""
        if self._listener is not None:
            _close(self._listener)
            self._listener = None
        self.cut()

    def cut_once_told(self, word: bytes) -> None:
        """Pass on the next message with this word, and cut before its answer."""
        self._fatal_word = word

    def cut_before_told(self, word: bytes) -> None:
        """Cut at the next message with this word, which the server never gets."""
        self._unheard_word = word

    def answer_no_more(self, word: bytes) -> None:
        """Pass on the next message with this word, and nothing that comes back."""
        self._unanswered_word = word

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            with self._lock:
                self._sockets += [client, server]
            for source, sink in ((client, server), (server, client)):
                pump = threading.Thread(target=self._pump, args=(source, sink), daemon=True)
                pump.start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                unheard = self._unheard_word
                if unheard is not None and unheard in data:
                    self._unheard_word = None
                    _close(source)
                    break
                word = self._fatal_word
                if word is not None and word in data:
                    self._fatal_word = None
                    _close(source)
                    # The server gets the message whole, then sees that nobody listens.
                    sink.sendall(data)
                    sink.shutdown(socket.SHUT_WR)
                    return
                if self._unanswered_word is not None and self._unanswered_word in data:
                    self._unanswered_word = None
                    self._unanswered.add(source)
                if sink in self._unanswered:
                    continue
                with self._lock:
                    self.turns += source is not self._talker
                    self._talker = source
                sink.sendall(data)
        except OSError:
            _close(sink)
        else:
            _close(sink)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
