"""Measure Hearth from end to end: ``python -m tests.bench --help``."""

from __future__ import annotations

import argparse
import compileall
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import measures, places
from tests.bench.client import BenchError, Client
from tests.bench.figures import DISTRIBUTED, FIGURES, reached
from tests.bench.places import KINDS, place
from tests.bench.report import Result, markdown, number, show, write

STATEMENTS = "statements"
# The rest would be what it is with users of Hearth's own.
OF_KEYSTONE = ("clients",)
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("common", "heat_api", "heat_api_cfn", "heat_api_cloudwatch", "heat_engine")


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _options(arguments)
    console = Console()
    _compile()
    results = []
    for name in chosen.deployments:
        console.print(f"[bold]{name}[/]")
        wanted = chosen.measures
        if wanted is None:
            wanted = OF_KEYSTONE if name == places.KEYSTONE else [*measures.MEASURES, STATEMENTS]
        results.append(_deployment(name, wanted, console))
        write(chosen.json, results)
    show(results, console)
    console.print(f"JSON: {chosen.json}")
    if chosen.markdown:
        print(markdown(results))
    return 1 if chosen.strict and any(result.missed for result in results) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    known = [*measures.MEASURES, STATEMENTS]
    parser.add_argument(
        "--deployments", nargs="+", choices=list(KINDS), default=list(KINDS), metavar="NAME",
        help=f"of {', '.join(KINDS)} (all)",
    )  # fmt: skip
    parser.add_argument(
        "--measures", nargs="*", choices=known, metavar="NAME",
        help=f"of {', '.join(known)} (all; of {places.KEYSTONE} {', '.join(OF_KEYSTONE)})",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"), help="file to write")
    parser.add_argument("--markdown", action="store_true", help="print the table for the docs")
    parser.add_argument("--strict", action="store_true", help="fail when a target is missed")
    return parser.parse_args(arguments)


def _compile() -> None:
    """The bytecode that an installation has. Without it each process compiles its code as it
    starts, where Python was told to keep none (``PYTHONDONTWRITEBYTECODE``)."""
    for package in PACKAGES:
        compileall.compile_dir(ROOT / package, quiet=1)


def _deployment(name: str, wanted: Sequence[str], console: Console) -> Result:
    result = Result(name, load=os.getloadavg())
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="hearth-bench-") as directory:
            _measure(result, Path(directory), wanted, console)
        if KINDS[name] == DISTRIBUTED:
            with tempfile.TemporaryDirectory(prefix="hearth-bench-") as directory:
                _weigh(result, Path(directory), console)
        if STATEMENTS in wanted:
            with tempfile.TemporaryDirectory(prefix="hearth-bench-") as directory:
                _count(result, Path(directory), console)
    except pytest.skip.Exception as reason:
        result.skipped = str(reason)
    result.seconds = time.monotonic() - begun
    return result


def _measure(result: Result, directory: Path, wanted: Sequence[str], console: Console) -> None:
    with place(result.deployment, directory) as running:
        result.memory_idle = running.memory()
        found = {
            "start: all services ready": running.deployment.ready_seconds,
            "memory idle, all processes": sum(result.memory_idle.values()),
        }
        _keep(result, found, console)
        for name, measure in measures.MEASURES.items():
            if name not in wanted:
                continue
            try:
                with Client(running.url, running.caller) as client:
                    _keep(result, measure(running, client), console)
            except (BenchError, OSError) as error:
                console.print(f"  {name}: {error}", style="red")
        result.memory_loaded = running.memory()
        total = sum(result.memory_loaded.values())
        _keep(result, {"memory after load, all processes": total}, console)


def _weigh(result: Result, directory: Path, console: Console) -> None:
    with place(result.deployment, directory, together=True) as running:
        found = {
            "start: four processes of one heat-all ready": running.deployment.ready_seconds,
            "memory idle, four processes of one heat-all": sum(running.memory().values()),
        }
        _keep(result, found, console)


def _count(result: Result, directory: Path, console: Console) -> None:
    count = directory / "statements"
    with (
        place(result.deployment, directory, counted=count) as running,
        Client(running.url, running.caller) as client,
    ):
        _keep(result, measures.statements(client, count), console)


def _keep(result: Result, figures: measures.Figures, console: Console) -> None:
    for name, value in figures.items():
        result.figures[name] = value
        verdict = reached(name, KINDS[result.deployment], value)
        mark = {None: "", True: " ok", False: " not"}[verdict]
        console.print(f"  {name}: {number(value)} {FIGURES[name].unit}{mark}")


if __name__ == "__main__":
    sys.exit(main())
