from __future__ import annotations

import threading
from typing import Any

import pytest

from common import errors
from heat_engine.clouds.interface import CloudError
from heat_engine.resources.protocol import Outcome, Progress, ResourceType, done
from heat_engine.traversal.calls import Calls, invoke
from heat_engine.traversal.pool import Pool
from heat_engine.traversal.work import Call
from tests.unit.resources.driver import request


class Raising(ResourceType):
    name = "Test::Raising"
    error: Any = None

    def create(self, request: Any) -> Progress:
        if self.error is not None:
            raise self.error
        return done(physical_id="made")


@pytest.mark.parametrize(
    ("error", "reason", "name"),
    [
        (CloudError("conflict", "in use"), "in use", "CloudError"),
        (errors.EntityNotFound(entity="Image", name="x"), None, "EntityNotFound"),
        (ZeroDivisionError("oops"), "oops", "ZeroDivisionError"),
    ],
)
def test_whatever_a_verb_raises_is_a_failure(
    error: Exception, reason: str | None, name: str
) -> None:
    kind = Raising()
    kind.error = error
    progress = invoke(Call(1, kind, "create", request(kind)))
    assert progress.outcome is Outcome.FAILED
    assert (progress.reason, progress.error) == (reason or str(error), name)


def test_the_log_says_where_it_was_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kind = Raising()
    kind.error = ValueError("the password is correct-horse")
    invoke(Call(1, kind, "create", request(kind)))
    assert "ValueError" in caplog.text
    assert "test_calls.py" in caplog.text


def test_calls_are_made_when_told_and_reported_with_their_step() -> None:
    pool, told, came = Pool(2), [], threading.Event()

    def returned(number: int, progress: Progress) -> None:
        told.append((number, progress.physical_id))
        came.set()

    calls = Calls(pool, returned)
    kind = Raising()
    calls.prepare(Call(7, kind, "create", request(kind)))
    assert calls.prepared
    assert not came.is_set()
    calls.make()
    assert came.wait(5)
    assert told == [(7, "made")]
    assert bool(calls)
    calls.ended(7)
    assert not calls
    pool.stop()
