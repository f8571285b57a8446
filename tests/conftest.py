"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

import common.rpc  # noqa: F401  before any test imports oslo.messaging by itself: threads only
from tests.brokers import rabbit_url, transport_url
from tests.databases import drop_lent_databases
from tests.keystone import service
from tests.keystone.service import Keystone

# How long one example takes says how busy the machine is, not whether the code is right.
settings.register_profile("hearth", deadline=None)
settings.load_profile("hearth")

__all__ = ["rabbit_url", "require_services", "transport_url"]


@pytest.fixture(scope="session")
def require_services() -> bool:
    """True: a missing PostgreSQL, MariaDB, RabbitMQ or Keystone fails a test, not skips it."""
    return os.environ.get("HEARTH_REQUIRE_SERVICES", "") not in ("", "0")


_KEYSTONE_MISSING = pytest.StashKey[str]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Install Keystone before the first test that wants it: a test's own time is bounded."""
    if session.config.option.collectonly:
        return
    if any("keystone" in getattr(item, "fixturenames", ()) for item in session.items):
        session.config.stash[_KEYSTONE_MISSING] = service.install()


def pytest_sessionfinish() -> None:
    drop_lent_databases()


@pytest.fixture(scope="session")
def keystone(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    require_services: bool,
) -> Iterator[Keystone]:
    """A real Keystone with the people of ``tests.keystone.cast``, shared by all test processes."""
    if reason := request.config.stash[_KEYSTONE_MISSING]:
        (pytest.fail if require_services else pytest.skip)(reason)
    own = tmp_path_factory.getbasetemp()
    with service.running(own.parent if hasattr(request.config, "workerinput") else own) as found:
        yield found
