"""Where a server's absolute paths lie."""

from __future__ import annotations

from pathlib import Path

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
