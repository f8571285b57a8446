"""Ways to send messages: memory, and the RabbitMQ of this machine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

ADDRESS = os.environ.get("HEARTH_TEST_RABBIT", "guest:guest@127.0.0.1:5672")


def _rabbit_missing() -> str:
    host, _, port = ADDRESS.rpartition("@")[2].partition(":")
    if shutil.which("rabbitmqctl") is None:
        return "rabbitmqctl is not installed"
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError as cause:
        return f"RabbitMQ does not answer at {host}:{port}: {cause}"
    return ""


@pytest.fixture(scope="module")
def rabbit_url(require_services: bool) -> Iterator[str]:
    """The URL of a virtual host of the module's own, gone afterwards."""
    if (reason := _rabbit_missing()) and require_services:
        pytest.fail(reason)
    with fresh_virtual_host() as url:
        yield url


@contextmanager
def fresh_virtual_host() -> Iterator[str]:
    """The URL of an empty virtual host, removed afterwards; skips when there is no RabbitMQ."""
    if reason := _rabbit_missing():
        pytest.skip(reason)
    vhost = f"hearth-{uuid.uuid4().hex[:12]}"
    _control("add_vhost", vhost)
    try:
        user = ADDRESS.partition(":")[0]
        _control("set_permissions", "-p", vhost, user, ".*", ".*", ".*")
        yield f"rabbit://{ADDRESS}/{vhost}"
    finally:
        _control("delete_vhost", vhost)


def close_connections(url: str) -> None:
    """Have the broker close every connection of the URL's virtual host."""
    vhost = url.rpartition("/")[2]
    _control("close_all_connections", "--vhost", vhost, "test")


def _control(*arguments: str) -> None:
    subprocess.run(["rabbitmqctl", "-q", *arguments], check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module", params=["inprocess", "rabbit"])
def transport_url(request: pytest.FixtureRequest) -> str:
    if request.param == "rabbit":
        return str(request.getfixturevalue("rabbit_url"))
    return f"inprocess://{uuid.uuid4().hex}/"
