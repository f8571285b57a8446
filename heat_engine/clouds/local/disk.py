"""Copies of what servers have written, while they go on writing, within bounds.

A server may change its tree in any way meanwhile: what is read is opened below directories that
are open already and never by way of a symbolic link, so that nothing outside the tree is copied.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DEEPEST = 100
"""Directories within each other; what lies deeper is too large to be copied."""
MOST_ENTRIES = 200_000
_CHUNK = 1024 * 1024
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class TooLarge(Exception):
    """What is to be copied is larger than it may be."""


@dataclass(slots=True)
class Budget:
    """Bytes and entries that may still be copied."""

    left: int
    entries: int = MOST_ENTRIES

    def charge(self, size: int) -> None:
        """Raises TooLarge."""
        self.left -= size
        if self.left < 0:
            raise TooLarge

    def enter(self, depth: int) -> None:
        """Raises TooLarge."""
        self.entries -= 1
        if self.entries < 0 or depth > DEEPEST:
            raise TooLarge


def copy(source: Path, target: Path, budget: Budget) -> None:
    """Copy files, directories and symbolic links, with modes, times and owners, into ``target``.

    Sockets, pipes and devices are left out, and so is what disappears meanwhile; nothing is copied
    when there is no source. Raises TooLarge.
    """
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        _tree(os.open(source, _DIRECTORY), os.open(target, _DIRECTORY), budget, 0)


def _tree(source: int, target: int, budget: Budget, depth: int) -> None:
    """Takes both descriptors over."""
    try:
        with os.scandir(source) as entries:
            names = [entry.name for entry in entries]
        for name in names:
            budget.enter(depth)
            # Gone, or something else by now: as if it had been so when the names were read.
            with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
                _entry(name, source, target, budget, depth)
        _dress(target, os.fstat(source))
    finally:
        os.close(source)
        os.close(target)


def _entry(name: str, source: int, target: int, budget: Budget, depth: int) -> None:
    mode = os.stat(name, dir_fd=source, follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        with suppress(FileExistsError):
            os.symlink(os.readlink(name, dir_fd=source), name, dir_fd=target)
    elif stat.S_ISDIR(mode):
        inside = os.open(name, _DIRECTORY, dir_fd=source)
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=target)
        _tree(inside, os.open(name, _DIRECTORY, dir_fd=target), budget, depth + 1)
    elif stat.S_ISREG(mode):
        _file(os.open(name, _FILE, dir_fd=source), name, target, budget)


def _file(source: int, name: str, target: int, budget: Budget) -> None:
    """Takes the descriptor over."""
    try:
        facts = os.fstat(source)
        if not stat.S_ISREG(facts.st_mode):
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        made = os.open(name, flags, 0o600, dir_fd=target)
        try:
            while chunk := os.read(source, _CHUNK):
                budget.charge(len(chunk))
                os.write(made, chunk)
            _dress(made, facts)
        finally:
            os.close(made)
    finally:
        os.close(source)


def _dress(made: int, facts: os.stat_result) -> None:
    if os.geteuid() == 0:
        os.fchown(made, facts.st_uid, facts.st_gid)
    os.fchmod(made, stat.S_IMODE(facts.st_mode))
    os.utime(made, ns=(facts.st_atime_ns, facts.st_mtime_ns))
