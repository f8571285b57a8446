"""Bad input byte by byte over real sockets: a clear answer, no stack trace, and nobody held up."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from heat_api.routes import ROUTES
from tests.deployment import Deployment, Person
from tests.scenarios.clients.test_bad_input import GOOD, make, settle, template

CLIENTS = 16
OTHERS_PROJECT = "/v1/0123456789abcdef0123456789abcdef"
DEEP = b'{"stack_name": "deep", "template": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001
NUMBER = b'{"stack_name": "n", "timeout_mins": ' + b"9" * 5_000 + b', "template": {}}'


class Wire:
    """Requests of which every byte is ours, as somebody with an account."""

    def __init__(self, person: Person, port: int) -> None:
        self.port = port
        self.project = person.account.project_id
        word = f"{person.account.name}:{person.account.password}".encode()
        self.identity = b"Authorization: Basic " + base64.b64encode(word) + b"\r\n"

    @contextlib.contextmanager
    def connection(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as client:
            yield client

    def head(self, method: str, path: str, headers: bytes = b"") -> bytes:
        line = f"{method} /v1/{self.project}{path} HTTP/1.1\r\n".encode()
        return line + b"Host: x\r\nConnection: close\r\n" + self.identity + headers + b"\r\n"

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: bytes = b""
    ) -> tuple[int, bytes, bytes]:
        """Status, headers and body of the answer."""
        if body:
            headers += b"Content-Length: %d\r\n" % len(body)
        return self.send(self.head(method, path, headers) + body)

    def send(self, data: bytes) -> tuple[int, bytes, bytes]:
        with self.connection() as client:
            with contextlib.suppress(ConnectionError):
                client.sendall(data)
            got = b""
            with contextlib.suppress(ConnectionError):
                while piece := client.recv(65536):
                    got += piece
        head, _, rest = got.partition(b"\r\n\r\n")
        assert b"Traceback" not in got
        return (int(head.split()[1]) if head else 0), head, rest


@pytest.fixture(scope="module")
def wire(running: Deployment, alice: Person) -> Wire:
    return Wire(alice, running.ports["heat-api"])


BODIES = {
    "half of a document": (b'{"stack_name": "x"', b"", 400),
    "deep": (DEEP, b"", 400),
    "a huge number": (NUMBER, b"", 400),
    "no number": (b'{"stack_name": "x", "timeout_mins": NaN}', b"", 400),
    "NUL": (b'{"stack_name": "a\\u0000b", "template": {}}', b"", 400),
    "half of a surrogate pair": (b'{"stack_name": "\\ud800", "template": {}}', b"", 400),
    "no UTF-8": (b'{"stack_name": "\xff\xfe", "template": {}}', b"", 400),
    "UTF-16": ('{"stack_name": "x"}'.encode("utf-16"), b"", 400),
    "a list": (b"[1]", b"", 400),
    "text": (b'"x"', b"", 400),
    "XML": (b"<stack/>", b"Content-Type: application/xml\r\n", 400),
    "a form": (b"stack_name=x", b"Content-Type: application/x-www-form-urlencoded\r\n", 400),
    "a broken content type": (b"{}", b"Content-Type: \xff;;=\r\n", 400),
    "an unknown charset": (b"{}", b"Content-Type: application/json; charset=klingon\r\n", 400),
    "compressed": (b"\x1f\x8b\x08", b"Content-Encoding: gzip\r\n", 400),
    "duplicate keys": (b'{"stack_name": "1", "stack_name": "2", "template": {}}', b"", 400),
    "beyond the limit": (b'{"a": "' + b"x" * 2**21 + b'"}', b"", 400),
}


@pytest.mark.parametrize("name", list(BODIES))
@pytest.mark.parametrize("path", ["/stacks", "/stacks/preview", "/validate"])
def test_bodies(wire: Wire, name: str, path: str) -> None:
    body, headers, status = BODIES[name]
    got, head, answer = wire.ask("POST", path, body, headers)
    assert got == status, answer[:500]
    assert b"X-Openstack-Request-Id: req-" in head
    document = json.loads(answer)
    assert document["code"] == got
    assert document["error"]["traceback"] is None
    assert document["error"]["message"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=" + "9" * 400, 400),
        ("limit=1e9", 400),
        ("limit=%00", 400),
        ("limit=%ff", 400),
        ("name=%ff%fe", 400),
        ("name=%00", 400),
        ("marker=" + "x" * 5000, 200),
        ("show_deleted=maybe", 400),
        ("sort_dir=sideways", 400),
        ("&".join(f"name={n}" for n in range(2000)), 200),
        ("tags=" + "a," * 2000, 200),
        ("=&&=;&%", 200),
        ("id=x' OR '1'='1".replace(" ", "%20"), 200),
    ],
)
def test_queries(wire: Wire, query: str, status: int) -> None:
    got, _head, answer = wire.ask("GET", f"/stacks?{query}")
    assert got == status, answer[:500]


@pytest.mark.parametrize(
    "path", ["/stacks/%00", "/stacks/%ff", "/stacks/a/%00/resources", "/stacks/" + "x" * 5000]
)
def test_paths(wire: Wire, path: str) -> None:
    assert wire.ask("GET", path)[0] in (400, 404)


def test_header_bombs(wire: Wire) -> None:
    assert wire.send(wire.head("GET", "/stacks", b"X-Bomb: " + b"x" * 2**20 + b"\r\n"))[0] == 431
    many = b"".join(b"X-%d: y\r\n" % number for number in range(20_000))
    assert wire.send(wire.head("GET", "/stacks", many))[0] == 431
    assert wire.ask("GET", "/stacks", headers=b"X-Odd: \xff\x01\r\n")[0] in (200, 400)
    assert wire.ask("GET", "/stacks", headers=b"Accept: " + b"a/b," * 2000 + b"\r\n")[0] == 200


def test_lengths_that_cannot_be(wire: Wire) -> None:
    for length in (b"-1", b"x", b"1 1", b"99999999999999999999"):
        headers = b"Content-Length: " + length + b"\r\n"
        assert wire.send(wire.head("POST", "/stacks", headers))[0] in (400, 413)
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    assert wire.send(wire.head("POST", "/stacks", both) + b"0\r\n\r\n")[0] == 400


def test_chunked_bodies(wire: Wire) -> None:
    body = json.dumps({"stack_name": "9 lives", "template": GOOD}).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = wire.head("POST", "/stacks", b"Transfer-Encoding: chunked\r\n")
    status, _head, answer = wire.send(head + chunks)
    assert status == 400
    assert b"9 lives" in answer
    assert wire.send(head + b"zz\r\n\r\n")[0] == 400


class Nuisance:
    """Clients that do everything wrong, until told to stop."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.stop = threading.Event()
        self.head = wire.head("POST", "/stacks", b"Content-Length: 1000000\r\n")

    def slow(self) -> None:
        with self.wire.connection() as client:
            client.sendall(self.head)
            while not self.stop.wait(0.05):
                client.sendall(b" ")

    def cut(self) -> None:
        while not self.stop.wait(0.01):
            with self.wire.connection() as client:
                client.sendall(self.head + b"{" * 1000)

    def oversized(self) -> None:
        large = self.wire.head("POST", "/stacks", b"Content-Length: 17000000\r\n")
        while not self.stop.wait(0.01):
            with self.wire.connection() as client, contextlib.suppress(OSError):
                client.sendall(large)
                for _ in range(20):
                    client.sendall(b"x" * 65536)


def figures(person: Person) -> list[float]:
    """Seconds that each of some requests took, sorted."""
    found = []
    for _ in range(30):
        begun = time.monotonic()
        assert person.ask("GET", "/stacks?limit=1").status_code == 200
        found.append(time.monotonic() - begun)
    return sorted(found)


def test_slow_cut_and_oversized_clients_stop_nobody(wire: Wire, alice: Person) -> None:
    """A good client alone, and beside as many bad ones as there are threads."""
    alone = figures(alice)
    nuisance = Nuisance(wire)
    kinds = [nuisance.slow] * CLIENTS + [nuisance.cut] * 2 + [nuisance.oversized] * 2
    bad = [threading.Thread(target=kind) for kind in kinds]
    for thread in bad:
        thread.start()
    try:
        beside = figures(alice)
    finally:
        nuisance.stop.set()
        for thread in bad:
            thread.join(30)
    assert beside[15] < max(alone[15] * 20, 0.5), (alone[15], beside[15])
    assert beside[-1] < 5


def test_request_ids(wire: Wire, running: Deployment) -> None:
    given = "req-12345678-1234-4123-8123-123456789abc"
    header = f"X-Openstack-Request-Id: {given}\r\n".encode()
    for method, path in (("GET", "/stacks"), ("GET", "/stacks/none"), ("PUT", "/services")):
        _status, head, _answer = wire.ask(method, path, headers=header)
        assert head.count(b"X-Openstack-Request-Id: req-") == 1
        assert given.encode() not in head, "an id of one's own, beside the caller's"
    status, _head, answer = wire.ask(
        "POST",
        "/stacks",
        json.dumps({"stack_name": "traced", "template": GOOD}).encode(),
        header,
    )
    assert status == 201, answer
    assert given in running.log("heat-all")
    path = f"/stacks/traced/{json.loads(answer)['stack']['id']}"
    assert wire.ask("DELETE", path)[0] == 204


def concrete(path: str) -> str:
    """A path of that shape."""
    for pattern, value in (
        ("{stack_name:arn\\x3a.*}", "arn:x"),
        ("{subpath:resources|events|template|actions|environment|files}", "resources"),
        ("{subpath:resources|events|template|actions}", "actions"),
    ):
        path = path.replace(pattern, value)
    return path.replace("{", "").replace("}", "")


def test_every_path_tells_its_verbs(wire: Wire) -> None:
    for path in sorted({concrete(route.path) for route in ROUTES if route.listed}):
        status, head, _answer = wire.ask("OPTIONS", path)
        assert status == 204, path
        lines = head.decode().split("\r\n")
        allow = next(line for line in lines if line.startswith("Allow: ")).removeprefix("Allow: ")
        for method in ("HEAD", "TRACE", "BREW"):
            status, head, _answer = wire.ask(method, path)
            assert status == 405, (method, path)
            assert f"Allow: {allow}".encode() in head


def test_somebody_elses_stack_on_every_route(alice: Person, bob: Person) -> None:
    """Names and ids of another project are not found, whatever the verb and the path."""
    document = template({"word": {"type": "OS::Heat::RandomString"}})
    path = make(alice, "private", document, "CREATE_COMPLETE")
    identifier = path.rpartition("/")[2]
    event = alice.ask("GET", f"{path}/events").json()["events"][0]
    config = alice.ask("POST", "/software_configs", {"name": "c", "config": "x"}).json()
    config_id = config["software_config"]["id"]
    deployed = {"config_id": config_id, "server_id": "s"}
    deployment = alice.ask("POST", "/software_deployments", deployed).json()["software_deployment"]
    values = {
        "stack_name": "private",
        "stack_id": identifier,
        "resource_name": "word",
        "event_id": event["id"],
        "output_key": "none",
        "config_id": config_id,
        "deployment_id": deployment["id"],
        "snapshot_id": identifier,
    }
    bodies = {
        "PUT": {"template": GOOD, "status": "FAILED"},
        "PATCH": {"template": GOOD, "mark_unhealthy": True},
        "POST": {"suspend": None},
    }
    asked = 0
    for route in ROUTES:
        filled = route.path
        for name, value in values.items():
            filled = filled.replace(f"{{{name}}}", value)
        if filled == route.path or "{" in filled:
            continue
        if route.path.endswith("/resources/{resource_name}") and route.method == "PATCH":
            body = {"mark_unhealthy": True}
        else:
            body = bodies.get(route.method)
        answer = bob.ask(route.method, filled, body)
        # What is switched off is so for everybody, whatever there is.
        expected = 400 if filled.endswith(("/abandon", "/export")) else 404
        assert answer.status_code == expected, f"{route.method} {filled}: {answer.text}"
        assert identifier not in answer.text or identifier in filled
        owned = bob.ask(route.method, f"{alice.root}{filled}", body)
        assert owned.status_code == 403, f"{route.method} {filled}: {owned.text}"
        asked += 1
    assert asked > 25
    assert alice.ask("GET", path).json()["stack"]["stack_status"] == "CREATE_COMPLETE"
    alice.ask("DELETE", f"/software_deployments/{deployment['id']}")
    alice.ask("DELETE", f"/software_configs/{config_id}")
    assert alice.ask("DELETE", path).status_code == 204
    settle(alice, path, "DELETE_COMPLETE")
