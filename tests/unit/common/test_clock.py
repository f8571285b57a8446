"""Durations are monotonic; waiting is bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from common.clock import Deadline, ticks, utcnow


def test_now_is_naive_and_utc() -> None:
    now = utcnow()
    assert now.tzinfo is None
    assert abs(now - datetime.now(UTC).replace(tzinfo=None)) < timedelta(seconds=5)


def test_a_deadline_passes() -> None:
    assert Deadline(60)
    assert 59 < Deadline(60).left() <= 60
    assert not Deadline(0)
    assert Deadline(-1).left() == 0


def test_pauses_grow_to_their_limit() -> None:
    pauses = ticks(Deadline(60), first=1, last=2)
    assert [next(pauses) for _ in range(4)] == [1, 1.5, 2, 2]


def test_pauses_end_with_the_deadline() -> None:
    assert list(ticks(Deadline(0))) == []
