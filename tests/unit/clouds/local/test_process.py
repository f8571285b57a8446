"""Process trees from /proc."""

from __future__ import annotations

import os
import signal
import subprocess
import uuid

from heat_engine.clouds.local import process
from tests.unit.clouds.local.conftest import wait_for


def test_a_tree_is_found_by_environment_and_descent_and_killed() -> None:
    server_id = str(uuid.uuid4())
    root = subprocess.Popen(
        ["sh", "-c", "env -i sleep 600 & wait"],
        env={process.ENVIRONMENT_KEY: server_id, "PATH": os.environ["PATH"]},
    )
    wait_for(lambda: len(process.of_server(server_id)) == 2)
    assert root.pid in process.of_server(server_id)
    assert process.kill_server(server_id, 5)
    assert process.of_server(server_id) == {}
    assert root.wait() == -signal.SIGKILL


def test_a_marker_is_an_argument() -> None:
    server_id = str(uuid.uuid4())
    program = subprocess.Popen(["sh", "-c", "read x", process.marker(server_id)], stdin=-1)
    wait_for(lambda: process.carries_marker(program.pid, server_id))
    assert list(process.of_server(server_id)) == [program.pid]
    assert not process.carries_marker(program.pid, server_id[:-1])
    program.communicate(b"\n")


def test_a_reused_pid_is_not_signalled() -> None:
    program = subprocess.Popen(["cat"], stdin=-1)
    found = process.running()[program.pid]
    process.send(process.Process(found.pid, found.parent, found.started - 1, "S"), signal.SIGKILL)
    assert program.poll() is None
    process.send(found, signal.SIGTERM)
    program.communicate()
    assert program.returncode == -signal.SIGTERM
    process.send(found, signal.SIGTERM)


def test_strangers_are_not_found() -> None:
    assert process.of_server(str(uuid.uuid4())) == {}
