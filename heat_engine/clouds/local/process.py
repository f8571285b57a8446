"""Process trees of servers, read from /proc (Linux). Standard library only: servers' init uses it.

A process belongs to a server when its command line carries the server's marker, when its
environment carries the server's id, or when it descends from such a process.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

INIT_MODULE = "heat_engine.clouds.local.init"
ENVIRONMENT_KEY = "HEARTH_SERVER_ID"
_MARKER_PREFIX = "hearth-server:"
_KERNEL = 2
_LOOKS = 5
_LOOK_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Process:
    """``started`` is in clock ticks since boot; with the pid it names one process for ever."""

    pid: int
    parent: int
    started: int
    state: str


def marker(server_id: str) -> str:
    """The argument that names a server's own programs."""
    return _MARKER_PREFIX + server_id


def boot_id() -> str:
    """Changes with every start of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def running() -> dict[int, Process]:
    """All processes that are not zombies."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            process = _read(int(entry.name))
            if process is not None and process.state not in "ZX":
                found[process.pid] = process
    return found


def _read(pid: int) -> Process | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The command name may hold spaces and brackets: the last bracket ends it.
    fields = text[text.rfind(b")") + 2 :].split()
    return Process(pid, int(fields[1]), int(fields[19]), fields[0].decode())


def _bytes(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def carries_marker(pid: int, server_id: str) -> bool:
    """Whether the process is one of the server's own programs (init, sandbox, stage)."""
    return marker(server_id).encode() in _bytes(pid, "cmdline").split(b"\0")


def is_init(pid: int, boot: int) -> bool:
    """Whether the process is, or is about to become, a server's init of that boot."""
    arguments = _bytes(pid, "cmdline").rstrip(b"\0").split(b"\0")
    return INIT_MODULE.encode() in arguments and arguments[-1] == str(boot).encode()


def name(pid: int) -> str:
    """The program's name; empty when it is gone."""
    return _bytes(pid, "comm").decode(errors="replace").strip()


def files_open_for_writing(pid: int) -> Iterator[Path]:
    """The files that a process has open and may write to."""
    with suppress(OSError):
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = entry.readlink()
                flags = _bytes(pid, f"fdinfo/{entry.name}").partition(b"flags:")[2].split()
                if target.is_absolute() and flags and int(flags[0], 8) & os.O_ACCMODE:
                    yield target


def descendants(roots: Iterable[int], processes: dict[int, Process]) -> dict[int, Process]:
    """The processes below ``roots``, without the roots."""
    children: dict[int, list[Process]] = {}
    for process in processes.values():
        children.setdefault(process.parent, []).append(process)
    found: dict[int, Process] = {}
    pending = list(roots)
    while pending:
        for child in children.get(pending.pop(), ()):
            if child.pid not in found:
                found[child.pid] = child
                pending.append(child.pid)
    return found


def of_server(server_id: str) -> dict[int, Process]:
    """Every process of a server, its init included."""
    return of_servers([server_id])[server_id]


def of_servers(server_ids: Collection[str]) -> dict[str, dict[int, Process]]:
    """Every process of each server, in one look at /proc."""
    processes = running()
    roots: dict[str, list[int]] = {server_id: [] for server_id in server_ids}
    for pid in processes:
        for server_id in _claims(pid):
            if server_id in roots:
                roots[server_id].append(pid)
    return {
        server_id: {
            **{pid: processes[pid] for pid in pids},
            **descendants(pids, processes),
        }
        for server_id, pids in roots.items()
    }


def _claims(pid: int) -> Iterator[str]:
    command = _bytes(pid, "cmdline")
    for _ in range(_LOOKS):
        if command or _bytes(pid, "environ") or not _is_program(pid):
            break
        # In the middle of exec a process has neither arguments nor environment.
        time.sleep(_LOOK_SECONDS)
        command = _bytes(pid, "cmdline")
    for argument in command.split(b"\0"):
        if argument.startswith(_MARKER_PREFIX.encode()):
            yield argument[len(_MARKER_PREFIX) :].decode(errors="replace")
    for variable in _bytes(pid, "environ").split(b"\0"):
        if variable.startswith(ENVIRONMENT_KEY.encode() + b"="):
            yield variable.partition(b"=")[2].decode(errors="replace")


def _is_program(pid: int) -> bool:
    """Not one of the kernel's own threads, nor gone."""
    process = _read(pid)
    return process is not None and _KERNEL not in (process.pid, process.parent)


def server_ids_below(state: Path) -> set[str]:
    """The ids of servers of that state directory that have processes, known to it or not."""
    below = f"{state}/".encode()
    found: set[str] = set()
    for pid in running():
        words = _bytes(pid, "cmdline").split(b"\0") + _bytes(pid, "environ").split(b"\0")
        if any(word.removeprefix(b"HOME=").startswith(below) for word in words):
            found.update(_claims(pid))
    return found


def send(process: Process, number: signal.Signals) -> None:
    """Signal that very process; nothing when it is gone, even if its pid is in use again."""
    with suppress(ProcessLookupError, PermissionError):
        descriptor = os.pidfd_open(process.pid)
        try:
            current = _read(process.pid)
            if current is not None and current.started == process.started:
                signal.pidfd_send_signal(descriptor, number)
        finally:
            os.close(descriptor)


def kill_server(server_id: str, seconds: float) -> bool:
    """SIGKILL every process of the server until none is left; False when some outlive that time."""
    deadline = time.monotonic() + seconds
    seen = True
    while True:
        left = of_server(server_id)
        if not left and not seen:
            return True
        # One that forked while the list was read shows in the next one.
        seen = bool(left)
        if time.monotonic() > deadline:
            return False
        for process in left.values():
            send(process, signal.SIGKILL)
        time.sleep(0.005)
