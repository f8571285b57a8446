"""Plan = what happens: pairs of templates, previewed and then done in a real engine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from common import errors
from tests.plans import truth
from tests.plans.templates import Pair, pair
from tests.plans.truth import Lists, Path
from tests.scenarios.world import MINE, Stack, World


@dataclass
class Report:
    """What came of the pairs. differences: seed and what was said and done."""

    pairs: int = 0
    refused: int = 0
    failed: int = 0
    resources: Counter[str] = field(default_factory=Counter)
    undecided: int = 0
    differences: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(self.resources.items()))
        return (
            f"{self.pairs} pairs ({self.refused} refused by both, {self.failed} failing updates): "
            f"{counts}; {self.undecided} undecided before; {len(self.differences)} differences"
        )


def run(world: World, seeds: range) -> Report:
    report = Report()
    for seed in seeds:
        report.pairs += 1
        try:
            _one(world, pair(seed), report)
        except AssertionError as error:
            report.differences.append((seed, str(error)))
    return report


def _one(world: World, made: Pair, report: Report) -> None:
    service = world.engine.service
    name = f"s{made.seed}"
    first = service.preview_stack(MINE, name, **made.before.arguments())
    stack = Stack(world, service.create_stack(MINE, name, **made.before.arguments()))
    state = truth.end(world, stack.id)
    before = truth.tree(world, stack.id)
    if state == "CREATE_COMPLETE":
        _equal("create", *_created(first["resources"], name, before))
    for resource in made.unhealthy:
        if resource in before.rows:
            service.resource_mark_unhealthy(MINE, stack.identity, resource, True, "test")
    arguments = made.after.arguments(show_nested=True)
    try:
        changes = service.preview_update_stack(MINE, stack.identity, **arguments)
    except errors.HearthError as refusal:
        report.refused += 1
        _refuses_too(world, stack, made, refusal)
        return
    said, undecided = truth.named(changes, before)
    sequence = truth.latest_event(world)
    service.update_stack(MINE, stack.identity, **made.after.arguments())
    state = truth.end(world, stack.id)
    after = truth.tree(world, stack.id)
    done = truth.happened(before, after, truth.updated_since(world, sequence))
    if state == "UPDATE_FAILED":
        report.failed += 1
        _no_more_than_said(said, done)
        return
    _as_said(said, undecided, done)
    report.undecided += len(undecided)
    report.resources.update({word: len(paths) for word, paths in done.items()})


def _refuses_too(world: World, stack: Stack, made: Pair, refusal: errors.HearthError) -> None:
    try:
        world.engine.service.update_stack(MINE, stack.identity, **made.after.arguments())
    except errors.HearthError as error:
        if error.message == refusal.message:
            return
    raise AssertionError(f"not both refuse, or not alike: {refusal.message}")


def _created(entries: list[Any], name: str, node: truth.Node) -> tuple[set[Path], set[Path]]:
    """What the preview of a creation names, and of what there is the same: where the preview does
    not look into a nested stack, neither does this."""
    said: set[Path] = set()
    closed: set[Path] = set()
    pending = list(entries)
    while pending:
        entry = pending.pop()
        if isinstance(entry, list):
            pending.extend(entry)
            continue
        path = (*truth.place(entry["stack_name"], {name: ()}), entry["resource_name"])
        said.add(path)
        closed.add(path)
    there = {
        path
        for path in node.paths()
        if not any(path[:length] in closed for length in range(1, len(path)))
    }
    opened = {path for path in there if any(other[: len(path)] == path for other in said - {path})}
    empty = {path for path in there - said if _has_nothing(node, path)}
    return said, there - (opened - said) - empty


def _has_nothing(node: truth.Node, path: Path) -> bool:
    """Whether there is a nested stack without resources at a path."""
    for name in path[:-1]:
        node = node.children[name]
    inside = node.children.get(path[-1])
    return inside is not None and not inside.rows


def _as_said(said: Lists, undecided: set[Path], done: Lists) -> None:
    for word in truth.LISTS:
        if word in ("added", "deleted"):
            _equal(word, said[word], done[word], undecided)
        else:
            _equal(word, said[word] - undecided, done[word] - undecided)


def _equal(
    what: str,
    said: set[Path],
    done: set[Path],
    undecided: set[Path] = frozenset(),  # type: ignore[assignment]
) -> None:
    inside = {
        path
        for path in said ^ done
        if any(path[:length] in undecided for length in range(1, len(path) + 1))
    }
    only_said, only_done = sorted(said - done - inside), sorted(done - said - inside)
    different = bool(only_said or only_done)
    assert not different, f"{what}: said only {only_said}, done only {only_done}"


def _no_more_than_said(said: Lists, done: Lists) -> None:
    """An update that fails has done a part of what was said."""
    for word in ("added", "deleted"):
        assert done[word] <= said[word], f"{word}: not said {sorted(done[word] - said[word])}"
    touched = said["updated"] | said["replaced"]
    more = (done["updated"] | done["replaced"]) - touched
    assert not more, f"not said to be touched: {sorted(more)}"
