from __future__ import annotations

import threading
from typing import Any

import webob

from common.context import RequestContext
from common.healthcheck import HealthCheck


class Stuck:
    """An engine that answers only when it is let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.calls = 0

    def call(self, context: RequestContext, method: str, **arguments: Any) -> Any:
        self.calls += 1
        assert self.free.wait(10)
        return "r1"


def test_probes_do_not_pile_up_behind_an_engine_that_hangs() -> None:
    engine = Stuck()
    check = HealthCheck(engine, seconds=0.01)

    def ready() -> int:
        request = webob.Request.blank("/healthcheck/ready")
        status: int = request.get_response(check).status_int
        return status

    assert [ready() for _ in range(3)] == [503, 503, 503]
    assert engine.calls == 1
    live = webob.Request.blank("/healthcheck").get_response(check)
    assert live.status_int == 200
    engine.free.set()
    statuses = {ready() for _ in range(200)}
    assert 200 in statuses
