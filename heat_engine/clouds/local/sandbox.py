"""How a server's stage is started: in bubblewrap where it works, else as a plain process.

In the sandbox a server sees the host's files read-only, its own processes only, and its own
writable root directory, home, /tmp, /var/tmp and volumes. Directories at the root and directly
below ``SHARED`` ones can be made (they live in the server's directory). Of the paths in the plan's
``hidden`` it sees nothing but its own files: they hold the engine's and other servers'. It is a
fence against accidents, not against a determined attacker: the network is the host's.
Standard library only: servers' init uses it.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

PACKAGE_ROOT = Path(__file__).resolve().parents[3]
_TEMPORARY = Path("/tmp")  # noqa: S108 inside the sandbox, where it is the server's own
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 likewise
_OWN = {"proc", "dev", "tmp"}
# Directories whose own entries stay visible while new ones can be made beside them.
SHARED = ("/var", "/var/lib", "/srv", "/opt", "/mnt", "/media")
# Of the host's entries in them, those that a server has of its own: what cloud-init has done on the
# host, or is to do at its boots, is not the server's.
_OWN_ENTRIES = {"/var": {"tmp"}, "/var/lib": {"cloud"}}
_CLOUD_INIT = Path("/var/lib/cloud")
_CAPABILITIES = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETGID",
    "CAP_SETUID",
)
_PROBE = ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "true")


@functools.cache
def bubblewrap() -> str | None:
    """The path of a bubblewrap that works here (containers often forbid what it needs), or None."""
    path = shutil.which("bwrap")
    if path is None:
        return None
    probe = subprocess.run([path, *_PROBE], capture_output=True, timeout=10, check=False)
    return path if probe.returncode == 0 else None


def stage_command(plan: Mapping[str, Any], argument: str, report: int) -> list[str]:
    """The command line of the stage. ``argument`` is the server's marker."""
    interpreter = str(Path(sys.executable).resolve())
    stage = str(Path(__file__).with_name("stage.py"))
    command = [interpreter, "-I", "-S", stage, argument, str(report)]
    if not plan["sandbox"]:
        return command
    directory = Path(plan["directory"])
    return [
        plan["sandbox"],
        "--unshare-pid",
        "--unshare-ipc",
        "--unshare-uts",
        "--hostname",
        plan["environment"]["HOSTNAME"],
        "--die-with-parent",
        *_privileges(plan["privileged"]),
        *_file_system(
            directory, [Path(path) for path in plan["hidden"]], Path(interpreter), plan["files"]
        ),
        "--chdir",
        "/",
        "--",
        *command,
    ]


def _privileges(privileged: bool) -> Iterator[str]:
    if privileged:
        yield from ("--cap-drop", "ALL")
        for capability in _CAPABILITIES:
            yield from ("--cap-add", capability)


def _file_system(
    directory: Path,
    hidden: Iterable[Path],
    interpreter: Path,
    files: Iterable[Mapping[str, Any]],
) -> Iterator[str]:
    root = directory / "root"
    yield from ("--bind", str(root), "/")
    shadowed = {Path(shared) for shared in SHARED} | set(_nearest(file["path"] for file in files))
    yield from _entries(Path("/"), root, _OWN, shadowed)
    for shadow in sorted(shadowed):
        if shadow.is_dir() and not shadow.is_symlink():
            own = root / shadow.relative_to("/")
            own.mkdir(parents=True, exist_ok=True)
            yield from ("--bind", str(own), str(shadow))
            yield from _entries(shadow, own, _OWN_ENTRIES.get(str(shadow), set()), shadowed)
    yield from ("--bind", str(directory / "tmp"), str(_TEMPORARY))
    yield from ("--dev", "/dev", "--tmpfs", _SHARED_MEMORY, "--proc", "/proc")
    covered = [_TEMPORARY]
    for path in sorted(hidden):
        if any(path.is_relative_to(place) for place in covered) or not path.exists():
            continue
        covered.append(path)
        yield from ("--tmpfs", str(path)) if path.is_dir() else ("--ro-bind", os.devnull, str(path))
    for name in ("home", "tmp", "volumes", "root"):
        yield from ("--bind", str(directory / name), str(directory / name))
    # What runs the stage may lie where the server's own files are mounted.
    for needed in (Path(__file__).parent, interpreter.parents[1]):
        if any(needed.is_relative_to(place) for place in covered):
            yield from ("--ro-bind", str(needed), str(needed))


def _nearest(paths: Iterable[str]) -> Iterator[Path]:
    """The deepest existing directory above each path: new files need it writable."""
    for path in paths:
        above = Path("/" + path.lstrip("/")).parent
        while not above.is_dir():
            above = above.parent
        above = above.resolve()
        if above.is_relative_to(_CLOUD_INIT):
            continue
        if above != Path("/") and above.parts[1] not in _OWN:
            yield above


def _entries(shown: Path, own: Path, skipped: set[str], shadowed: set[Path]) -> Iterator[str]:
    """Mount the host's entries of ``shown`` read-only, each on its own, over ``own``."""
    try:
        entries = sorted(shown.iterdir())
    except PermissionError:
        return
    for entry in entries:
        if entry.name in skipped or entry in shadowed:
            continue
        if entry.is_symlink():
            link = own / entry.name
            if not link.is_symlink() and not link.exists():
                link.symlink_to(entry.readlink())
        elif entry.is_dir() or entry.is_file():
            yield from ("--ro-bind-try", str(entry), str(entry))
