"""A server's init: supervises the server's process tree and serves its metadata.

Started by ``compute`` as ``python -m heat_engine.clouds.local.init MARKER DIRECTORY BOOT``; it
leaves the caller's session and process tree, so it outlives the engine. At most one lives per
directory (a lock held for its life), and each boot number is started at most once. Every process
of the server descends from it. Its exit status before it detaches: 0 when the boot is under way.
Standard library only.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heat_engine.clouds.local import metadata, process, runtime, sandbox
from heat_engine.clouds.local.volume_watch import VolumeWatch

_PR_SET_CHILD_SUBREAPER = 36
_CONSOLE_LIMIT = 4 * 1024 * 1024
_CONSOLE_KEPT = 1024 * 1024
_CONSOLE_SECONDS = 2.0
# Nobody asks the metadata server to stop, so it need not look for that twice a second.
_NEVER = 3600.0
_GRACE_SECONDS = 3.0
_SHORT_GRACE_SECONDS = 0.5


def main() -> None:
    argument, directory, boot = sys.argv[1:4]
    folder = runtime.Folder(Path(directory))
    waiting, started = os.pipe()
    if os.fork():
        os.close(started)
        # Nothing comes when the child dies or finds that there is nothing to do.
        os._exit(0 if os.read(waiting, 1) else 1)
    os.close(waiting)
    os.setsid()
    lock = folder.take_lock()
    if lock is None or folder.runtime().get("boot", 0) >= int(boot):
        os.write(started, b".")
        return
    Init(argument, folder, int(boot)).run(started)


class Init:
    """One boot of one server."""

    def __init__(self, argument: str, folder: runtime.Folder, boot: int) -> None:
        self._argument = argument
        self._folder = folder
        self._facts: dict[str, Any] = {
            "boot": boot,
            "pid": os.getpid(),
            "boot_id": process.boot_id(),
            "phase": runtime.STARTING,
            "since": time.monotonic(),
        }
        self._grace: float | None = None
        self._leaves: tuple[int, Mapping[str, str]] = (0, {})

    def run(self, started: int) -> None:
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        awake = self._catch_signals()
        self._record(runtime.STARTING)
        plan = json.loads(self._folder.plan.read_text())
        url = self._serve_metadata(plan["address"])
        plan["environment"].update(
            HEARTH_METADATA_URL=url, AWS_EC2_METADATA_SERVICE_ENDPOINT=url + "/"
        )
        stage, report = self._start(plan)
        VolumeWatch(self._folder).start()
        self._record(runtime.RUNNING, metadata_url=url)
        os.write(started, b".")
        os.close(started)
        self._supervise(stage, report, awake)

    def _record(self, phase: str, **facts: Any) -> None:
        self._facts.update(facts, phase=phase)
        self._folder.set_runtime(self._facts)

    def _catch_signals(self) -> int:
        """A descriptor that becomes readable at each signal: SIGTERM and SIGINT stop the server
        with the long and the short grace."""
        awake, wake = os.pipe()
        os.set_blocking(awake, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._stop(_GRACE_SECONDS))
        signal.signal(signal.SIGINT, lambda *_: self._stop(_SHORT_GRACE_SECONDS))
        return awake

    def _stop(self, grace: float) -> None:
        self._grace = grace

    def _serve_metadata(self, address: str) -> str:
        server = metadata.serve(address, self._current_leaves)
        threading.Thread(target=server.serve_forever, args=(_NEVER,), daemon=True).start()
        return f"http://{address}:{server.server_address[1]}"

    def _current_leaves(self) -> Mapping[str, str]:
        stamp = self._folder.metadata_stamp()
        if stamp != self._leaves[0]:
            self._leaves = (stamp, self._folder.metadata())
        return self._leaves[1]

    def _start(self, plan: Mapping[str, Any]) -> tuple[subprocess.Popen[bytes], int]:
        report, reporting = os.pipe()
        command = sandbox.stage_command(plan, self._argument, reporting)
        with self._folder.console.open("ab") as console, self._plan_file(plan) as given:
            stage = subprocess.Popen(
                command,
                stdin=given,
                stdout=console,
                stderr=console,
                env=plan["environment"],
                cwd=plan["environment"]["HOME"],
                pass_fds=(reporting,),
                start_new_session=True,
            )
        os.close(reporting)
        return stage, report

    def _plan_file(self, plan: Mapping[str, Any]) -> Any:
        runtime.write_whole(self._folder.plan, plan)
        return self._folder.plan.open("rb")

    def _supervise(self, stage: subprocess.Popen[bytes], report: int, awake: int) -> None:
        watched = [report, awake]
        text = b""
        while self._grace is None:
            ready, _, _ = select.select(watched, [], [], _CONSOLE_SECONDS)
            if awake in ready:
                os.read(awake, 4096)
            if report in ready:
                chunk = os.read(report, 64)
                text += chunk
                if not chunk:
                    watched.remove(report)
                    self._finished(text)
            if not ready:
                trim_console(self._folder.console)
            if not self._stage_lives(stage):
                self._record(runtime.ENDED, message=self._tail())
                self._grace = _SHORT_GRACE_SECONDS
        self._end(stage)

    def _stage_lives(self, stage: subprocess.Popen[bytes]) -> bool:
        """Reap whatever has ended; whether the stage is not among it."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == stage.pid:
                stage.returncode = 0
                return False
            if pid == 0:
                return True

    def _finished(self, text: bytes) -> None:
        """The stage reported the user data's exit status, or died without a word."""
        if not text.endswith(b"\n"):
            return
        status = int(text)
        if status == 0:
            self._record(runtime.READY, exit_status=0)
            return
        self._record(runtime.FAILED, exit_status=status, message=self._tail())
        with self._folder.console.open("a") as console:
            console.write(f"cloud-init: user_data failed with exit status {status}\n")

    def _tail(self) -> str:
        return self._folder.console_tail(runtime.CONSOLE_LINES, runtime.CONSOLE_CHARACTERS)

    def _end(self, stage: subprocess.Popen[bytes]) -> None:
        """SIGTERM for the server's programs, SIGKILL for all that is left after the grace."""
        deadline = time.monotonic() + (self._grace or 0.0)
        first = True
        while programs := self._programs():
            if time.monotonic() > deadline:
                break
            for program in programs if first else ():
                process.send(program, signal.SIGTERM)
                process.send(program, signal.SIGCONT)
            first = False
            self._stage_lives(stage)
            time.sleep(0.005)
        while left := process.descendants([os.getpid()], process.running()):
            for program in left.values():
                process.send(program, signal.SIGKILL)
            self._stage_lives(stage)
            time.sleep(0.002)

    def _programs(self) -> list[process.Process]:
        """The tree without our own programs, which end last."""
        tree = process.descendants([os.getpid()], process.running())
        server_id = self._argument.partition(":")[2]
        return [
            program
            for program in tree.values()
            if not process.carries_marker(program.pid, server_id)
        ]


def trim_console(console: Path) -> None:
    """Keep a long console's last part; its writers append, so they go on at the new end."""
    if console.stat().st_size > _CONSOLE_LIMIT:
        with console.open("rb+") as file:
            file.seek(-_CONSOLE_KEPT, os.SEEK_END)
            kept = file.read()
            file.truncate(0)
            file.seek(0)
            file.write(kept)


if __name__ == "__main__":
    main()
