"""Volumes kept within their sizes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from heat_engine.clouds.local.cloud import LocalCloud
from heat_engine.clouds.local.runtime import Folder
from heat_engine.clouds.local.volume_watch import VolumeWatch, used_bytes
from tests.unit.clouds.local.conftest import console, server, settled, wait_for

SIZE = 64 * 1024
WRITER = """
import signal, sys, time
signal.signal(signal.SIGXFSZ, signal.{handling})
with open(sys.argv[1], "wb", buffering=0) as file:
    while True:
        file.write(bytes(4096))
        time.sleep(0.001)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path)
    made.make()
    (tmp_path / "volumes" / "vdb").mkdir()
    made.set_volume_size("vdb", SIZE)
    return made


@pytest.fixture
def writers(folder: Folder) -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for program in started:
        program.kill()
        program.communicate()


def start(folder: Folder, name: str, handling: str) -> subprocess.Popen[bytes]:
    file = folder.path / "volumes" / "vdb" / name
    return subprocess.Popen([sys.executable, "-c", WRITER.format(handling=handling), file])


@pytest.mark.parametrize("handling", ["SIG_DFL", "SIG_IGN"])
def test_who_writes_to_a_full_volume_is_ended_and_its_data_stays(
    folder: Folder, writers: list[subprocess.Popen[bytes]], handling: str
) -> None:
    place, watch = folder.path / "volumes" / "vdb", VolumeWatch(folder)
    (place / "idle").touch()
    with (place / "idle").open("r+b"):
        writers.append(start(folder, "data", handling))
        wait_for(lambda: used_bytes(place) > SIZE)
        wait_for(lambda: (watch.look(), writers[0].poll() is not None)[1])
    assert used_bytes(place) > SIZE
    assert f"volume vdb is full (it has {SIZE} bytes): process {writers[0].pid}" in (
        folder.console.read_text()
    )


def test_nobody_is_ended_for_what_others_have_written(
    folder: Folder, writers: list[subprocess.Popen[bytes]]
) -> None:
    place, watch = folder.path / "volumes" / "vdb", VolumeWatch(folder)
    (place / "data").write_bytes(bytes(2 * SIZE))
    idle = "import sys, time; file = open(sys.argv[1], 'r+b'); print('', flush=True)"
    writers.append(
        subprocess.Popen(
            [sys.executable, "-c", f"{idle}; time.sleep(600)", place / "data"],
            stdout=subprocess.PIPE,
        )
    )
    assert writers[0].stdout is not None
    writers[0].stdout.readline()
    for _ in range(3):
        watch.look()
    assert writers[0].poll() is None
    assert folder.console.read_text() == ""


def test_a_larger_volume_may_be_written_again(
    folder: Folder, writers: list[subprocess.Popen[bytes]]
) -> None:
    place, watch = folder.path / "volumes" / "vdb", VolumeWatch(folder)
    folder.set_volume_size("vdb", 1024**3)
    writers.append(start(folder, "data", "SIG_DFL"))
    wait_for(lambda: used_bytes(place) > SIZE)
    watch.look()
    assert writers[0].poll() is None
    folder.set_volume_size("vdb", None)
    assert folder.volume_sizes() == {}


def test_a_server_that_fills_its_volume(either_cloud: LocalCloud) -> None:
    made = either_cloud.create("volume", "volumes", {"size": 1}, token="v")
    script = "#!/bin/sh\nuntil test -e $HEARTH_VOLUMES/vdb; do sleep 0.05; done\n"
    script += "cd $HEARTH_VOLUMES/vdb; fallocate -l 1G data\n"
    script += "(while :; do head -c 65536 /dev/zero; sleep 0.01; done >> data)\n"
    running = settled(either_cloud, server(either_cloud, script, flavorRef="small")["id"], "ACTIVE")
    body = {"server_id": running["id"], "volume_id": made["id"]}
    either_cloud.create("compute", "volume_attachments", body, token="a")
    wait_for(lambda: "volume vdb is full" in console(either_cloud, running["id"]))
    shown = settled(either_cloud, running["id"], "ERROR")
    assert "status 153" in shown["fault"]["message"]  # SIGXFSZ
    assert either_cloud.get("volume", "volumes", made["id"])["hearth:used_bytes"] >= 1024**3
