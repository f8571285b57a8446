"""As much of Keystone's version 3 API as our filters ask for, on a loopback port."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import webob
import webob.exc
from webob.dec import wsgify

PASSWORD = "secret"
TOKEN = "token-of-demo"
ACCESS = "AK"
SIGNATURE = "right"


def token(url: str, *roles: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    form = "%Y-%m-%dT%H:%M:%S.%fZ"
    return {
        "methods": ["password"],
        "user": {"id": "u1", "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "project": {"id": "p1", "name": "demo", "domain": {"id": "default", "name": "Default"}},
        "roles": [{"id": role, "name": role} for role in roles],
        "issued_at": now.strftime(form),
        "expires_at": (now + timedelta(hours=1)).strftime(form),
        "catalog": [
            {
                "type": "identity",
                "id": "i",
                "name": "keystone",
                "endpoints": [
                    {"id": name, "interface": name, "region_id": "r", "region": "r", "url": url}
                    for name in ("internal", "admin", "public")
                ],
            }
        ],
        "audit_ids": ["a"],
    }


class Keystone:
    """``requests``: method, path and body of what was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, Any]] = []
        self._server = make_server("127.0.0.1", 0, self, _Server, _Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @wsgify
    def __call__(self, request: webob.Request) -> Any:
        body = json.loads(request.body or b"null")
        self.requests.append((request.method, request.path, body))
        if request.path in ("/", "/v3", "/v3/"):
            return self._versions(request)
        if (request.method, request.path) == ("POST", "/v3/auth/tokens"):
            return self._log_in(body)
        if (request.method, request.path) == ("GET", "/v3/auth/tokens"):
            return self._check(request)
        if (request.method, request.path) == ("POST", "/v3/ec2tokens"):
            return self._check_signature(body["ec2Credentials"])
        return webob.exc.HTTPNotFound()

    def _versions(self, request: webob.Request) -> webob.Response:
        version = {
            "id": "v3.14",
            "status": "stable",
            "links": [{"rel": "self", "href": f"{self.url}/v3/"}],
        }
        if request.path == "/":
            return webob.Response(json={"versions": {"values": [version]}}, status=300)
        return webob.Response(json={"version": version})

    def _log_in(self, body: Any) -> Any:
        user = body["auth"]["identity"]["password"]["user"]
        if user["password"] != PASSWORD:
            return _refusal(401, "The request you have made requires authentication.")
        if user["name"] == "hearth":
            return _with_token("service-token", token(self.url, "service"))
        if body["auth"]["scope"] != {"project": {"id": "p1"}}:
            return _refusal(401, "Not in that project.")
        return _with_token(TOKEN, token(self.url, "member", "reader"))

    def _check(self, request: webob.Request) -> Any:
        if request.headers.get("X-Subject-Token") != TOKEN:
            return _refusal(404, "Could not find token.")
        return _with_token(TOKEN, token(self.url, "member", "reader"))

    def _check_signature(self, credentials: dict[str, Any]) -> Any:
        if credentials["access"] != ACCESS:
            return _refusal(401, "EC2 access key not found.")
        if credentials["signature"] != SIGNATURE:
            return _refusal(401, "Invalid EC2 signature.")
        return _with_token(TOKEN, token(self.url, "member", "reader"))


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


def _with_token(name: str, details: dict[str, Any]) -> webob.Response:
    return webob.Response(json={"token": details}, status=201, headers={"X-Subject-Token": name})


def _refusal(status: int, message: str) -> webob.Response:
    return webob.Response(json={"error": {"code": status, "message": message}}, status=status)
