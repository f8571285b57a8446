"""How a group changes its members in batches (contract/engine-semantics.md section 10.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Batch:
    """size: how many members there are after it. renewed: how many of them it makes new."""

    size: int
    renewed: int


def rolling(
    target: int, current: int, largest: int, in_service: int, *, bridging: bool = False
) -> Iterator[Batch]:
    """Batches that renew all members and lead from ``current`` to ``target`` members.

    largest: renewed at most at once. in_service: members that are not being renewed at any time.
    bridging: whether members beyond the target, which only bridge a renewal, count as renewed.
    """
    least = min(in_service, target, current)
    done = 0
    while not (done >= target and current == target):
        renewed = min(largest, max(target - done, 0))
        size = renewed + max(min(current, target - renewed), least)
        yield Batch(size, renewed)
        done += renewed if bridging else renewed - max(size - max(current, target), 0)
        current = size
