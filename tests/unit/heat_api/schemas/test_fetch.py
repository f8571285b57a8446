from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import webob.exc

from common import errors
from heat_api.schemas import fetch

TEMPLATE = "heat_template_version: 2021-04-16 # ä"


class Handler(BaseHTTPRequestHandler):
    released = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/loop":
            return self._send(302, b"", Location="/loop")
        if self.path == "/file":
            return self._send(302, b"", Location="file:///etc/passwd")
        if self.path == "/moved":
            return self._send(302, b"", Location="/template")
        if self.path == "/slow":
            self.released.wait(10)
        if self.path == "/binary":
            return self._send(200, b"\xff\xfe")
        if self.path == "/missing":
            return self._send(404, b"secret page")
        return self._send(200, TEMPLATE.encode())

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Handler.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/template", "/moved"])
def test_fetched(url: str, path: str) -> None:
    assert fetch.text(url + path, timeout=10, limit=100) == TEMPLATE


@pytest.mark.parametrize("path", ["/loop", "/file", "/binary", "/missing", "/slow"])
def test_not_fetched(url: str, path: str) -> None:
    timeout = 0.1 if path == "/slow" else 10
    with pytest.raises(webob.exc.HTTPBadRequest, match="Failed to retrieve") as caught:
        fetch.text(url + path, timeout=timeout, limit=100)
    assert "secret" not in str(caught.value)


def test_too_large(url: str) -> None:
    with pytest.raises(errors.RequestLimitExceeded, match="10 bytes"):
        fetch.text(f"{url}/template", timeout=10, limit=10)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "/etc/passwd", "http:", "http://[", "gopher://x"],
)
def test_only_http(address: str) -> None:
    with pytest.raises(webob.exc.HTTPBadRequest):
        fetch.text(address, timeout=1, limit=10)
