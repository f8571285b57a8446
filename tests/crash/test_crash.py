"""Thirty seeds of the crash campaign; ``python -m tests.crash.soak`` runs as many as are wanted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.crash import campaign

KINDS = ("sqlite", "postgresql")
SEEDS = [(seed, campaign.kind_of(seed, KINDS)) for seed in range(30)]
# Most of a seed's time is waiting for a lease to run out.
AT_ONCE = 3


@pytest.fixture(scope="module")
def results() -> Callable[[int, str], campaign.Result]:
    """All seeds are begun at once, a few running at a time; each test waits for its own."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running: dict[tuple[int, str], Future[campaign.Result]] = {
            key: pool.submit(_run, *key) for key in SEEDS
        }
        yield lambda seed, kind: running[seed, kind].result()
        pool.shutdown(cancel_futures=True)


def _run(seed: int, kind: str) -> campaign.Result:
    # A missing server skips (or fails) in the test, not in a thread.
    return campaign.run(seed, kind)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("seed", "kind"), SEEDS)
def test_the_stack_comes_to_its_right_end(
    results: Callable[[int, str], campaign.Result], seed: int, kind: str
) -> None:
    result = results(seed, kind)
    assert result.faults == [], str(result)
    if result.late:
        # Perhaps because of the others: it gets a second chance without them.
        for key in SEEDS:
            results(*key)
        result = campaign.run(seed, kind)
    assert not result.late, str(result)


@pytest.mark.timeout(300)
def test_engines_really_die(results: Callable[[int, str], campaign.Result]) -> None:
    """A campaign in which nobody is killed would show nothing."""
    done = [results(*key) for key in SEEDS]
    assert sum(len(result.instants) for result in done) > len(SEEDS) // 2
    assert sum(result.takeovers for result in done) > len(SEEDS) // 4
