"""The figures as a table to read and as JSON to compare."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figures import FIGURES, reached
from tests.bench.places import KINDS


@dataclass(slots=True)
class Result:
    """What was found of one deployment. ``skipped``: why nothing was, else empty.

    ``load``: the machine's load averages before; a busy machine has no figures worth keeping.
    """

    deployment: str
    figures: dict[str, float] = field(default_factory=dict)
    memory_idle: dict[str, float] = field(default_factory=dict)
    memory_loaded: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    load: tuple[float, float, float] = (0.0, 0.0, 0.0)
    skipped: str = ""

    @property
    def missed(self) -> list[str]:
        """The figures that do not keep their targets."""
        kind = KINDS[self.deployment]
        return [name for name, value in self.figures.items() if reached(name, kind, value) is False]

    @property
    def targets(self) -> dict[str, float]:
        """What the figures must not exceed, of those that have a target."""
        kind = KINDS[self.deployment]
        found = {name: FIGURES[name].target(kind) for name in self.figures}
        return {name: target for name, target in found.items() if target is not None}


def write(path: Path, results: list[Result]) -> None:
    """All results as one JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processors": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "results": [
            {**asdict(result), "targets": result.targets, "missed": result.missed}
            for result in results
        ],
    }
    path.write_text(json.dumps(document, indent=2) + "\n")


def show(results: list[Result], console: Console) -> None:
    """The table: a line a figure, a column a deployment."""
    console.print(_figures(results))
    for title, pick in (("idle", "memory_idle"), ("after load", "memory_loaded")):
        if any(getattr(result, pick) for result in results):
            console.print(
                _memory(title, {item.deployment: getattr(item, pick) for item in results})
            )
    for result in results:
        if result.skipped:
            console.print(f"{result.deployment}: not measured: {result.skipped}")
        else:
            missed = ", ".join(result.missed) or "nothing"
            console.print(
                f"{result.deployment}: {result.seconds:.0f} s, load before {result.load[0]:.1f}; "
                f"missed: {missed}"
            )


def markdown(results: list[Result]) -> str:
    """The table as it stands in docs/benchmarks.md; a missed target is bold."""
    heads = ["figure", "unit", "target", *(result.deployment for result in results), "Heat 27"]
    lines = [_line(heads), _line(["---"] * len(heads))]
    lines += [_line(row) for row in _rows(results, ("{}", "{}", "**{}**"))]
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _figures(results: list[Result]) -> Table:
    table = Table(title="Hearth, over HTTP from end to end")
    table.add_column("figure")
    table.add_column("unit")
    table.add_column("target")
    for result in results:
        table.add_column(result.deployment, justify="right")
    table.add_column("Heat 27")
    for row in _rows(results, ("{}", "{} [green]ok[/]", "{} [red]not[/]")):
        table.add_row(*row)
    return table


def _rows(results: list[Result], forms: tuple[str, str, str]) -> list[list[str]]:
    """A row for each figure that was measured; how one without target, one that keeps it and one
    that misses it look."""
    rows = []
    for name, figure in FIGURES.items():
        if any(name in result.figures for result in results):
            cells = [_cell(name, result, forms) for result in results]
            rows.append([name, figure.unit, _target(name), *cells, figure.upstream])
    return rows


def _target(name: str) -> str:
    figure = FIGURES[name]
    if figure.embedded == figure.distributed:
        return "" if figure.embedded is None else f"≤ {figure.embedded:g}"
    targets = (figure.embedded, figure.distributed)
    return "≤ " + " / ".join("-" if target is None else f"{target:g}" for target in targets)


def _cell(name: str, result: Result, forms: tuple[str, str, str]) -> str:
    value = result.figures.get(name)
    if value is None:
        return ""
    verdict = reached(name, KINDS[result.deployment], value)
    form = forms[{None: 0, True: 1, False: 2}[verdict]]
    return form.format(number(value))


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.3g}"


def _memory(title: str, places: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table(title=f"Memory {title}, MiB (PSS)")
    table.add_column("process")
    for name in places:
        table.add_column(name, justify="right")
    programs = dict.fromkeys(program for held in places.values() for program in held)
    for program in programs:
        cells = [f"{held[program]:.0f}" if program in held else "" for held in places.values()]
        table.add_row(program, *cells)
    return table
