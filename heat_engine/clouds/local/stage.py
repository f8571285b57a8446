"""The first program inside a server: runs what cloud-init would run, then reaps for ever.

As with cloud-init, user data is for a server's first boot; ``bootcmd`` and the programs in the
plan's ``per_boot`` directory run at each. Its standard input is the boot plan (JSON, see
``cloudinit.Plan`` and ``boot.plan``); on the descriptor named by its second argument it reports one
line, the exit status of what it ran. Standard library only, and little of it: it starts with every
server.
"""

from __future__ import annotations

import base64
import ctypes
import grp
import json
import os
import pwd
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_PR_SET_CHILD_SUBREAPER = 36
# The server's own: a sandbox mounts it there, and without one such paths are moved there.
_TEMPORARY = Path("/tmp")  # noqa: S108
# Where the number of the boot is noted that ran the user data: where cloud-init has such notes.
NOTE = "/var/lib/cloud/instance/sem/user_data"
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


def say(message: str) -> None:
    """A line on the server's console."""
    sys.stdout.write(f"cloud-init: {message}\n")
    sys.stdout.flush()


def main() -> None:
    report = int(sys.argv[2])
    os.set_inheritable(report, False)
    plan = json.load(sys.stdin)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    # A handler, not SIG_IGN: children must not inherit the deafness.
    signal.signal(signal.SIGTERM, lambda *_: None)
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _limit(plan["limits"])
    os.umask(0o022)
    os.chdir(plan["environment"]["HOME"])
    status = boot(plan)
    os.write(report, f"{status}\n".encode())
    os.close(report)
    _reap_for_ever()


def boot(plan: Mapping[str, Any]) -> int:
    """Run the plan; 0 or the first failing program's exit status."""
    environment = plan["environment"]
    root, directory = Path(plan["root"]) if plan["root"] else None, Path(plan["directory"])
    first = _is_first(place(NOTE, root, directory), plan["boot"])
    for warning in plan["warnings"] if first else ():
        say(f"warning: {warning}")
    statuses = []
    if plan["bootcmd"]:
        statuses.append(_run(("bootcmd", plan["bootcmd"]), environment))
    if first:
        statuses += [_write(file, root, directory) for file in plan["files"]]
        _authorize(plan["ssh_authorized_keys"], Path(environment["HOME"]))
    programs = sorted(place(plan["per_boot"], root, directory).glob("*"))
    statuses += [_execute(path, environment) for path in programs if os.access(path, os.X_OK)]
    if first:
        statuses += [_run(script, environment) for script in plan["scripts"]]
    return next((status for status in statuses if status), 0)


def _is_first(note: Path, boot: int) -> bool:
    """Whether user data runs in this boot: nobody has noted one before, or has begun this one and
    was cut short. Noted before anything is run: what was begun is not begun again."""
    try:
        noted = note.read_text() if note.exists() else ""
        if not noted:
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(str(boot))
    except OSError as error:
        say(f"{note}: {error.strerror}")
        return True
    return noted in ("", str(boot))


def place(path: str, root: Path | None, directory: Path) -> Path:
    """Where an absolute path of the server is. ``root`` is None when the server has its own view of
    the file system; without one, paths outside the server's directory lie below ``root``."""
    given = Path("/" + path.lstrip("/"))
    if root is None or given.is_relative_to(directory):
        return given
    if given.is_relative_to(_TEMPORARY):
        return directory / "tmp" / given.relative_to(_TEMPORARY)
    return root / given.relative_to("/")


def _write(file: Mapping[str, Any], root: Path | None, directory: Path) -> int:
    path = place(file["path"], root, directory)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = "ab" if file["append"] else "wb"
        with path.open(mode) as target:
            target.write(base64.b64decode(file["content"]))
        path.chmod(file["permissions"])
    except OSError as error:
        say(f"write_files: {file['path']}: {error.strerror}")
        return 1
    _own(path, file)
    return 0


def _own(path: Path, file: Mapping[str, Any]) -> None:
    if not file["owner"]:
        return
    user, _, group = file["owner"].partition(":")
    try:
        user_id = pwd.getpwnam(user).pw_uid if user else -1
        group_id = grp.getgrnam(group).gr_gid if group else -1
        os.chown(path, user_id, group_id)
    except (KeyError, OSError) as error:
        say(f"write_files: owner {file['owner']} of {file['path']}: {error}")


def _authorize(keys: list[str], home: Path) -> None:
    if keys:
        directory = home / ".ssh"
        directory.mkdir(mode=0o700, exist_ok=True)
        target = directory / "authorized_keys"
        target.write_text("".join(f"{key}\n" for key in keys))
        target.chmod(0o600)


def _run(script: tuple[str, str], environment: Mapping[str, str]) -> int:
    """Run one script (name, text in base64)."""
    name, text = script
    directory = Path(environment["TMPDIR"]) / "cloud-init"
    directory.mkdir(mode=0o700, exist_ok=True)
    path = directory / name
    path.write_bytes(base64.b64decode(text))
    path.chmod(0o700)
    return _execute(path, environment)


def _execute(path: Path, environment: Mapping[str, str]) -> int:
    """Run a program and wait for it, not for what it leaves behind."""
    name = path.name
    default = [signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM]
    try:
        pid = os.posix_spawn(path, [str(path)], environment, setsid=True, setsigdef=default)
    except OSError as error:
        say(f"{name} cannot be run: {error.strerror}")
        missing = isinstance(error, FileNotFoundError)
        return _NOT_FOUND if missing else _NOT_EXECUTABLE
    while True:
        ended, status = os.wait()
        if ended == pid:
            break
    code = os.waitstatus_to_exitcode(status)
    if code:
        ending = f"exited with status {code}" if code > 0 else f"was ended by signal {-code}"
        say(f"{name} {ending}")
    return code if code >= 0 else 128 - code


def _limit(limits: Mapping[str, int]) -> None:
    for name, value in limits.items():
        if name == "cpus":
            _pin(value)
            continue
        kind = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(kind)[1]
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(kind, (wanted, wanted))


def _pin(count: int) -> None:
    """Use that many processors; which ones is spread over servers by the process id."""
    available = sorted(os.sched_getaffinity(0))
    first = os.getppid() % len(available)
    chosen = (available + available)[first : first + min(count, len(available))]
    with suppress(OSError):
        os.sched_setaffinity(0, chosen)


def _reap_for_ever() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        signal.sigwait({signal.SIGCHLD})


if __name__ == "__main__":
    main()
