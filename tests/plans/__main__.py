"""Preview and do many pairs of templates: ``python -m tests.plans --pairs 2000``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.databases import KEY, create_schema, fresh_database
from tests.plans import campaign
from tests.scenarios.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.plans", description=__doc__)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="hearth-plans-") as directory,
        fresh_database("sqlite", Path(directory)) as url,
    ):
        create_schema(url)
        world = World(url, KEY, max_stacks_per_tenant=-1)
        report = campaign.run(world, range(chosen.first, chosen.first + chosen.pairs))
        world.close()
    for seed, difference in report.differences:
        print(f"seed {seed}: {difference}")
    print(report)
    return 1 if report.differences else 0


if __name__ == "__main__":
    sys.exit(main())
