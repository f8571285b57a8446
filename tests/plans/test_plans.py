"""A few hundred pairs; ``python -m tests.plans`` does more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import KEY, create_schema, fresh_database
from tests.plans import campaign, templates
from tests.scenarios.world import World

PAIRS = 150


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fresh_database("sqlite", tmp_path) as url:
        create_schema(url)
        made = World(url, KEY, max_stacks_per_tenant=-1)
        yield made
        made.close()


@pytest.mark.timeout(600)
def test_what_is_said_is_what_happens(world: World) -> None:
    report = campaign.run(world, range(PAIRS))
    assert report.differences == []
    # What the pairs are worth: all kinds of changes, and hardly anything that nobody can foresee.
    assert min(report.resources.values()) > PAIRS / 2
    assert report.refused < PAIRS / 20
    assert report.undecided < PAIRS / 5


def test_a_seed_gives_the_same_pair() -> None:
    assert templates.pair(7) == templates.pair(7)
    assert templates.pair(7) != templates.pair(8)
