"""Documents fetched from a server of our own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from common import fetch


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/there" else 404)
        self.end_headers()
        self.wfile.write(b"a" * 1000)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_document_is_fetched(url: str) -> None:
    assert fetch.read(f"{url}/there", seconds=10, most_bytes=1000) == b"a" * 1000


def test_what_is_too_large_is_refused(url: str) -> None:
    with pytest.raises(fetch.FetchError, match="larger than 999 bytes"):
        fetch.read(f"{url}/there", seconds=10, most_bytes=999)


def test_what_is_not_there_is_told(url: str) -> None:
    with pytest.raises(fetch.FetchError, match="status 404"):
        fetch.read(f"{url}/absent", seconds=10, most_bytes=1000)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "x", "http://127.0.0.1:1/"])
def test_only_what_answers_over_http_is_fetched(url: str) -> None:
    with pytest.raises(fetch.FetchError):
        fetch.read(url, seconds=10, most_bytes=1000)


def test_what_is_in_the_way_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(fetch.FetchError, match="the host refuses the connection"):
        fetch.read(f"http://127.0.0.1:{port}/", seconds=5, most_bytes=9)
    with pytest.raises(fetch.FetchError, match="there is no host of that name"):
        fetch.read("http://no-such-host.invalid/", seconds=5, most_bytes=9)


def test_who_does_not_answer_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(fetch.FetchError, match="no answer in time"):
            fetch.read(address, seconds=0.05, most_bytes=9)
