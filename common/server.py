"""The HTTP server: any number of WSGI applications on ports of their own, in this process.

waitress, chosen by measuring (docs/benchmarks.md): requests are read whole by one thread that
never waits, so a slow or broken client holds no worker; memory is small; it can be embedded.
One loop and one pool of threads serve all ports. Requests of a connection come one after another.
An answer may go on without a thread, see ``common.streaming``.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

import waitress
from waitress import wasyncore
from waitress.task import ThreadedTaskDispatcher

from common.clock import Deadline
from common.streaming import Aside, Channel

_LOOP_SECONDS = 30.0  # whatever happens wakes the loop; this is for closing silent connections
_DRAIN_SECONDS = 0.02


class HttpServer:
    """Serves applications from ``start`` until ``stop``."""

    def __init__(self, threads: int = 16) -> None:
        """``threads``: requests worked on at a time, over all ports."""
        self._map: dict[int, Any] = {}
        self._aside = Aside(self._map)
        self._dispatcher = ThreadedTaskDispatcher()
        self._threads = threads
        self._listeners: list[Any] = []
        self._draining: Deadline | None = None
        self._loop = threading.Thread(target=self._run, name="http", daemon=True)

    def add(
        self,
        application: Any,
        options: Any,
        bound: socket.socket | None = None,
    ) -> int:
        """Listen for ``application`` as ``common.config.api_opts`` say; the port listened at.

        bound: a socket that has its address already. Raises ``OSError`` when the address cannot be
        had.
        """
        place = {"host": options.bind_host, "port": options.bind_port}
        listener = waitress.create_server(
            application,
            map=self._map,
            _dispatcher=self._dispatcher,
            **(place if bound is None else {"sockets": [bound]}),
            backlog=options.backlog,
            connection_limit=options.max_connections,
            channel_timeout=options.idle_timeout,
            cleanup_interval=min(options.idle_timeout, int(_LOOP_SECONDS)),
            max_request_header_size=options.max_header_size,
            max_request_body_size=options.max_body_size,
            clear_untrusted_proxy_headers=False,  # oslo.middleware decides about them
            ident=None,
        )
        listener.channel_class = Channel
        listener.aside = self._aside
        self._listeners.append(listener)
        return int(listener.effective_port)

    @property
    def connections(self) -> int:
        """Open connections, over all ports."""
        return sum(len(each.active_channels) for each in self._listeners)

    def start(self) -> None:
        self._dispatcher.set_thread_count(self._threads)
        self._loop.start()

    def stop(self, grace: float) -> None:
        """Close the ports, answer what has been asked within ``grace`` seconds, then end."""
        if not self._loop.is_alive():
            wasyncore.close_all(self._map, ignore_all=True)
            return
        self._draining = Deadline(grace)
        # The loop may have seen that already, and closed what wakes it.
        with contextlib.suppress(OSError):
            self._listeners[0].pull_trigger()
        self._loop.join(grace + 5)
        self._dispatcher.shutdown(timeout=1)

    def _run(self) -> None:
        while self._draining is None:
            wasyncore.loop(_LOOP_SECONDS, use_poll=True, map=self._map, count=1)
        for listener in self._listeners:
            # Only the port: the listener's trigger still wakes this loop for its connections.
            wasyncore.dispatcher.close(listener)
        while self._draining and self._close_idle():
            wasyncore.loop(_DRAIN_SECONDS, use_poll=True, map=self._map, count=1)
        wasyncore.close_all(self._map, ignore_all=True)

    def _close_idle(self) -> bool:
        """Close connections that wait for nothing; whether any is left."""
        channels = [item for each in self._listeners for item in each.active_channels.values()]
        for channel in channels:
            if not channel.requests and not channel.total_outbufs_len:
                channel.handle_close()
        return any(each.active_channels for each in self._listeners)
