"""How far behind streams of events are (docs/watching.md)."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

from tests.bench import templates
from tests.bench.client import BenchError, Client
from tests.bench.figures import ALONE, CROWD, percentile
from tests.bench.places import Place

ROUNDS = 20
SECONDS = 30.0


def watching(place: Place, client: Client) -> dict[str, float]:
    """From a signal's sending until its event is with those who watch the project."""
    stack, _ = client.timed_create("watched", templates.handle())
    alone, crowd = _behind(place, client, stack, ALONE), _behind(place, client, stack, CROWD)
    return {
        f"signal to event, {ALONE} watcher, p50": percentile(alone, 0.5) * 1000,
        f"signal to event, {ALONE} watcher, worst": max(alone) * 1000,
        f"signal to event, each of {CROWD} watchers, p50": percentile(crowd, 0.5) * 1000,
        f"signal to event, each of {CROWD} watchers, worst": max(crowd) * 1000,
    }


def _behind(place: Place, client: Client, stack: str, watchers: int) -> list[float]:
    """Seconds that each watcher of each signal waited."""
    with ExitStack() as left:
        streams = selectors.DefaultSelector()
        left.callback(streams.close)
        for _ in range(watchers):
            streams.register(left.enter_context(_stream(place)), selectors.EVENT_READ)
        waited = []
        for number in range(ROUNDS):
            mark = f"mark-{watchers}-{number}"
            begun = time.monotonic()
            body = {"status": "SUCCESS", "id": mark, "reason": mark}
            client.expect(200, "POST", f"{stack}/resources/handle/signal", body)
            waited += [arrived - begun for arrived in _arrivals(streams, mark, watchers)]
        return waited


def _stream(place: Place) -> socket.socket:
    """A stream of all events of the project from now on, its head read."""
    parts = urlsplit(place.url)
    stream = socket.create_connection((str(parts.hostname), parts.port or 80), timeout=SECONDS)
    proof = "".join(f"{name}: {value}\r\n" for name, value in place.caller.headers.items())
    stream.sendall(
        f"GET {parts.path}/{place.caller.project_id}/events HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        f"{proof}Accept: text/event-stream\r\n\r\n".encode()
    )
    head = b""
    # The first id says from where on everything is told.
    while b"\nid: " not in head:
        got = stream.recv(65536)
        if not got:
            raise BenchError(f"no stream: {head[:500]!r}")
        head += got
    return stream


def _arrivals(streams: selectors.BaseSelector, mark: str, watchers: int) -> Iterator[float]:
    """The instant at which each watcher has the event with this mark."""
    seen: dict[int, bytes] = {}
    waiting = {key.fd for key in streams.get_map().values()}
    while waiting:
        ready = streams.select(SECONDS)
        now = time.monotonic()
        if not ready:
            raise BenchError(f"{len(waiting)} of {watchers} watchers were not told {mark}")
        for key, _ in ready:
            stream = key.fileobj
            assert isinstance(stream, socket.socket)
            seen[key.fd] = seen.get(key.fd, b"") + stream.recv(65536)
            if key.fd in waiting and mark.encode() + b'"' in seen[key.fd]:
                waiting.discard(key.fd)
                yield now
