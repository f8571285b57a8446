"""What is measured, over HTTP from end to end. Each measure gives figures by name."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench import clients, counter, language, templates, watching
from tests.bench.client import BenchError, Client
from tests.bench.figures import percentile
from tests.bench.places import Place

Figures = dict[str, float]
Measure = Callable[[Place, Client], Figures]

INSTANT_ROUNDS = 100
LISTED = 1000
READS = 200
SIGNAL_SECONDS = 2.0
WAITS = 20
REPETITIONS = 3
# Seconds between looks at a wait condition; looks without a pause would take the processors away
# from what is measured.
LOOK = 0.01


def instant(_place: Place, client: Client) -> Figures:
    """One resource that needs no time, again and again."""
    template = templates.independent(1)
    client.timed_create("warm", template)
    taken = [client.timed_create(f"one-{number}", template)[1] for number in range(INSTANT_ROUNDS)]
    return {
        "create 1": statistics.median(taken),
        "one instant resource, p50": percentile(taken, 0.5) * 1000,
        "one instant resource, p99": percentile(taken, 0.99) * 1000,
    }


def hundred(_place: Place, client: Client) -> Figures:
    """A hundred resources in one stack; the middle of three goes."""
    template = templates.independent(100)
    taken = [client.timed_create(f"hundred-{run}", template)[1] for run in range(REPETITIONS)]
    return {"create 100": statistics.median(taken)}


def thousand(place: Place, client: Client) -> Figures:
    """A thousand resources: created, one of them updated, all deleted; the middle of three goes."""
    creates, updates, deletes, used = [], [], [], []
    template, changed = templates.independent(1000), templates.changed(1000, 24)
    for run in range(REPETITIONS):
        before = place.cpu_seconds()
        stack, taken = client.timed_create(f"thousand-{run}", template)
        used.append(place.cpu_seconds() - before)
        creates.append(taken)
        _all_complete(client, stack, 1000)
        updates.append(client.timed_update(stack, changed))
        deletes.append(client.timed_delete(stack))
    return {
        "create 1000": statistics.median(creates),
        "server CPU a resource, create 1000": statistics.median(used),
        "update 1 of 1000": statistics.median(updates),
        "delete 1000": statistics.median(deletes),
    }


def chain(_place: Place, client: Client) -> Figures:
    """Two hundred resources, each waiting for the one before."""
    template = templates.chain(200)
    taken = [client.timed_create(f"chain-{run}", template)[1] for run in range(REPETITIONS)]
    return {"chain of 200": statistics.median(taken)}


def scale(_place: Place, client: Client) -> Figures:
    """What a resource costs in stacks of growing size."""
    figures = {}
    for size, runs in ((10, 5), (100, 3), (1000, 2), (5000, 1)):
        template = templates.independent(size)
        taken = []
        for run in range(runs):
            stack, seconds = client.timed_create(f"scale-{size}-{run}", template)
            taken.append(seconds)
            client.timed_delete(stack)
        figures[f"a resource of {size}"] = min(taken) / size * 1000
    against = figures["a resource of 5000"] / figures["a resource of 10"]
    return {**figures, "a resource of 5000 against one of 10": against}


def reads(_place: Place, client: Client) -> Figures:
    """Lists of many stacks, and one stack with its output."""
    template = templates.independent(1)
    begun = time.monotonic()
    stack = ""
    for number in range(LISTED):
        stack = client.create(f"listed-{number}", template)
    client.finish(stack, "CREATE_COMPLETE")
    made = time.monotonic() - begun
    return {
        f"{LISTED} stacks, one after another": made,
        f"list of {LISTED} stacks, p50": _read(client, f"/stacks?limit={LISTED}", 20),
        "list of 100 stacks, p50": _read(client, "/stacks?limit=100", READS // 2),
        "GET one stack, p50": _read(client, stack, READS),
    }


def signals(place: Place, client: Client) -> Figures:
    """How many signals a resource takes in a second, each stored and shown as an event."""
    figures = {}
    for callers in (1, 8):
        stack, _ = client.timed_create(f"handle-{callers}", templates.handle())
        word = "caller" if callers == 1 else "callers"
        figures[f"signals, {callers} {word}"] = _signal_rate(place, stack, callers)
    return figures


def waits(_place: Place, client: Client) -> Figures:
    """From a signal's sending until its wait condition is seen complete."""
    taken = []
    for number in range(WAITS):
        stack = client.create(f"wait-{number}", templates.waiting(1))
        _await_resource(client, stack, "CREATE_IN_PROGRESS")
        begun = time.monotonic()
        client.expect(200, "POST", f"{stack}/resources/handle/signal", {"status": "SUCCESS"})
        taken.append(_await_resource(client, stack, "CREATE_COMPLETE") - begun)
        client.finish(stack, "CREATE_COMPLETE")
    return {
        "signal to wait condition complete, p50": percentile(taken, 0.5) * 1000,
        "signal to wait condition complete, worst": max(taken) * 1000,
    }


def statements(client: Client, count: Path) -> Figures:
    """SQL statements of an engine that counts them in ``count``."""
    template = templates.independent(1)
    stack = ""
    for number in range(100):
        stack, _ = client.timed_create(f"counted-{number}", template)
    few = _statements(client, count, "/stacks?limit=10")
    many = _statements(client, count, "/stacks?limit=100")
    one = _statements(client, count, stack)
    before = counter.read(count)
    begun = client.create("counted", templates.independent(1000))
    # Looks at the stack would be counted too.
    time.sleep(3)
    created = counter.read(count) - before
    client.finish(begun, "CREATE_COMPLETE")
    return {
        "SQL statements, GET one stack": one,
        "SQL statements, list of 10 stacks": few,
        "SQL statements, list of 100 stacks": many,
        "more SQL statements for 100 stacks than for 10": many - few,
        "SQL statements a resource, create 1000": created / 1000,
    }


MEASURES: dict[str, Measure] = {
    "instant": instant,
    "hundred": hundred,
    "thousand": thousand,
    "chain": chain,
    "scale": scale,
    "reads": reads,
    "signals": signals,
    "waits": waits,
    "language": language.language,
    "nested": language.nested,
    "clients": clients.clients,
    "watching": watching.watching,
}


def _all_complete(client: Client, stack: str, count: int) -> None:
    """What is measured must have been done: each resource is there, with an identity of its own."""
    made = client.expect(200, "GET", f"{stack}/resources")["resources"]
    complete = {
        item["physical_resource_id"]
        for item in made
        if item["resource_status"] == "CREATE_COMPLETE"
    }
    if len(complete) != count:
        raise BenchError(f"{len(complete)} of {count} resources are complete")


def _read(client: Client, path: str, times: int) -> float:
    """Milliseconds of a GET, the middle one."""
    taken = []
    for _ in range(times):
        begun = time.monotonic()
        client.expect(200, "GET", path)
        taken.append(time.monotonic() - begun)
    return percentile(taken, 0.5) * 1000


def _statements(client: Client, count: Path, path: str) -> int:
    """Statements of a GET: the fewest of many, for the engine has work of its own beside it."""
    found = []
    for _ in range(20):
        before = counter.read(count)
        client.expect(200, "GET", path)
        found.append(counter.read(count) - before)
    return min(found)


def _signal_rate(place: Place, stack: str, callers: int) -> float:
    end = time.monotonic() + SIGNAL_SECONDS

    def call(_number: int) -> int:
        sent = 0
        with Client(place.url, place.caller) as caller:
            while time.monotonic() < end:
                body = {"status": "SUCCESS", "data": "done"}
                caller.expect(200, "POST", f"{stack}/resources/handle/signal", body)
                sent += 1
        return sent

    begun = time.monotonic()
    with ThreadPoolExecutor(callers) as pool:
        sent = sum(pool.map(call, range(callers)))
    return sent / (time.monotonic() - begun)


def _await_resource(client: Client, stack: str, status: str) -> float:
    for now in _ticks(30.0):
        answer = client.expect(200, "GET", f"{stack}/resources")
        found = {item["resource_name"]: item["resource_status"] for item in answer["resources"]}
        if found.get("wait") == status:
            return now()
    raise TimeoutError(f"the wait condition of {stack} never was {status}")


def _ticks(seconds: float) -> Iterator[Callable[[], float]]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield time.monotonic
        time.sleep(LOOK)
