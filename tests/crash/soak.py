"""The crash campaign at length.

    python -m tests.crash.soak --seeds 1000 [--first 0] [--kinds sqlite,postgresql] [--at-once 4]
    python -m tests.crash.soak --seeds 20 --disturb   restarts PostgreSQL, RabbitMQ midway

The second form is for a machine of one's own: others lose their connections too.

Prints each seed that went wrong and a table at the end. A seed that only was late, which may be
the others' doing, is run again by itself. Exit status 1 when any went wrong or was late twice.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.brokers import fresh_virtual_host
from tests.crash import campaign
from tests.crash.campaign import Result
from tests.crash.ground import LEASE


def main() -> int:
    options = _options()
    began = time.monotonic()
    results = []
    with Path(options.output or "/dev/null").open("w") as output:
        for result in _results(options):
            results.append(result)
            output.write(json.dumps(vars(result)) + "\n")
            output.flush()
            if result.faults or result.late:
                print(result, flush=True)
            if len(results) % 50 == 0:
                print(f"{len(results)} seeds in {time.monotonic() - began:.0f} s", flush=True)
    print(table(results, time.monotonic() - began))
    late = [campaign.run(result.seed, result.kind) for result in results if result.late]
    for result in late:
        print(f"alone: {result}", flush=True)
    return 1 if any(result.faults for result in results) or any(r.late for r in late) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kinds", default="sqlite,postgresql")
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--output", help="file for one line of JSON a seed")
    parser.add_argument("--disturb", action="store_true")
    return parser.parse_args()


def _results(options: argparse.Namespace) -> Iterator[Result]:
    kinds = options.kinds.split(",")
    seeds = range(options.first, options.first + options.seeds)
    if options.disturb:
        for seed in seeds:
            with fresh_virtual_host() as rabbit:
                yield campaign.run(
                    seed, "postgresql", rabbit=rabbit, disturb=DISTURBANCES[seed % 3]
                )
        return
    with ThreadPoolExecutor(options.at_once) as pool:
        running = [pool.submit(campaign.run, seed, campaign.kind_of(seed, kinds)) for seed in seeds]
        for done in as_completed(running):
            yield done.result()


def restart_database() -> None:
    """Restart PostgreSQL at once, without letting anybody finish; needs the right to do so."""
    subprocess.run(["pg_ctlcluster", "15", "main", "restart", "-m", "immediate"], check=True)


def restart_broker() -> None:
    """Stop RabbitMQ for everybody, and start it."""
    for verb in ("stop_app", "start_app"):
        subprocess.run(["rabbitmqctl", "-q", verb], check=True)


def restart_both() -> None:
    restart_database()
    restart_broker()


DISTURBANCES = (restart_database, restart_broker, restart_both)


def table(results: list[Result], seconds: float) -> str:
    """The campaign in figures, as Markdown."""
    deaths = [instant for result in results for instant in result.instants]
    recoveries = sorted(result.recovery for result in results if result.recovery is not None)
    rows = [
        ("seeds", len(results)),
        ("of which with faults", sum(bool(result.faults) for result in results)),
        ("of which late", sum(result.late for result in results)),
        ("engines killed", len(deaths)),
        ("different instants", len(set(deaths))),
        ("take-overs after a lease ran out", sum(result.takeovers for result in results)),
        ("lease", f"{LEASE} s"),
        ("recovery, median", _seconds(recoveries, 0.5)),
        ("recovery, 99 %", _seconds(recoveries, 0.99)),
        ("recovery, worst", _seconds(recoveries, 1.0)),
        ("time in all", f"{seconds:.0f} s"),
    ]
    rows += [
        (f"story: {story}", count)
        for story, count in sorted(Counter(_named(result) for result in results).items())
    ]
    rows += [(f"killed {where}", count) for where, count in Counter(_where(deaths)).most_common()]
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join(["", "| | |", "| --- | --- |", *lines])


def _seconds(values: list[float], part: float) -> str:
    if not values:
        return "-"
    return f"{values[min(len(values) - 1, int(part * len(values)))]:.2f} s"


def _named(result: Result) -> str:
    deleted = result.end == "DELETE_COMPLETE" and "delete" not in result.story
    return f"{result.story}, then a deletion" if deleted else result.story


def _where(deaths: list[str]) -> Iterator[str]:
    """Instants by kind: before or after a commit, a cloud's verb, the cloud's own commit."""
    for instant in deaths:
        words = instant.split()
        if words[0] == "?":
            yield "by the end of a seed"
        elif instant.endswith("in the cloud"):
            yield f"{words[0]} the cloud's own commit"
        elif words[1] == "commit":
            yield f"{words[0]} a commit of the engine"
        else:
            yield f"{words[0]} a call of the cloud"


if __name__ == "__main__":
    sys.exit(main())
