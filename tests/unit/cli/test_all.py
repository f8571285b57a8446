"""heat-all as a process: ready, reachable, reloaded, drained."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.crypt import Vault
from heat_engine.store import migrations

CONFIGURATION = """
[DEFAULT]
state_path = {path}
auth_encryption_key_file = $state_path/keys
[heat_api]
bind_port = {port}
[heat_api_cfn]
bind_port = 0
[heat_api_cloudwatch]
bind_port = 0
"""


class Program:
    """heat-all with its log; waits for lines, never for time."""

    def __init__(self, path: Path, port: int = 0) -> None:
        (path / "keys").write_text(Vault.new_key())
        (path / "heat.conf").write_text(CONFIGURATION.format(path=path, port=port))
        migrations.db_sync(f"sqlite:///{path}/heat.db")
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "heat_engine.cli.all", "--config-file", path / "heat.conf"],
            stderr=subprocess.PIPE,
            text=True,
        )
        self.watchdog = threading.Timer(60, self.process.kill)
        self.watchdog.start()

    def until(self, pattern: str) -> re.Match[str]:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"{pattern} was not logged:\n{''.join(self.lines)}")

    def end(self) -> None:
        self.watchdog.cancel()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(tmp_path)
    yield program
    program.end()


def test_it_starts_answers_reloads_and_ends(program: Program) -> None:
    ports = [
        int(program.until(rf"{name} listens at 127.0.0.1:(\d+)")[1])
        for name in ("heat-api", "heat-api-cfn", "heat-api-cloudwatch")
    ]
    program.until("heat-all is ready")
    for port in ports:
        url = f"http://127.0.0.1:{port}/healthcheck/ready"
        with urllib.request.urlopen(url, timeout=20) as answer:
            assert answer.status == 200
    program.process.send_signal(signal.SIGHUP)
    program.until("Configuration read again")
    program.process.send_signal(signal.SIGTERM)
    program.until("heat-all stops")
    _, rest = program.process.communicate(timeout=30)
    assert program.process.returncode == 0
    assert "Traceback" not in "".join(program.lines) + rest


def test_a_taken_port_is_told_in_plain_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        program = Program(tmp_path, port)
        try:
            program.until(rf"heat-api cannot listen at 127.0.0.1:{port}: .*bind_port")
            assert program.process.wait(30) == 1
        finally:
            program.end()
    assert "Traceback" not in "".join(program.lines)
