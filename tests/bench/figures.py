"""Every figure that the benchmark knows: what it means and what is to be reached."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

EMBEDDED, DISTRIBUTED = "embedded", "distributed"


@dataclass(frozen=True, slots=True)
class Figure:
    """``target``: what the figure must not exceed, by kind of deployment; None: no target.

    ``upstream``: what OpenStack Heat 27 was measured at, on MariaDB and RabbitMQ; empty: unknown.
    """

    name: str
    unit: str
    embedded: float | None = None
    distributed: float | None = None
    upstream: str = ""

    def target(self, kind: str) -> float | None:
        return self.embedded if kind == EMBEDDED else self.distributed


def _same(name: str, unit: str, target: float | None, upstream: str = "") -> Figure:
    return Figure(name, unit, target, target, upstream)


# How many clients there are at a time.
FEW, MANY = 1, 16

# How many watch the events of a project.
ALONE, CROWD = 1, 200


def _of_watchers(watchers: str) -> Iterator[Figure]:
    yield _same(f"signal to event, {watchers}, p50", "ms", 200.0)
    yield _same(f"signal to event, {watchers}, worst", "ms", 200.0)


def _of_clients(request: str, target: float | None, upstream: str = "") -> Iterator[Figure]:
    """What one client and many see of a request. ``target``: milliseconds that it may take one.

    Of many, hardly one may wait for longer than twice what all together would take one by one.
    """
    few, many = f"{request}, {FEW} client", f"{request}, {MANY} clients"
    yield _same(f"{few}, p50", "ms", target, upstream)
    yield Figure(f"{few}, p95", "ms")
    yield Figure(few, "a second")
    yield Figure(f"{many}, p50", "ms")
    yield _same(f"{many}, p95", "ms", None if target is None else 2 * MANY * target)
    yield Figure(many, "a second")
    yield _same(f"{request}, rate of {FEW} against {MANY}", "times", 1.0)
    yield Figure(f"{request}, server CPU", "ms")


FIGURES = {
    figure.name: figure
    for figure in (
        _same("start: all services ready", "s", 2.0),
        _same("start: four processes of one heat-all ready", "s", 2.0),
        _same("memory idle, all processes", "MiB", 130.0, "634"),
        _same("memory idle, four processes of one heat-all", "MiB", 130.0, "634"),
        Figure("memory after load, all processes", "MiB", upstream="1292"),
        _same("one instant resource, p50", "ms", 100.0),
        _same("one instant resource, p99", "ms", 100.0),
        Figure("create 1", "s"),
        Figure("create 100", "s"),
        Figure("create 1000", "s", 2.0, 3.0),
        Figure("server CPU a resource, create 1000", "ms", upstream="110"),
        Figure("update 1 of 1000", "s"),
        Figure("delete 1000", "s"),
        Figure("chain of 200", "s"),
        Figure("a resource of 10", "ms"),
        Figure("a resource of 100", "ms", upstream="1000 (160 without its pauses)"),
        Figure("a resource of 1000", "ms"),
        Figure("a resource of 5000", "ms"),
        _same("a resource of 5000 against one of 10", "times", 1.0),
        Figure("1000 stacks, one after another", "s"),
        Figure("list of 1000 stacks, p50", "ms"),
        _same("list of 100 stacks, p50", "ms", 10.0, "210 (102 stacks)"),
        _same("GET one stack, p50", "ms", 5.0, "32"),
        Figure("signals, 1 caller", "a second", upstream="31"),
        Figure("signals, 8 callers", "a second"),
        _same("signal to wait condition complete, p50", "ms", 50.0),
        _same("signal to wait condition complete, worst", "ms", 50.0),
        _same("validate 500 resources, p50", "ms", 300.0),
        _same("1000 resources with 10 functions, parsed and resolved", "s", 1.0),
        Figure("group of 300", "s", 2.0, upstream="303 (83 without its pauses)"),
        _same("100 nested stacks of 10", "s", 10.0),
        _same("resource list, 1000 at depth 5, p50", "ms", 100.0),
        # A tenth of what Heat takes.
        *_of_clients("list of 100 stacks", 21.0, "210 (102 stacks)"),
        *_of_clients("show of a stack", 3.2, "32"),
        *_of_clients("resources of 500", 36.0, "364"),
        *_of_clients("validate of 50 resources", 3.7, "37"),
        *_of_clients("validate of 500 resources", None),
        *_of_watchers(f"{ALONE} watcher"),
        *_of_watchers(f"each of {CROWD} watchers"),
        Figure("SQL statements, GET one stack", "statements"),
        Figure("SQL statements, list of 10 stacks", "statements"),
        Figure("SQL statements, list of 100 stacks", "statements", upstream="114 (102 stacks)"),
        _same("more SQL statements for 100 stacks than for 10", "statements", 0.0),
        Figure("SQL statements a resource, create 1000", "statements", upstream="22"),
    )
}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share (0 to 1) of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def reached(name: str, kind: str, value: float) -> bool | None:
    """Whether a figure keeps its target; None when it has none."""
    target = FIGURES[name].target(kind)
    return None if target is None else value <= target
