"""Where a server's absolute paths lie."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.local import stage

DIRECTORY, ROOT = Path("/state/servers/s"), Path("/state/servers/s/root")


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("/etc/app.conf", ROOT, "/state/servers/s/root/etc/app.conf"),
        ("etc/app.conf", ROOT, "/state/servers/s/root/etc/app.conf"),
        ("/tmp/x", ROOT, "/state/servers/s/tmp/x"),
        ("/state/servers/s/home/x", ROOT, "/state/servers/s/home/x"),
        ("/state/servers/other/home/x", ROOT, "/state/servers/s/root/state/servers/other/home/x"),
        ("/etc/app.conf", None, "/etc/app.conf"),
        ("/tmp/x", None, "/tmp/x"),
    ],
)
def test_place(path: str, root: Path | None, expected: str) -> None:
    assert stage.place(path, root, DIRECTORY) == Path(expected)


@pytest.fixture
def plan(tmp_path: Path) -> dict[str, Any]:
    """The boot plan of a server without a sandbox, whose user data tells of each run."""
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    places = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}
    note = base64.b64encode(b"#!/bin/sh\necho $0 >> $HOME/runs\n").decode()
    return {
        "warnings": [],
        "boot": 1,
        "per_boot": "/per-boot",
        "bootcmd": note,
        "files": [],
        "scripts": [("user", note)],
        "ssh_authorized_keys": [],
        "root": str(tmp_path / "root"),
        "directory": str(tmp_path),
        "environment": {**places, "PATH": os.environ["PATH"]},
    }


def runs(plan: dict[str, Any], boot: int) -> list[str]:
    """The names of what ran in that boot."""
    told = Path(plan["environment"]["HOME"], "runs")
    told.unlink(missing_ok=True)
    assert stage.boot({**plan, "boot": boot}) == 0
    return [Path(line).name for line in told.read_text().splitlines()]


def test_user_data_runs_in_the_first_boot_only(plan: dict[str, Any]) -> None:
    assert runs(plan, 1) == ["bootcmd", "user"]
    assert runs(plan, 2) == ["bootcmd"]


def test_a_boot_that_was_cut_short_and_is_begun_again_is_still_the_first(
    plan: dict[str, Any],
) -> None:
    assert [runs(plan, 3), runs(plan, 3)] == [["bootcmd", "user"]] * 2


def test_programs_for_each_boot_run_in_order_of_names(plan: dict[str, Any]) -> None:
    directory = Path(plan["root"], "per-boot")
    directory.mkdir(parents=True)
    for name, mode in (("b", 0o755), ("a", 0o755), ("unready", 0o644)):
        (directory / name).write_bytes(base64.b64decode(plan["bootcmd"]))
        (directory / name).chmod(mode)
    assert runs(plan, 1) == ["bootcmd", "a", "b", "user"]
    assert runs(plan, 2) == ["bootcmd", "a", "b"]


def test_a_failing_program_of_a_later_boot_is_that_boot_s_status(plan: dict[str, Any]) -> None:
    assert stage.boot(plan) == 0
    failing = base64.b64encode(b"#!/bin/sh\nexit 4\n").decode()
    assert stage.boot({**plan, "boot": 2, "bootcmd": failing}) == 4
