"""Run a program of the engine and count its SQL statements: ``python -m tests.bench.counted``."""

from __future__ import annotations

import sys
from pathlib import Path

from sqlalchemy import Engine, event

from heat_engine.cli import all as heat_all
from heat_engine.cli import engine as heat_engine
from tests.bench.counter import Count

PROGRAMS = {"heat-all": heat_all.main, "heat-engine": heat_engine.main}


def main() -> None:
    path, program = sys.argv[1:3]
    sys.argv = [program, *sys.argv[3:]]
    event.listen(Engine, "before_cursor_execute", Count(Path(path)).add)
    PROGRAMS[program]()


if __name__ == "__main__":
    main()
