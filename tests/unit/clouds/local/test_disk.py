from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from heat_engine.clouds.local import disk
from heat_engine.clouds.local.disk import Budget, TooLarge


@pytest.fixture
def source(tmp_path: Path) -> Path:
    made = tmp_path / "source"
    (made / "a" / "b").mkdir(parents=True)
    return made


def test_what_is_copied_looks_the_same(source: Path, tmp_path: Path) -> None:
    (source / "a" / "run.sh").write_text("#!/bin/sh\n")
    (source / "a" / "run.sh").chmod(0o750)
    os.utime(source / "a" / "run.sh", (1000, 2000))
    (source / "a" / "b").chmod(0o500)
    target = tmp_path / "target"
    disk.copy(source, target, Budget(1000))
    assert (target / "a" / "run.sh").read_text() == "#!/bin/sh\n"
    facts = (target / "a" / "run.sh").stat()
    assert (stat.S_IMODE(facts.st_mode), facts.st_mtime) == (0o750, 2000)
    assert stat.S_IMODE((target / "a" / "b").stat().st_mode) == 0o500
    disk.copy(source, target, Budget(1000))
    disk.copy(tmp_path / "nothing", tmp_path / "empty", Budget(1000))
    assert list((tmp_path / "empty").iterdir()) == []


def test_links_are_copied_and_not_followed(source: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("of the engine")
    (source / "file").symlink_to(secret / "key")
    (source / "directory").symlink_to(secret)
    target = tmp_path / "target"
    disk.copy(source, target, Budget(0))
    assert (target / "file").is_symlink()
    assert (target / "directory").is_symlink()
    with pytest.raises(OSError, match=r"Not a directory|symbolic"):
        disk.copy(source / "directory", tmp_path / "other", Budget(1000))


def test_pipes_are_left_out(source: Path, tmp_path: Path) -> None:
    os.mkfifo(source / "pipe")
    (source / "file").write_text("x")
    disk.copy(source, tmp_path / "target", Budget(1000))
    assert sorted(path.name for path in (tmp_path / "target").iterdir()) == ["a", "file"]


def test_bounds(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (source / "file").write_text("12345")
    budget = Budget(5)
    disk.copy(source, tmp_path / "fits", budget)
    assert budget.left == 0
    with pytest.raises(TooLarge):
        disk.copy(source, tmp_path / "bytes", Budget(4))
    with pytest.raises(TooLarge):
        disk.copy(source, tmp_path / "entries", Budget(5, 2))
    monkeypatch.setattr(disk, "DEEPEST", 0)
    with pytest.raises(TooLarge):
        disk.copy(source, tmp_path / "depth", Budget(5))
