"""What templates cost: their language, and stacks nested in one another."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from heat_engine.language import document, functions, template
from heat_engine.language.parameters import Parameters, pseudo
from heat_engine.language.scope import Static
from tests.bench import templates
from tests.bench.client import BenchError, Client
from tests.bench.figures import percentile
from tests.bench.places import Place

Figures = dict[str, float]
REPETITIONS = 3
CHECKS = 10
READS = 30


def language(_place: Place, client: Client) -> Figures:
    """A template checked over HTTP, and one with many functions resolved in this process."""
    body = {"template": templates.with_functions(500, 1)}
    checks = [
        _seconds(lambda: client.expect(200, "POST", "/validate", body)) for _ in range(CHECKS)
    ]
    text = json.dumps(templates.with_functions(1000, 10), separators=(",", ":"))
    read = [_seconds(lambda: _resolve(text)) for _ in range(REPETITIONS)]
    return {
        "validate 500 resources, p50": percentile(checks, 0.5) * 1000,
        "1000 resources with 10 functions, parsed and resolved": statistics.median(read),
    }


def nested(_place: Place, client: Client) -> Figures:
    """A group of 300, a hundred nested stacks of ten, and the list of 1000 at depth five."""
    groups = [
        client.timed_create(f"group-{run}", templates.group(300))[1] for run in range(REPETITIONS)
    ]
    hundred, files = templates.nested(100, 10)
    stacks = [client.timed_create(f"nested-{run}", hundred, files)[1] for run in range(REPETITIONS)]
    deep, files = templates.deep(9, 109)
    stack, _ = client.timed_create("deep", deep, files)
    path = f"{stack}/resources?nested_depth=5"
    listed = len(client.expect(200, "GET", path)["resources"])
    if listed < 990:
        raise BenchError(f"{listed} resources are listed")
    reads = [_seconds(lambda: client.expect(200, "GET", path)) for _ in range(READS)]
    return {
        "group of 300": statistics.median(groups),
        "100 nested stacks of 10": statistics.median(stacks),
        "resource list, 1000 at depth 5, p50": percentile(reads, 0.5) * 1000,
    }


def _resolve(text: str) -> None:
    data, source = document.load(text)
    parsed = template.parse(data, {}, source)
    names = pseudo(parsed.dialect, "stack", None, "project", modern=False)
    bound = parsed.bind(Parameters.resolve(parsed.parameters, {}, {}, names))
    if bound.problems:
        raise BenchError(str(bound.problems[0]))
    for resource in bound.resources.values():
        functions.resolve(resource.properties, Static())


def _seconds(call: Callable[[], Any]) -> float:
    begun = time.monotonic()
    call()
    return time.monotonic() - begun
