"""The deployments that are measured, each with databases and queues of its own, gone afterwards."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.bench.client import Caller
from tests.bench.figures import DISTRIBUTED, EMBEDDED
from tests.brokers import fresh_virtual_host
from tests.databases import fresh_database
from tests.deployment import EMBEDDED as ONE_PROCESS
from tests.deployment import SEPARATE, Deployment
from tests.keystone import service
from tests.keystone.service import Keystone

# keystone: heat-all on SQLite too, but whose users are those of a Keystone.
KEYSTONE = "keystone"
KINDS = {
    "sqlite": EMBEDDED,
    "postgresql": DISTRIBUTED,
    "mariadb": DISTRIBUTED,
    KEYSTONE: EMBEDDED,
}
# Beyond what the product allows by default, so that large stacks and long lists can be measured.
LIMITS = {"max_resources_per_stack": 10000, "max_stacks_per_tenant": -1}


@dataclass(frozen=True, slots=True)
class Place:
    """A running deployment and somebody who may use it."""

    name: str
    deployment: Deployment
    caller: Caller

    @property
    def kind(self) -> str:
        return KINDS[self.name]

    @property
    def url(self) -> str:
        return self.deployment.native_url

    def memory(self) -> dict[str, float]:
        """MiB that each program holds, what it shares counted in proportion."""
        return {
            name: round(proportional_set_size(process.pid), 1)
            for name, process in self.deployment.processes.items()
        }

    def cpu_seconds(self) -> float:
        """Processor time that the programs have used so far."""
        times = [psutil.Process(item.pid).cpu_times() for item in self._processes()]
        return sum(used.user + used.system for used in times)

    def _processes(self) -> list[Any]:
        return list(self.deployment.processes.values())


@contextmanager
def place(
    name: str, directory: Path, *, counted: Path | None = None, together: bool = False
) -> Iterator[Place]:
    """The deployment ``name`` of ``KINDS``, running. ``counted``: file of its SQL statements.
    ``together``: heat-all starts the separate processes, instead of each being started."""
    with ExitStack() as resources:
        options: dict[str, Mapping[str, Any]] = {"DEFAULT": dict(LIMITS)}
        programs: tuple[Any, ...] = ONE_PROCESS
        keystone: Keystone | None = None
        if name == KEYSTONE:
            keystone = resources.enter_context(_keystone(directory))
            options |= {**keystone.options(), "paste_deploy": {"flavor": "keystone"}}
        if KINDS[name] == DISTRIBUTED:
            programs = SEPARATE
            url = resources.enter_context(fresh_database(name, directory))
            options["database"] = {"connection": url}
            broker = resources.enter_context(fresh_virtual_host())
            options["DEFAULT"] = {**LIMITS, "transport_url": broker}
        if together:
            programs = ONE_PROCESS
            options["DEFAULT"] = {**options["DEFAULT"], "separate_processes": True}
        if counted is not None:
            engine = "heat-engine" if KINDS[name] == DISTRIBUTED else "heat-all"
            wrapped = (sys.executable, "-m", "tests.bench.counted", str(counted), engine)
            programs = (wrapped, *programs[1:])
        deployment = resources.enter_context(Deployment(directory, programs, options))
        caller = _member(keystone) if keystone else _embedded_user(deployment)
        yield Place(name, deployment, caller)


@contextmanager
def _keystone(directory: Path) -> Iterator[Keystone]:
    """The Keystone of the tests, only for this directory; skips when it cannot be installed."""
    if reason := service.install():
        pytest.skip(reason)
    with service.running(directory) as keystone:
        yield keystone


def _member(keystone: Keystone) -> Caller:
    """A member of a project that nobody else has, with a token."""
    project = keystone.settle(bench="member")
    token = keystone.token(f"bench-{project}", project)
    return Caller(keystone.project_id(project), {"X-Auth-Token": token})


def _embedded_user(deployment: Deployment) -> Caller:
    account = deployment.add_user("bench", "bench")
    secret = base64.b64encode(f"{account.name}:{account.password}".encode()).decode()
    return Caller(account.project_id, {"Authorization": f"Basic {secret}"})


def proportional_set_size(pid: int) -> float:
    """MiB of memory of a process and its children."""
    kibibytes = 0
    process = psutil.Process(pid)
    for item in (process, *process.children(recursive=True)):
        for line in Path(f"/proc/{item.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kibibytes += int(line.split()[1])
    return kibibytes / 1024
