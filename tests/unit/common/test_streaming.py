"""Answers that go on without a thread: their ends, and that they hold up nobody."""

from __future__ import annotations

import http.client
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from common.server import HttpServer
from common.streaming import STREAM, Outlet
from tests.unit.common.test_server import options

ASK = b"GET %s HTTP/1.%d\r\nHost: test\r\n\r\n"


class Reader:
    def __init__(self) -> None:
        self.outlets: queue.Queue[Outlet] = queue.Queue()
        self.gone = threading.Event()

    def opened(self, outlet: Outlet) -> None:
        self.outlets.put(outlet)

    def closed(self) -> None:
        self.gone.set()


class Application:
    """``/stream`` hands over; ``/broken`` does, and then fails; all else is answered."""

    def __init__(self) -> None:
        self.readers: queue.Queue[Reader] = queue.Queue()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/other":
            start_response("200 OK", [("Content-Length", "5")])
            return [b"other"]
        reader = Reader()
        self.readers.put(reader)
        environ[STREAM](reader)
        if environ["PATH_INFO"] == "/broken":
            raise ValueError("after it was handed over")
        if environ["PATH_INFO"] == "/refused":
            start_response("403 Forbidden", [("Content-Length", "2")])
            return [b"no"]
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return iter([b"first"])


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(threads=2)
    yield server
    server.stop(1)


@pytest.fixture
def port(server: HttpServer, application: Application) -> int:
    port = server.add(application, options())
    server.start()
    return port


def begin(port: int, path: bytes = b"/stream", version: int = 1) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=10)
    client.sendall(ASK % (path, version))
    return client


def read(client: socket.socket, until: bytes) -> bytes:
    got = b""
    while until not in got:
        data = client.recv(65536)
        assert data, f"ended with {got!r}"
        got += data
    return got


def rest(client: socket.socket) -> bytes:
    got = b""
    while data := client.recv(65536):
        got += data
    return got


def other(port: int) -> bytes:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    client.request("GET", "/other")
    answer = client.getresponse().read()
    client.close()
    return answer


def test_what_is_sent_arrives_at_once_and_the_end_is_told(
    application: Application, port: int
) -> None:
    client = begin(port)
    assert b"chunked" in read(client, b"first")
    outlet = application.readers.get(timeout=10).outlets.get(timeout=10)
    outlet.send(b"second")
    assert read(client, b"second") == b"6\r\nsecond\r\n"
    outlet.end()
    assert rest(client) == b"0\r\n\r\n"
    client.close()


def test_an_old_client_gets_plain_text(application: Application, port: int) -> None:
    client = begin(port, version=0)
    assert b"chunked" not in read(client, b"first")
    outlet = application.readers.get(timeout=10).outlets.get(timeout=10)
    outlet.send(b"second")
    outlet.end()
    assert rest(client) == b"second"
    client.close()


def test_many_streams_leave_every_thread_free(application: Application, port: int) -> None:
    clients = [begin(port) for _ in range(40)]
    for client in clients:
        read(client, b"first")
    begun = time.monotonic()
    assert other(port) == b"other"
    assert time.monotonic() - begun < 1
    for client in clients:
        client.close()


def test_a_client_that_goes_is_noticed_at_once(application: Application, port: int) -> None:
    client = begin(port)
    read(client, b"first")
    reader = application.readers.get(timeout=10)
    outlet = reader.outlets.get(timeout=10)
    client.close()
    assert reader.gone.wait(5)
    outlet.send(b"late")
    outlet.end()
    assert other(port) == b"other"


def test_a_client_that_does_not_read_can_be_let_go(application: Application, port: int) -> None:
    client = begin(port)
    read(client, b"first")
    reader = application.readers.get(timeout=10)
    outlet = reader.outlets.get(timeout=10)
    piece, sent = b"x" * 65536, 0
    while outlet.waiting < 200_000:
        outlet.send(piece)
        sent += len(piece)
        assert sent < 100_000_000
    outlet.drop()
    assert reader.gone.wait(5)
    client.close()


def test_what_a_client_says_meanwhile_is_not_listened_to(
    application: Application, port: int
) -> None:
    client = begin(port)
    read(client, b"first")
    outlet = application.readers.get(timeout=10).outlets.get(timeout=10)
    client.sendall(ASK % (b"/other", 1) + b"\0" * 10_000)
    outlet.send(b"second")
    assert read(client, b"second") == b"6\r\nsecond\r\n"
    client.close()


def test_requests_behind_a_stream_are_not_answered(application: Application, port: int) -> None:
    client = begin(port, b"/stream HTTP/1.1\r\nHost: test\r\n\r\nGET /other")
    read(client, b"first")
    outlet = application.readers.get(timeout=10).outlets.get(timeout=10)
    outlet.end()
    assert rest(client) == b"0\r\n\r\n"
    client.close()


@pytest.mark.parametrize(("path", "status"), [(b"/broken", b"500"), (b"/refused", b"403")])
def test_what_is_not_begun_is_over(
    application: Application, port: int, path: bytes, status: bytes
) -> None:
    client = begin(port, path)
    assert status in client.recv(1000)
    reader = application.readers.get(timeout=10)
    assert reader.gone.wait(5)
    assert reader.outlets.empty()
    client.close()


def test_the_end_of_the_server_is_the_end_of_streams(
    server: HttpServer, application: Application, port: int
) -> None:
    client = begin(port)
    read(client, b"first")
    reader = application.readers.get(timeout=10)
    reader.outlets.get(timeout=10)
    begun = time.monotonic()
    server.stop(10)
    assert time.monotonic() - begun < 5
    assert reader.gone.is_set()
    assert rest(client) == b""
    client.close()


def test_the_end_comes_even_if_a_client_does_not_read(
    server: HttpServer, application: Application, port: int
) -> None:
    client = begin(port)
    read(client, b"first")
    reader = application.readers.get(timeout=10)
    outlet = reader.outlets.get(timeout=10)
    while outlet.waiting < 200_000:
        outlet.send(b"x" * 65536)
    server.stop(0.2)
    assert reader.gone.is_set()
    client.close()


def test_what_is_sent_faster_than_it_is_read_arrives_whole(
    application: Application, port: int
) -> None:
    client = begin(port, version=0)
    read(client, b"first")
    outlet = application.readers.get(timeout=10).outlets.get(timeout=10)
    pieces = [b"%07d\n" % number * 1000 for number in range(500)]
    for piece in pieces:
        outlet.send(piece)
    outlet.end()
    assert rest(client) == b"".join(pieces)
    client.close()
