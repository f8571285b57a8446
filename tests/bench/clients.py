"""What a request takes with one client and with sixteen, and how many are answered in a second."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.bench import templates
from tests.bench.client import BenchError, Client
from tests.bench.figures import FEW, MANY, percentile
from tests.bench.places import Place

Figures = dict[str, float]
SECONDS = 3.0
LISTED = 100
RESOURCES = 500
# A process that has just begun is not what is measured.
WARM = 10


@dataclass(frozen=True, slots=True)
class Request:
    """``name``: that of its figures. ``path`` begins after the project."""

    name: str
    path: str
    method: str = "GET"
    body: bytes | None = None

    def send(self, client: Client) -> bytes:
        """The answer's body. Raises ``BenchError`` unless it says 200."""
        status, text = client.send(self.method, self.path, self.body)
        if status != 200:
            raise BenchError(f"{self.name}: {status} {text[:500]!r}")
        return text


@dataclass(frozen=True, slots=True)
class Load:
    """What clients saw: seconds of each request, and of all together."""

    taken: Sequence[float]
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return len(self.taken) / self.seconds


def clients(place: Place, client: Client) -> Figures:
    """Lists, shows and checks of templates, each alone and by sixteen clients at a time."""
    figures: Figures = {}
    for request in _requests(client):
        for _ in range(WARM):
            request.send(client)
        few, many = (_load(place, request, count) for count in (FEW, MANY))
        figures[f"{request.name}, server CPU"] = few.cpu_seconds / len(few.taken) * 1000
        for count, load in ((FEW, few), (MANY, many)):
            words = f"{request.name}, {count} client{'s' if count > 1 else ''}"
            figures[f"{words}, p50"] = percentile(load.taken, 0.5) * 1000
            figures[f"{words}, p95"] = percentile(load.taken, 0.95) * 1000
            figures[words] = load.rate
        figures[f"{request.name}, rate of {FEW} against {MANY}"] = few.rate / many.rate
    return figures


def _requests(client: Client) -> list[Request]:
    """What is asked for, made first and looked at once."""
    one = templates.independent(1)
    stacks = [client.create(f"shown-{number}", one) for number in range(LISTED)]
    for stack in stacks:
        client.finish(stack, "CREATE_COMPLETE")
    large, _ = client.timed_create("large", templates.independent(RESOURCES))
    listed = Request(f"list of {LISTED} stacks", f"/stacks?limit={LISTED}")
    resources = Request(f"resources of {RESOURCES}", f"{large}/resources")
    for request, noun, count in ((listed, "stacks", LISTED), (resources, "resources", RESOURCES)):
        found = len(json.loads(request.send(client))[noun])
        if found != count:
            raise BenchError(f"{request.name}: {found} are there")
    return [
        listed,
        Request("show of a stack", stacks[0]),
        resources,
        *(_check(templates.with_functions(count, 1), count) for count in (50, RESOURCES)),
    ]


def _check(template: dict[str, Any], count: int) -> Request:
    body = json.dumps({"template": template}).encode()
    return Request(f"validate of {count} resources", "/validate", "POST", body)


def _load(place: Place, request: Request, count: int) -> Load:
    """So many clients that each ask again as soon as they are answered."""
    ready = threading.Barrier(count + 1)

    def ask(_number: int) -> list[float]:
        with Client(place.url, place.caller) as client:
            request.send(client)
            ready.wait()
            taken = []
            end = time.monotonic() + SECONDS
            while (begun := time.monotonic()) < end:
                request.send(client)
                taken.append(time.monotonic() - begun)
            return taken

    with ThreadPoolExecutor(count) as pool:
        asking = [pool.submit(ask, number) for number in range(count)]
        ready.wait()
        begun, used = time.monotonic(), place.cpu_seconds()
        taken = [seconds for each in asking for seconds in each.result()]
    return Load(taken, time.monotonic() - begun, place.cpu_seconds() - used)
