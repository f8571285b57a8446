"""The stage's command line."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from typing import Any

import pytest

from heat_engine.clouds.local import runtime, sandbox


@pytest.fixture
def plan(tmp_path: Path) -> dict[str, Any]:
    folder = runtime.Folder(tmp_path / "cloud" / "servers" / "s")
    folder.make()
    return {
        "sandbox": "/usr/bin/bwrap",
        "privileged": False,
        "directory": str(folder.path),
        "hidden": [str(tmp_path / "cloud")],
        "environment": {"HOSTNAME": "web"},
        "files": [],
    }


def test_without_a_sandbox_it_is_the_stage_alone(plan: dict[str, Any]) -> None:
    command = sandbox.stage_command({**plan, "sandbox": ""}, "marker", 7)
    assert command[-2:] == ["marker", "7"]
    assert "--unshare-pid" not in command


def test_only_root_has_privileges_to_drop(plan: dict[str, Any]) -> None:
    assert "--cap-drop" not in sandbox.stage_command(plan, "marker", 7)
    assert "--cap-drop" in sandbox.stage_command({**plan, "privileged": True}, "marker", 7)


def test_a_written_file_s_directory_is_the_server_s_own(plan: dict[str, Any]) -> None:
    command = sandbox.stage_command({**plan, "files": [{"path": "/etc/app/x"}]}, "marker", 7)
    own = str(Path(plan["directory"]) / "root" / "etc")
    assert command[command.index(own) - 1 : command.index(own) + 2] == ["--bind", own, "/etc"]
    assert "/etc/passwd" in command
    assert own not in sandbox.stage_command(plan, "marker", 7)


def test_cloud_init_s_directory_is_the_server_s_own(plan: dict[str, Any]) -> None:
    written = [{"path": "/var/lib/cloud/scripts/per-boot/web"}]
    for files in ([], written):
        command = sandbox.stage_command({**plan, "files": files}, "marker", 7)
        own = str(Path(plan["directory"]) / "root" / "var" / "lib")
        assert command[command.index(own) - 1 : command.index(own) + 2] == [
            "--bind", own, "/var/lib",
        ]  # fmt: skip
        assert "/var/lib/cloud" not in command
        assert not any(word.startswith("/var/lib/cloud/") for word in command)


def test_a_bubblewrap_that_does_not_work_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bwrap"
    for status, expected in ((1, None), (0, str(program))):
        program.write_text(f"#!/bin/sh\nexit {status}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        sandbox.bubblewrap.cache_clear()
        assert sandbox.bubblewrap() == expected
    program.unlink()
    sandbox.bubblewrap.cache_clear()
    assert sandbox.bubblewrap() is None
    monkeypatch.undo()
    sandbox.bubblewrap.cache_clear()


def test_what_is_mounted_exists(plan: dict[str, Any]) -> None:
    found = sandbox.bubblewrap()
    if found is None:
        pytest.skip("bubblewrap does not work here")
    command = sandbox.stage_command({**plan, "sandbox": found}, "marker", 7)
    inner = ["sh", "-c", f"test -w {plan['directory']}/home && ! test -e {plan['directory']}/init"]
    ended = subprocess.run(
        [*command[: command.index("--") + 1], *inner], capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_hidden_paths_are_covered_from_the_outermost_in(plan: dict[str, Any]) -> None:
    plan["hidden"] = ["/usr/share/doc", "/usr/share", "/etc/passwd", "/etc/there is none"]
    command = sandbox.stage_command(plan, "marker", 7)
    covered = [place for option, place in itertools.pairwise(command) if option == "--tmpfs"]
    assert covered == ["/dev/shm", "/usr/share"]
    nothing = command.index("/dev/null")
    assert command[nothing - 1 : nothing + 2] == ["--ro-bind", "/dev/null", "/etc/passwd"]
    assert "/etc/there is none" not in command


def test_a_server_reads_nothing_that_is_hidden(plan: dict[str, Any]) -> None:
    found = sandbox.bubblewrap()
    if found is None:
        pytest.skip("bubblewrap does not work here")
    plan.update(sandbox=found, hidden=["/usr/share", "/etc/passwd"])
    command = sandbox.stage_command(plan, "marker", 7)
    inner = ["sh", "-c", 'test -z "$(ls /usr/share)" && test ! -s /etc/passwd']
    ended = subprocess.run(
        [*command[: command.index("--") + 1], *inner], capture_output=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, b"")
