"""The HTTP server: bounded, not held up by slow clients, ends without cutting anybody off."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from common.server import HttpServer

SLOW = b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf"


class Application:
    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = threading.Event()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        if environ["PATH_INFO"] == "/large":
            body = b"x" * 20_000_000
        if environ["PATH_INFO"] == "/hold":
            self.entered.set()
            self.release.wait(20)
            body = b"held"
        if environ["PATH_INFO"] in ("/204", "/304"):
            start_response(f"{environ['PATH_INFO'][1:]} Nothing", [])
            return []
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


def options(**fields: Any) -> SimpleNamespace:
    return SimpleNamespace(
        **{
            "bind_host": "127.0.0.1",
            "bind_port": 0,
            "backlog": 128,
            "max_connections": 100,
            "idle_timeout": 60,
            "max_header_size": 4096,
            "max_body_size": 10_000,
            **fields,
        }
    )


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def server() -> Iterator[HttpServer]:
    server = HttpServer(threads=2)
    yield server
    server.stop(1)


@pytest.fixture
def port(server: HttpServer, application: Application) -> Iterator[int]:
    port = server.add(application, options())
    server.start()
    yield port
    application.release.set()


def connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=10)


def post(port: int, body: bytes, **headers: str) -> tuple[int, bytes]:
    client = connection(port)
    client.request("POST", "/echo", body, headers)
    response = client.getresponse()
    result = response.status, response.read()
    client.close()
    return result


def read_head(plain: socket.socket) -> bytes:
    """Status and headers of an answer, byte by byte."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += plain.recv(1)
    return head


def names(head: bytes) -> set[bytes]:
    return {line.partition(b":")[0] for line in head.split(b"\r\n")[1:]}


def test_a_request_is_answered_again_and_again(port: int) -> None:
    client = connection(port)
    for number in range(3):
        client.request("POST", "/echo", str(number))
        assert client.getresponse().read() == str(number).encode()
    client.close()


@pytest.mark.parametrize("status", ["204", "304"])
def test_an_answer_without_a_body_leaves_the_connection_open(port: int, status: str) -> None:
    """And has neither a length nor chunks, which RFC 9110 section 8.6 forbids."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        for _ in range(2):
            plain.sendall(f"DELETE /{status} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
            head = read_head(plain).lower()
            assert head.startswith(f"http/1.1 {status}".encode())
            assert not {b"content-length", b"transfer-encoding", b"connection"} & names(head)
        plain.sendall(b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nhi")
        assert read_head(plain).endswith(b"\r\n\r\n")
        assert plain.recv(2) == b"hi"


@pytest.mark.parametrize("version", ["1.1\r\nConnection: close", "1.0"])
def test_it_is_closed_for_who_wants_that(port: int, version: str) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.sendall(f"DELETE /204 HTTP/{version}\r\nHost: test\r\n\r\n".encode())
        assert b"connection" in names(read_head(plain).lower())
        assert plain.recv(1) == b""


def test_each_application_has_its_port(server: HttpServer) -> None:
    ports = [server.add(Application(), options()) for _ in range(3)]
    server.start()
    assert len(set(ports)) == 3
    assert [post(port, b"x") for port in ports] == [(200, b"x")] * 3


def test_a_body_that_is_too_large_is_refused(port: int) -> None:
    assert post(port, b"x" * 10_001)[0] == 413


def test_a_chunked_body_is_bounded_too(port: int) -> None:
    client = connection(port)
    chunks = (b"x" * 1000 for _ in range(20))
    try:
        client.request("POST", "/echo", chunks, {"Transfer-Encoding": "chunked"})
        status = client.getresponse().status
    except (ConnectionError, BrokenPipeError):
        status = 413  # it was refused before it had been sent whole
    client.close()
    assert status == 413
    assert post(port, b"after") == (200, b"after")


def test_headers_that_are_too_large_are_refused(port: int) -> None:
    assert post(port, b"", **{"X-Large": "x" * 5000})[0] == 431


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"\0" * 100 + b"\r\n\r\n"]
)
def test_garbage_hurts_nobody(port: int, garbage: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(garbage)
        client.shutdown(socket.SHUT_WR)
        client.settimeout(0.2)
        with contextlib.suppress(TimeoutError):
            client.recv(1000)
    assert post(port, b"after") == (200, b"after")


def test_slow_clients_hold_up_nobody(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(30)]
    for client in slow:
        client.sendall(SLOW)
    begun = time.monotonic()
    assert post(port, b"quick") == (200, b"quick")
    assert time.monotonic() - begun < 1
    for client in slow:
        client.close()
    assert post(port, b"after") == (200, b"after")


def test_who_does_not_read_the_answer_is_let_go(
    server: HttpServer, application: Application
) -> None:
    port = server.add(application, options(idle_timeout=1))
    server.start()
    client = connection(port)
    client.request("GET", "/large")
    response = client.getresponse()
    deadline = time.monotonic() + 20
    while server.connections:
        assert time.monotonic() < deadline
        assert post(port, b"other") == (200, b"other")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        response.read()
    client.close()


def test_a_request_under_way_is_answered_before_the_end(
    server: HttpServer, application: Application, port: int
) -> None:
    client = connection(port)
    client.request("GET", "/hold")
    assert application.entered.wait(10)
    idle = socket.create_connection(("127.0.0.1", port), timeout=10)
    stopper = threading.Thread(target=server.stop, args=(10,))
    stopper.start()
    assert idle.recv(1) == b"", "an idle connection is closed at once"
    with pytest.raises(OSError, match=r"refused|reset"):
        post(port, b"late")
    application.release.set()
    assert client.getresponse().read() == b"held"
    stopper.join(10)
    assert not stopper.is_alive()
    client.close()
    idle.close()


def test_the_end_comes_even_if_a_request_does_not_end(
    server: HttpServer, application: Application, port: int
) -> None:
    client = connection(port)
    client.request("GET", "/hold")
    assert application.entered.wait(10)
    begun = time.monotonic()
    server.stop(0.2)
    assert time.monotonic() - begun < 5
    client.close()


def test_a_taken_port_is_an_error(server: HttpServer, application: Application) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(OSError, match="in use"):
        server.add(application, options(bind_port=other.getsockname()[1]))
