"""Run a program of the engine and count its SQL statements: ``python -m tests.bench.counted``.

The number of statements so far is kept in a file of eight bytes, so that it can be read from
outside at any instant without asking the program.
"""

from __future__ import annotations

import mmap
import struct
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from heat_engine.cli import all as heat_all
from heat_engine.cli import engine as heat_engine

PROGRAMS = {"heat-all": heat_all.main, "heat-engine": heat_engine.main}
NUMBER = struct.Struct("<q")


class Count:
    """The shared number."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(NUMBER.pack(0))
        with path.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), NUMBER.size)
        self._lock = threading.Lock()
        self._total = 0

    def add(self, *_: Any) -> None:
        with self._lock:
            self._total += 1
            NUMBER.pack_into(self._memory, 0, self._total)


def read(path: Path) -> int:
    """Statements so far."""
    return int(NUMBER.unpack(path.read_bytes())[0])


def main() -> None:
    path, program = sys.argv[1:3]
    sys.argv = [program, *sys.argv[3:]]
    event.listen(Engine, "before_cursor_execute", Count(Path(path)).add)
    PROGRAMS[program]()


if __name__ == "__main__":
    main()
