"""Making servers real: their directories and process trees follow their documents.

``converge`` brings one server's directory and processes to what its document says. It may be cut
short at any instant and called again, by any engine: the document is written first, each boot
number starts at most once, and a deleted server's document goes last.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from heat_engine.clouds.interface import CloudError, Document
from heat_engine.clouds.local import cloudinit, disk, process, runtime, sandbox, stage
from heat_engine.clouds.local.documents import Documents

_LOG = logging.getLogger(__name__)
_ACTIVE_AFTER_SECONDS = 1.0
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_KILL_SECONDS = 10.0
_POLL_SECONDS = 0.004
# Python 3.12 has renamed it, with a third argument of another kind.
_ON_ERROR: Any = "onexc" if sys.version_info >= (3, 12) else "onerror"
# What an image holds of a server's directory.
_KEPT = ("home", "root")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Power:
    """``sandbox``: ``auto`` uses bubblewrap where it works, ``none`` never does. ``hidden``: paths
    that sandboxed servers do not see, besides ``state``."""

    def __init__(
        self, documents: Documents, state: Path, sandbox: str, hidden: Iterable[Path] = ()
    ) -> None:
        self._documents = documents
        self._state = state
        self._hidden = [str(path.resolve()) for path in (state, *hidden)]
        self._sandbox = sandbox
        self._warned = False

    def folder(self, server_id: str) -> runtime.Folder:
        return runtime.Folder(self._state / "servers" / server_id)

    def volume_home(self, volume_id: str) -> Path:
        """Where a volume's files are while it is not attached."""
        return self._state / "volumes" / volume_id

    def image_home(self, image_id: str) -> Path:
        """Where an image has what a server had written."""
        return self._state / "images" / image_id

    def save(self, server_id: str, target: Path, budget: disk.Budget) -> None:
        """Copy what a server has written, but not what is temporary. Raises ``disk.TooLarge``."""
        for name in _KEPT:
            disk.copy(self.folder(server_id).path / name, target / name, budget)

    @contextmanager
    def hold(self, id: str) -> Iterator[None]:
        """One at a time, in all engines, works on the server (or volume) of that id."""
        with runtime.exclusive(self._state / "locks", _byte(id)):
            yield

    def status(self, document: Document) -> tuple[str, str]:
        """The server's status and, for ERROR, why."""
        wanted = document["hearth"]
        if wanted["deleting"]:
            return "DELETED", ""
        if wanted["power"] == "off":
            return "SHUTOFF", ""
        if wanted["failure"]:
            return "ERROR", wanted["failure"]
        folder = self.folder(document["id"])
        # Asked in this order: a boot that has begun holds the lock before it writes anything.
        facts = folder.runtime()
        alive = folder.alive()
        if facts.get("boot") != wanted["boot"]:
            return "BUILD", ""
        return self._boot_status(folder, facts, alive, wanted["frozen"])

    def _boot_status(
        self, folder: runtime.Folder, facts: dict[str, Any], alive: bool, frozen: str
    ) -> tuple[str, str]:
        phase = facts["phase"]
        if phase == runtime.FAILED and (alive or facts["boot_id"] == process.boot_id()):
            reason = f"user_data exited with status {facts['exit_status']}: {facts['message']}"
            return "ERROR", reason
        if not alive or phase == runtime.ENDED:
            if facts["boot_id"] != process.boot_id():
                return "SHUTOFF", ""
            tail = folder.console_tail(runtime.CONSOLE_LINES, runtime.CONSOLE_CHARACTERS)
            return "ERROR", f"init died: {tail}"
        if frozen:
            return frozen, ""
        if phase == runtime.READY:
            return "ACTIVE", ""
        running = phase == runtime.RUNNING
        long = time.monotonic() - facts["since"] >= _ACTIVE_AFTER_SECONDS
        return ("ACTIVE" if running and long else "BUILD"), ""

    def behind(self, document: Document) -> bool:
        """Whether ``converge`` may have something to do: an engine died between word and deed."""
        wanted = document["hearth"]
        if wanted["deleting"]:
            return True
        folder = self.folder(document["id"])
        if wanted["power"] == "off":
            return folder.alive()
        if wanted["failure"]:
            return False
        facts = folder.runtime()
        # A dead init may be one that is being stopped right now: look again when that is over.
        return facts.get("boot") != wanted["boot"] or not folder.alive()

    def converge(self, server_id: str, destroyed: Callable[[str], None]) -> None:
        """``destroyed`` takes the documents of a deleted server out once nothing else is left."""
        with self.hold(server_id):
            with self._documents.read() as transaction:
                document = transaction.get("servers", server_id)
            if document is None:
                return
            wanted, folder = document["hearth"], self.folder(server_id)
            if wanted["deleting"]:
                self._stop(server_id, gently=False)
                destroyed(server_id)
            elif wanted["power"] == "off":
                self._stop(server_id, gently=True)
            elif not wanted["failure"] and folder.runtime().get("boot") != wanted["boot"]:
                if self._adopt(server_id, wanted["boot"]):
                    return
                self._stop(server_id, gently=True)
                if folder.runtime().get("boot") == wanted["boot"]:
                    # It came to life and was ended just now: this boot is still to be had.
                    folder.set_runtime({})
                self._start(document)

    def _adopt(self, server_id: str, boot: int) -> bool:
        """Whether an init that a dead engine has started is on its way and has arrived."""
        folder = self.folder(server_id)
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if folder.runtime().get("boot") == boot:
                return True
            tree = process.of_server(server_id)
            if not any(process.is_init(pid, boot) for pid in tree):
                return False
            time.sleep(_POLL_SECONDS)
        return False

    def remove_files(self, server_id: str) -> None:
        """CloudError unavailable when something cannot be removed."""
        remove_tree(self.folder(server_id).path)

    def _stop(self, server_id: str, *, gently: bool) -> None:
        """End the whole tree and prove it gone; CloudError unavailable when it is not."""
        folder = self.folder(server_id)
        pid = folder.runtime().get("pid")
        if pid and folder.alive():
            init = process.running().get(pid)
            if init is not None and process.carries_marker(pid, server_id):
                process.send(init, signal.SIGTERM if gently else signal.SIGINT)
            deadline = time.monotonic() + _STOP_SECONDS
            while folder.alive() and time.monotonic() < deadline:
                time.sleep(_POLL_SECONDS)
        if not process.kill_server(server_id, _KILL_SECONDS):
            raise CloudError("unavailable", f"Processes of server {server_id} cannot be ended.")

    def signal_tree(self, server_id: str, number: signal.Signals) -> None:
        """Signal the server's processes, not its init (which keeps serving metadata)."""
        init = self.folder(server_id).runtime().get("pid")
        sent: set[int] = set()
        # A process may fork while it is being stopped: look until nothing new shows up.
        while True:
            tree = process.of_server(server_id)
            fresh = [entry for entry in tree.values() if entry.pid not in sent | {init}]
            if not fresh:
                return
            for entry in fresh:
                process.send(entry, number)
                sent.add(entry.pid)

    def _start(self, document: Document) -> None:
        server_id, wanted = document["id"], document["hearth"]
        folder = self.folder(server_id)
        folder.make()
        if wanted["boot"] in (1, wanted["wiped"]):
            self._fill(document, folder)
        runtime.write_whole(folder.plan, self._plan(document, folder))
        command = [sys.executable, "-P", "-S", "-m", process.INIT_MODULE]
        with (folder.init / "init.log").open("wb") as log:
            ended = subprocess.run(
                [*command, process.marker(server_id), str(folder.path), str(wanted["boot"])],
                env={
                    "PYTHONPATH": str(sandbox.PACKAGE_ROOT),
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "PATH": _PATH,
                    process.ENVIRONMENT_KEY: server_id,
                },
                cwd=folder.path,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                timeout=_START_SECONDS,
                check=False,
            )
        if ended.returncode:
            self._failed(server_id, wanted["boot"], (folder.init / "init.log").read_text())

    def _fill(self, document: Document, folder: runtime.Folder) -> None:
        """An empty disk, or the image's."""
        wanted = document["hearth"]
        if wanted["wiped"] == wanted["boot"]:
            _wipe(folder)
        image_id = wanted["image"].get("id")
        if not image_id:
            return
        for name in _KEPT:
            whole = disk.Budget(sys.maxsize, sys.maxsize)
            disk.copy(self.image_home(image_id) / name, folder.path / name, whole)
        if wanted["boot"] == 1:
            # Of another server: the user data of this one has not run yet.
            (folder.path / "root" / stage.NOTE.lstrip("/")).unlink(missing_ok=True)

    def _failed(self, server_id: str, boot: int, output: str) -> None:
        last = (output.strip().splitlines() or ["no message"])[-1][: runtime.CONSOLE_CHARACTERS]
        _LOG.error("server %s: init could not start: %s", server_id, last)
        with self._documents.write() as transaction:
            document = transaction.get("servers", server_id)
            if document is not None and document["hearth"]["boot"] == boot:
                document["hearth"]["failure"] = f"init could not start: {last}"
                transaction.put("servers", document)

    def _plan(self, document: Document, folder: runtime.Folder) -> Document:
        wanted = document["hearth"]
        plan = cloudinit.parse(cloudinit.decode(wanted["user_data"] or ""))
        bubblewrap = self._bubblewrap()
        keys = [wanted["public_key"]] if wanted["public_key"] else []
        files = [*wanted["personality"], *plan.files]
        return {
            **plan.as_dict(),
            "files": files,
            "ssh_authorized_keys": keys + plan.ssh_authorized_keys,
            "boot": wanted["boot"],
            "per_boot": cloudinit.PER_BOOT,
            "address": wanted["address"],
            "directory": str(folder.path),
            "hidden": self._hidden,
            "sandbox": bubblewrap,
            "privileged": os.geteuid() == 0,
            "root": "" if bubblewrap else str(folder.path / "root"),
            "limits": _limits(wanted["flavor"]),
            "environment": _environment(document, folder, plan.hostname, bool(bubblewrap)),
        }

    def _bubblewrap(self) -> str:
        found = sandbox.bubblewrap() if self._sandbox == "auto" else None
        if found is None and not self._warned:
            self._warned = True
            _LOG.warning(
                "Servers run without a sandbox of their own: bubblewrap is not installed, or this "
                "machine does not let it work."
            )
        return found or ""


def _byte(id: str) -> int:
    """The byte of the lock file that stands for an id."""
    return int.from_bytes(hashlib.blake2b(id.encode(), digest_size=7).digest())


def _limits(flavor: Document) -> dict[str, int]:
    return {
        "DATA": flavor["ram"] * 1024 * 1024,
        "FSIZE": (flavor["disk"] or 1024) * 1024**3,
        "CORE": 0,
        "NOFILE": 4096,
        "cpus": flavor["vcpus"],
    }


def _environment(
    document: Document, folder: runtime.Folder, hostname: str, sandboxed: bool
) -> dict[str, str]:
    """The whole environment of the server's programs; nothing of the engine's gets in."""
    own = str(Path(sys.executable).resolve().parent)
    return {
        "HEARTH_ADDRESS": document["hearth"]["address"],
        "HEARTH_ADDRESSES": " ".join(document["hearth"]["addresses"]),
        "HEARTH_ROOT": "/" if sandboxed else str(folder.path / "root"),
        "HEARTH_VOLUMES": str(folder.path / "volumes"),
        "HOSTNAME": hostname or document["hearth"]["hostname"],
        "HOME": str(folder.path / "home"),
        "TMPDIR": "/tmp" if sandboxed else str(folder.path / "tmp"),  # noqa: S108 its own /tmp
        # A machine whose only Python is ours still has one for user data.
        "PATH": f"{_PATH}:{own}",
        "LANG": "C.UTF-8",
        "USER": "root" if os.geteuid() == 0 else str(os.geteuid()),
        "SHELL": "/bin/sh",
        process.ENVIRONMENT_KEY: document["id"],
    }


def _wipe(folder: runtime.Folder) -> None:
    for name in ("home", "tmp", "root"):
        remove_tree(folder.path / name)
    folder.console.write_bytes(b"")
    folder.make()


def remove_tree(path: Path) -> None:
    """Remove a tree, directories without permissions included; nothing when it is gone already."""

    def open_up(function: Callable[..., Any], name: str, _: object) -> None:
        if not os.path.lexists(name):
            return
        Path(name).parent.chmod(stat.S_IRWXU)
        if not Path(name).is_symlink():
            Path(name).chmod(stat.S_IRWXU)
        if function in (os.open, os.scandir, os.lstat):
            shutil.rmtree(name)
        else:
            function(name)

    options: dict[str, Any] = {_ON_ERROR: open_up}
    try:
        shutil.rmtree(path, **options)
    except FileNotFoundError:
        return
    except OSError as error:
        raise CloudError("unavailable", f"{path} cannot be removed: {error.strerror}") from error
