"""Compare WSGI servers with an application that does nothing: `python -m tests.bench.http_server`.

For each: latency of one keep-alive connection, throughput of eight, latency while 64 slow clients
hold a request half sent, memory, and whether a request under way is answered when the server is
told to stop. Needs the `servers` extra.
"""

from __future__ import annotations

import json
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cheroot.wsgi
import granian.server
import gunicorn.app.base
import waitress

THREADS = 16
SECONDS = 3.0
REQUEST = b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    body = b'{"stacks": []}'
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]


def run_waitress(port: int) -> None:
    server = waitress.create_server(application, host="127.0.0.1", port=port, threads=THREADS)

    def stop(*_: object) -> None:
        server.close()
        server.task_dispatcher.shutdown(cancel_pending=False, timeout=5)
        sys.exit()

    signal.signal(signal.SIGTERM, stop)
    server.run()


def run_cheroot(port: int) -> None:
    server = cheroot.wsgi.Server(("127.0.0.1", port), application, numthreads=THREADS)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.stop).start())
    server.start()


class _Gunicorn(gunicorn.app.base.BaseApplication):
    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": f"127.0.0.1:{self.port}",
            "worker_class": "gthread",
            "threads": THREADS,
            "accesslog": None,
            "loglevel": "warning",
            "keepalive": 60,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application


def run_gunicorn(port: int) -> None:
    _Gunicorn(port).run()


def run_granian(port: int) -> None:
    granian.server.Server(
        "tests.bench.http_server:application",
        address="127.0.0.1",
        port=port,
        interface=granian.constants.Interfaces.WSGI,
        blocking_threads=THREADS,
        log_enabled=False,
    ).serve()


SERVERS = {
    "cheroot": run_cheroot,
    "granian": run_granian,
    "gunicorn": run_gunicorn,
    "waitress": run_waitress,
}


def connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection: socket.socket, request: bytes = REQUEST) -> float:
    """Seconds until the whole answer is here."""
    begun = time.perf_counter()
    connection.sendall(request)
    answer = b""
    while not answer.endswith(b'{"stacks": []}'):
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("closed without an answer")
        answer += part
    return time.perf_counter() - begun


def latencies(port: int, count: int) -> list[float]:
    with connect(port) as connection:
        return sorted(ask(connection) for _ in range(count))


def throughput(port: int, connections: int) -> float:
    counts = [0] * connections
    end = time.perf_counter() + SECONDS

    def load(index: int) -> None:
        with connect(port) as connection:
            while time.perf_counter() < end:
                ask(connection)
                counts[index] += 1

    threads = [threading.Thread(target=load, args=(index,)) for index in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def among_slow_clients(port: int) -> float | None:
    """Seconds that a request takes while 64 others are half sent; None: no answer in 10 s."""
    slow = [connect(port) for _ in range(64)]
    try:
        for connection in slow:
            connection.sendall(b"POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: 99\r\n\r\nhalf")
        return statistics.median(latencies(port, 20))
    except (TimeoutError, ConnectionError):
        return None
    finally:
        for connection in slow:
            connection.close()


def proportional_set_size(pid: int) -> float:
    """MiB of memory of a process and its children."""
    total = 0
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(
            int(proportional_set_size(int(child)) * 1024) for child in children.read_text().split()
        )
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            total += int(line.split()[1])
    return total / 1024


def drains(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Whether a request that takes a second is answered after SIGTERM."""
    with connect(port) as connection:
        timer = threading.Timer(0.3, process.send_signal, [signal.SIGTERM])
        timer.start()
        try:
            ask(connection, b"GET /slow HTTP/1.1\r\nHost: bench\r\n\r\n")
        except OSError:
            return False
        finally:
            timer.join()
    return True


def wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            with connect(port) as connection:
                ask(connection)
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def measure(name: str) -> dict[str, Any]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.http_server", name, str(port)])
    try:
        wait_for(port)
        ready = time.monotonic() - begun
        single = latencies(port, 3000)
        return {
            "server": name,
            "ready_s": round(ready, 2),
            "p50_ms": round(single[len(single) // 2] * 1000, 3),
            "p99_ms": round(single[len(single) * 99 // 100] * 1000, 3),
            "requests_per_s": round(throughput(port, 8)),
            "pss_mib": round(proportional_set_size(process.pid), 1),
            "among_slow_ms": _milliseconds(among_slow_clients(port)),
            "drains": drains(port, process),
        }
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)


def main(arguments: list[str]) -> None:
    if arguments:
        SERVERS[arguments[0]](int(arguments[1]))
        return
    for name in SERVERS:
        print(json.dumps(measure(name)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
