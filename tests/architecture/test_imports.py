"""Who may import whom, and what a process must not load."""

from __future__ import annotations

import configparser
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ["common.launch", "heat_engine.cli.assemble", "heat_engine.cli.together"]
# Green threads, and what takes memory of each process and time of its start where few need it.
SPARED = {"eventlet", "alembic", "yaql", "requests", "keystoneauth1", "keystonemiddleware"}
SPARED |= {"oslo_middleware", "psycopg", "pymysql"}


def contracts() -> list[str]:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    return [
        section for section in settings.sections() if section.startswith("importlinter:contract")
    ]


def test_the_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [program, "--config", "setup.cfg", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{len(contracts())} kept, 0 broken" in run.stdout


@pytest.mark.parametrize("module", PROGRAMS)
def test_a_process_loads_no_more_than_it_needs(module: str) -> None:
    script = (
        f"import sys, {module}\n"
        "print(*sorted({name.split('.')[0] for name, loaded in sys.modules.items() if loaded}))"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error::ImportWarning", "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(run.stdout.split())
    assert module.split(".")[0] in loaded
    assert loaded & SPARED == set()


@pytest.mark.parametrize("group", ["console_scripts", "oslo.config.opts", "oslo.messaging.drivers"])
def test_entry_points_lead_somewhere(group: str) -> None:
    ours = [
        point
        for point in importlib.metadata.entry_points(group=group)
        if point.dist is not None and point.dist.name == "hearth"
    ]
    assert ours
    for point in ours:
        assert callable(point.load()), point
