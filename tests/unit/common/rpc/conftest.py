"""What the tests of messages share."""

from __future__ import annotations

import pytest

from common.rpc import transport


@pytest.fixture(autouse=True)
def short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test stops what it has started, and a stop waits for the driver's next look."""
    monkeypatch.setattr(transport, "LOOK_UP_SECONDS", 0.02)
