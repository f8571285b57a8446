"""The product as its users run it: real processes, in a directory and on ports of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from common.crypt import Vault

APIS = {"heat-api": "heat_api", "heat-api-cfn": "heat_api_cfn"}
APIS["heat-api-cloudwatch"] = "heat_api_cloudwatch"
EMBEDDED = ("heat-all",)
SEPARATE = ("heat-engine", *APIS)
READY_SECONDS = 60.0
STOP_SECONDS = 20.0
SCRIPTS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the embedded store; the keys are those of its EC2 pair."""

    name: str
    password: str = field(repr=False)
    project: str
    project_id: str
    access: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, and plain HTTP to the native API as that person."""

    account: Account
    url: str

    @property
    def root(self) -> str:
        """The native API's URL with the person's project."""
        return f"{self.url}/{self.account.project_id}"

    def ask(self, method: str, path: str, document: Any = None) -> requests.Response:
        """An answer, redirects not followed; ``path`` begins after the project, or is a URL."""
        return requests.request(
            method,
            path if path.startswith("http") else self.root + path,
            json=document,
            auth=(self.account.name, self.account.password),
            allow_redirects=False,
            timeout=30,
        )


def free_port() -> int:
    """A port of the loopback interface that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Deployment:
    """Processes of one configuration; a context manager that starts and stops them.

    ``programs``: console scripts, or whole command lines for what tests wrap. ``options``: more of
    heat.conf, by section. ``environment``: more of the processes' variables.
    """

    def __init__(
        self,
        directory: Path,
        programs: Sequence[str | Sequence[str]] = EMBEDDED,
        options: Mapping[str, Mapping[str, Any]] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.programs = [[item] if isinstance(item, str) else list(item) for item in programs]
        self.ports = {name: free_port() for name in APIS}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.ready_seconds = 0.0
        self._options = options or {}
        self._environment = environment or {}
        self.config = directory / "heat.conf"

    @property
    def native_url(self) -> str:
        """Root of the native API, with its version."""
        return f"http://127.0.0.1:{self.ports['heat-api']}/v1"

    @property
    def cfn_url(self) -> str:
        """Root of the CloudFormation API, with its version."""
        return f"http://127.0.0.1:{self.ports['heat-api-cfn']}/v1"

    @property
    def state(self) -> Path:
        """What the engines keep in files."""
        return self.directory / "state"

    def __enter__(self) -> Deployment:
        self.configure()
        self.manage("db_sync")
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def configure(self) -> None:
        """Write heat.conf."""
        self.state.mkdir(parents=True, exist_ok=True)
        sections: dict[str, dict[str, Any]] = {
            "DEFAULT": {
                "state_path": self.state,
                "auth_encryption_key": Vault.new_key(),
                "heat_waitcondition_server_url": f"{self.cfn_url}/waitcondition",
                "log_file": "",
            },
            "clients_heat": {"url": self.native_url},
            "paste_deploy": {"flavor": "custombackend"},
        }
        for name, group in APIS.items():
            sections[group] = {"bind_host": "127.0.0.1", "bind_port": self.ports[name]}
        for section, values in self._options.items():
            sections.setdefault(section, {}).update(values)
        lines = []
        for section, values in sections.items():
            lines.append(f"[{section}]")
            lines.extend(f"{key} = {value}" for key, value in values.items())
        self.config.touch(mode=0o600)
        self.config.write_text("\n".join(lines) + "\n")

    def start(self) -> float:
        """Start every program; seconds until all of them are ready."""
        begun = time.monotonic()
        for program in self.programs:
            self._spawn(program)
        for name in self._served():
            self._await(self.ports[name], begun + READY_SECONDS)
        self.ready_seconds = time.monotonic() - begun
        return self.ready_seconds

    def stop(self) -> None:
        """End every program, the patient way first."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run heat-manage; what it printed."""
        command = [str(SCRIPTS / "heat-manage"), "--config-file", str(self.config), *arguments]
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"heat-manage {arguments}: {done.stderr[-2000:]}")
        return done.stdout

    def add_user(self, name: str, project: str, *roles: str) -> Account:
        """A user with a password and an EC2 key pair."""
        password = f"{name}-{os.urandom(8).hex()}"
        chosen = [word for role in roles for word in ("--role", role)]
        printed = self.manage(
            "local-user", "add", name, "--project", project, *chosen, HEARTH_PASSWORD=password
        )
        lines = printed.splitlines()
        return Account(
            name=name,
            password=password,
            project=project,
            project_id=lines[0].rpartition("(")[2].rstrip(")"),
            access=lines[1].split()[-1],
            secret=lines[2].split()[-1],
        )

    def log(self, program: str) -> str:
        """What a program has logged so far."""
        return (self.directory / f"{program}.log").read_text(errors="replace")

    def _spawn(self, program: Sequence[str]) -> None:
        name = Path(program[0]).name if len(program) == 1 else Path(program[-1]).name
        command = [str(SCRIPTS / program[0])] if len(program) == 1 else list(program)
        with (self.directory / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*command, "--config-file", str(self.config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self._environment},
            )

    def _served(self) -> list[str]:
        """The APIs that the programs serve."""
        started = {Path(program[-1]).name for program in self.programs}
        return [name for name in self.ports if name in started or "heat-all" in started]

    def restart(self, program: str) -> None:
        """Kill a program and start it again."""
        process = self.processes.pop(program)
        process.kill()
        process.wait()
        self._spawn([program])
        for name in self._served():
            self._await(self.ports[name], time.monotonic() + READY_SECONDS)

    def _await(self, port: int, deadline: float) -> None:
        url = f"http://127.0.0.1:{port}/healthcheck/ready"
        while True:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError) as cause:
                self._check_alive()
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{url} is not ready: {cause}") from cause
            time.sleep(0.01)

    def _check_alive(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended: {self.log(name)[-3000:]}")
