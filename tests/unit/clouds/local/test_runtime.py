"""A server's directory: its lock and its files."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest

from heat_engine.clouds.local import runtime

# Newer Pythons warn of forks beside threads; the children here need no other thread.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


@pytest.fixture
def folder(tmp_path: Path) -> runtime.Folder:
    made = runtime.Folder(tmp_path / "server")
    made.make()
    return made


def test_one_init_at_a_time(folder: runtime.Folder) -> None:
    assert not folder.alive()
    lock = folder.take_lock()
    assert lock is not None
    assert folder.alive()
    assert folder.take_lock() is None
    os.close(lock)
    assert not folder.alive()


def test_the_lock_of_a_dead_process_is_free(folder: runtime.Folder) -> None:
    child = os.fork()
    if child == 0:
        folder.take_lock()
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert not folder.alive()


def test_a_removed_directory_cannot_be_locked(folder: runtime.Folder) -> None:
    shutil.rmtree(folder.path)
    assert folder.take_lock() is None
    assert not folder.alive()


def test_the_console_s_last_part(folder: runtime.Folder) -> None:
    folder.console.write_text("".join(f"line {number}\n" for number in range(50)))
    assert folder.console_tail(2) == "line 48\nline 49"
    assert folder.console_tail(2, 4) == "e 49"
    assert folder.console_tail(0) == ""


def test_files_are_replaced_whole_and_private(folder: runtime.Folder) -> None:
    assert folder.runtime() == {}
    folder.set_runtime({"boot": 1})
    assert folder.runtime() == {"boot": 1}
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.init.iterdir()}
    assert modes == {"runtime.json": 0o600}


def test_a_byte_excludes_other_threads_and_not_other_bytes(tmp_path: Path) -> None:
    path, order = tmp_path / "locks", []

    def other() -> None:
        with runtime.exclusive(path, 7):
            order.append("second")

    with runtime.exclusive(path, 7), runtime.exclusive(path, 8):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
