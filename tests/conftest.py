"""What all tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

import common.rpc  # noqa: F401  before any test imports oslo.messaging by itself: threads only
from tests.brokers import rabbit_url, transport_url

# How long one example takes says how busy the machine is, not whether the code is right.
settings.register_profile("hearth", deadline=None)
settings.load_profile("hearth")

__all__ = ["rabbit_url", "require_services", "transport_url"]


@pytest.fixture(scope="session")
def require_services() -> bool:
    """True: a missing PostgreSQL, MariaDB or RabbitMQ is a failure, not a reason to skip."""
    return os.environ.get("HEARTH_REQUIRE_SERVICES", "") not in ("", "0")
