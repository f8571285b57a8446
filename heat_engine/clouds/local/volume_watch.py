"""Keeps a server's volumes within their sizes, as far as that is possible for directories.

There is no file system of its own behind a volume that could say ENOSPC. Instead, once a second,
programs that are writing to a volume whose files take more than its size are ended: with SIGXFSZ,
which says why, and with SIGKILL when they write on. What is in the volume stays, and programs that
only have files of it open live on. Standard library only: servers' init uses it.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from heat_engine.clouds.local import process
from heat_engine.clouds.local.runtime import Folder

_SECONDS = 1.0
# A look at many files takes long; this part of a processor is what looks may take at most.
_SHARE = 0.1
_MOMENT_SECONDS = 0.05


class VolumeWatch:
    """Looks after the volumes of one server: from its init, below which all its programs are."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._seen: dict[str, dict[Path, int]] = {}  # the files of volumes that are too full
        self._told: set[tuple[int, int]] = set()

    def start(self) -> None:
        threading.Thread(target=self._run, name="volumes", daemon=True).start()

    def look(self) -> None:
        """End who is writing to a volume that is too full, and say so on the console."""
        for name, size in self._folder.volume_sizes().items():
            place = self._folder.path / "volumes" / name
            if used_bytes(place) <= size:
                self._seen.pop(name, None)
                continue
            for writer in self._writers(name, place):
                self._end(writer, name, size)

    def _run(self) -> None:
        while True:
            begun = time.monotonic()
            self.look()
            time.sleep(max(_SECONDS, (time.monotonic() - begun) / _SHARE))

    def _writers(self, name: str, place: Path) -> list[process.Process]:
        """Who has a file open for writing that has grown, or come, since the look before."""
        earlier = self._seen.get(name)
        if earlier is None:
            earlier = dict(_files(place))
            time.sleep(_MOMENT_SECONDS)
        self._seen[name] = now = dict(_files(place))
        idle = {path for path, size in now.items() if size <= earlier.get(path, 0)}
        return [
            program
            for program in process.descendants([os.getpid()], process.running()).values()
            if any(
                path.is_relative_to(place) and path not in idle
                for path in process.files_open_for_writing(program.pid)
            )
        ]

    def _end(self, writer: process.Process, name: str, size: int) -> None:
        with self._folder.console.open("a") as console:
            console.write(
                f"volume {name} is full (it has {size} bytes): process {writer.pid} "
                f"({process.name(writer.pid)}), which writes to it, is ended\n"
            )
        known = (writer.pid, writer.started)
        process.send(writer, signal.SIGKILL if known in self._told else signal.SIGXFSZ)
        self._told.add(known)


def used_bytes(path: Path) -> int:
    """What the files below take on disk."""
    return sum(size for _, size in _files(path))


def _files(path: Path) -> Iterator[tuple[Path, int]]:
    for directory, _, names in os.walk(path):
        for name in names:
            file = Path(directory, name)
            with suppress(OSError):
                yield file, file.lstat().st_blocks * 512
