"""Batches as the contract's table has them (engine-semantics.md section 10.5, ResourceGroup)."""

from __future__ import annotations

import pytest

from heat_engine.resources.heat.batches import rolling


@pytest.mark.parametrize(
    ("target", "current", "largest", "in_service", "expected"),
    [
        (3, 3, 1, 0, [(3, 1)] * 3),
        (3, 3, 1, 3, [(4, 1)] * 4 + [(3, 0)]),
        (5, 5, 2, 4, [(6, 2)] * 3 + [(5, 0)]),
        (10, 10, 4, 8, [(12, 4)] * 3 + [(10, 0)]),
        (4, 3, 2, 0, [(4, 2), (4, 2)]),
        (3, 0, 2, 0, [(2, 2), (3, 1)]),
        (2, 2, 10, 0, [(2, 2)]),
        (0, 3, 1, 0, [(0, 0)]),
    ],
)
def test_batches(
    target: int, current: int, largest: int, in_service: int, expected: list[tuple[int, int]]
) -> None:
    found = [(batch.size, batch.renewed) for batch in rolling(target, current, largest, in_service)]
    assert found == expected


@pytest.mark.parametrize(
    ("target", "current", "largest", "in_service", "expected"),
    [
        (3, 3, 1, 0, [(3, 1)] * 3),
        (3, 3, 1, 3, [(4, 1)] * 3 + [(3, 0)]),
        (5, 5, 2, 4, [(6, 2), (6, 2), (5, 1)]),
        (10, 10, 4, 8, [(12, 4), (12, 4), (10, 2)]),
        (3, 0, 2, 0, [(2, 2), (3, 1)]),
    ],
)
def test_batches_in_which_bridging_members_count(
    target: int, current: int, largest: int, in_service: int, expected: list[tuple[int, int]]
) -> None:
    found = rolling(target, current, largest, in_service, bridging=True)
    assert [(batch.size, batch.renewed) for batch in found] == expected


def test_batches_end() -> None:
    for target in range(6):
        for current in range(6):
            for largest in range(1, 4):
                for in_service in range(6):
                    found = list(rolling(target, current, largest, in_service))
                    assert len(found) < 20
                    if found:
                        assert found[-1].size == target
