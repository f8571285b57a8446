"""How documents become processes."""

from __future__ import annotations

import logging
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from heat_engine.clouds.interface import CloudError
from heat_engine.clouds.local import power, process
from heat_engine.clouds.local.cloud import LocalCloud, LocalClouds
from tests.unit.clouds.local.conftest import server, settled, wait_for


def test_the_missing_sandbox_is_told_once(
    cloud: LocalCloud, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        server(cloud, token="1")
        server(cloud, token="2")
    told = [record for record in caplog.records if "without a sandbox" in record.getMessage()]
    assert len(told) == 1


def test_an_init_that_cannot_start_is_an_error_with_its_words(
    cloud: LocalCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho out of luck >&2\nexit 1\n")
    broken.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(broken))
        made = server(cloud)
    assert made["status"] == "ERROR"
    assert made["fault"]["message"] == "init could not start: out of luck"
    cloud.act("compute", "servers", made["id"], "reboot", {})
    settled(cloud, made["id"], "ACTIVE")


def test_a_server_that_ignores_sigterm_goes_as_well(
    cloud: LocalCloud, clouds: LocalClouds, state: Path
) -> None:
    made = server(cloud, "#!/bin/sh\ntrap '' TERM INT HUP\ntouch deaf\nwhile :; do sleep 1; done\n")
    home = state / "servers" / made["id"] / "home"
    wait_for(lambda: (home / "deaf").exists())
    start = time.monotonic()
    cloud.delete("compute", "servers", made["id"])
    assert time.monotonic() - start < 5
    assert clouds.audit()["processes"] == {}


def test_a_program_that_left_the_tree_is_ended_with_its_server(
    cloud: LocalCloud, clouds: LocalClouds, state: Path
) -> None:
    """Init is killed first, so that nothing but the environment tells whose the orphan is."""
    made = server(cloud, "#!/bin/sh\nsetsid sh -c 'sleep 600 & sleep 600' &\n")
    settled(cloud, made["id"], "ACTIVE")
    wait_for(lambda: len(process.of_server(made["id"])) == 5)
    for pid, found in process.of_server(made["id"]).items():
        if process.carries_marker(pid, made["id"]):
            process.send(found, signal.SIGKILL)
    wait_for(lambda: len(process.of_server(made["id"])) == 3)
    cloud.delete("compute", "servers", made["id"])
    assert clouds.audit()["processes"] == {}


def test_directories_without_permissions_are_removed(tmp_path: Path) -> None:
    closed = tmp_path / "tree" / "closed"
    (closed / "deep").mkdir(parents=True)
    (closed / "deep" / "file").touch()
    (closed / "link").symlink_to("/nonexistent")
    (closed / "deep").chmod(0)
    closed.chmod(0)
    power.remove_tree(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()
    power.remove_tree(tmp_path / "tree")


def test_what_cannot_be_removed_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tree").mkdir()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(CloudError, match="busy") as raised:
        power.remove_tree(tmp_path / "tree")
    assert raised.value.retryable


def test_starting_and_the_network_are_quick(cloud: LocalCloud) -> None:
    server(cloud, "#!/bin/sh\n", token="warm")
    start = time.monotonic()
    made = server(cloud, "#!/bin/sh\n", token="measured")
    settled(cloud, made["id"], "ACTIVE")
    assert time.monotonic() - start < 3
    start = time.monotonic()
    for number in range(20):
        cloud.create("network", "ports", {"network_id": "local"}, token=f"p{number}")
    assert (time.monotonic() - start) / 20 < 0.05
