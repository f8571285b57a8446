"""What a server's init leaves on disk about itself, and how others tell whether it lives.

Standard library only: servers' init uses it.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Phases of a boot: STARTING until the stage runs; RUNNING while user data does; then READY or
# FAILED; ENDED when the stage is gone.
STARTING, RUNNING, READY, FAILED, ENDED = "starting", "running", "ready", "failed", "ended"
CONSOLE_LINES = 10
CONSOLE_CHARACTERS = 1000


class Folder:
    """A server's directory. ``init`` holds what only our own programs read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.init = path / "init"
        self.console = path / "console.log"
        self.plan = self.init / "plan.json"
        self.user_data = self.init / "user-data"
        self._runtime = self.init / "runtime.json"
        self._metadata = self.init / "metadata.json"
        self._sizes = self.init / "volume-sizes"
        self._lock = self.init / "lock"

    def make(self) -> None:
        """The empty layout; home, tmp, root and volumes are the server's to write."""
        for name in ("init", "home", "tmp", "root", "volumes"):
            (self.path / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for own in ("tmp", "lib/cloud/scripts/per-boot"):
            (self.path / "root" / "var" / own).mkdir(parents=True, exist_ok=True)
        # Programs that give up root must still get through.
        (self.path / "root").chmod(0o755)
        for shared in (self.path / "tmp", self.path / "root" / "var" / "tmp"):
            shared.chmod(0o1777)
        self.console.touch(mode=0o600)

    def runtime(self) -> dict[str, Any]:
        """What init wrote last; empty before the first boot."""
        return _load(self._runtime)

    def set_runtime(self, runtime: Mapping[str, Any]) -> None:
        write_whole(self._runtime, runtime)

    def volume_sizes(self) -> dict[str, int]:
        """Bytes that each volume may take, by the last part of its device."""
        try:
            return {file.name: int(file.read_text()) for file in self._sizes.iterdir()}
        except FileNotFoundError:  # no volume yet, or it has gone this moment
            return {}

    def set_volume_size(self, name: str, size: int | None) -> None:
        """None: the volume is gone."""
        if size is None:
            (self._sizes / name).unlink(missing_ok=True)
            return
        self._sizes.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self.init / f"size-{name}.{os.getpid()}"
        partial.write_text(str(size))
        partial.replace(self._sizes / name)

    def metadata(self) -> dict[str, str]:
        return _load(self._metadata)

    def metadata_stamp(self) -> int:
        """Changes when the metadata does."""
        try:
            return self._metadata.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def set_metadata(self, leaves: Mapping[str, str]) -> None:
        write_whole(self._metadata, leaves)

    def console_tail(self, lines: int = CONSOLE_LINES, characters: int | None = None) -> str:
        """The console's last lines, read from at most its last 64 KiB a hundred lines."""
        span = max(65536, lines * 655)
        try:
            with self.console.open("rb") as console:
                console.seek(max(0, os.fstat(console.fileno()).st_size - span))
                text = console.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        tail = "\n".join(text.splitlines()[-lines:]) if lines else ""
        return tail if characters is None else tail[-characters:]

    def take_lock(self) -> int | None:
        """Become the only init of this directory: a descriptor to keep open, or None when another
        lives or the directory is gone."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _flock(0))
            # The directory may have been removed, even made anew, since it was opened.
            if self._lock.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except OSError:
            pass
        os.close(descriptor)
        return None

    def alive(self) -> bool:
        """Whether an init holds the lock now."""
        try:
            descriptor = os.open(self._lock, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            # Ask only: taking the lock, even shared, could make a starting init give up.
            holder = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _flock(0))
        finally:
            os.close(descriptor)
        kind: int = struct.unpack_from("h", holder)[0]
        return kind != fcntl.F_UNLCK


def write_whole(path: Path, value: Mapping[str, Any]) -> None:
    """Replace a JSON file in one step: readers see the old or the new one."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(value))
    partial.chmod(0o600)
    partial.replace(path)


def _load(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return dict(value)


def _flock(key: int) -> bytes:
    """A ``struct flock`` for a write lock on one byte."""
    return struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, key, 1, 0)


@contextmanager
def exclusive(path: Path, key: int) -> Iterator[None]:
    """Hold byte ``key`` of a lock file against every thread and process; freed by death, too."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        # An open file description's lock, unlike a process's, excludes other threads as well.
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW, _flock(key))
        yield
    finally:
        os.close(descriptor)
