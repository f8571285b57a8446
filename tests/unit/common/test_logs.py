"""The log: request ids, JSON lines, reload."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import logging, sys
from pathlib import Path

from common import config, logs
from common.context import RequestContext
conf = config.load("heat-test", sys.argv[1:])
logs.setup(conf, "heat-test")
RequestContext(request_id="req-1", overwrite=True)
log = logging.getLogger("heat_engine.test")
log.info("first")
log.debug("unseen")
Path(sys.argv[2]).write_text("[DEFAULT]\\ndebug = true\\n")
logs.reload(conf)
log.debug("seen")
"""
SECRETS = ("correct", "battery", "staple")
FAILS = f"""
import logging, sys
from common import config, logs
logs.setup(config.load("heat-test", sys.argv[1:]), "heat-test")
log = logging.getLogger("heat_engine.test")
first, second, third = {SECRETS}

class CloudError(Exception):
    pass

def fail():
    try:
        raise OSError(first)
    except OSError as cause:
        raise KeyError(second) from cause

try:
    fail()
except KeyError:
    log.exception("it failed")
try:
    raise CloudError(third)
except CloudError:
    log.warning("it was refused")
    sys.excepthook(*sys.exc_info())
"""


def run(tmp_path: Path, *arguments: str, script: str = SCRIPT) -> list[str]:
    file = tmp_path / "heat.conf"
    file.write_text("[DEFAULT]\n")
    done = subprocess.run(
        [sys.executable, "-c", script, "--config-file", str(file), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr.splitlines()


def test_lines_name_their_request_and_a_reload_changes_the_level(tmp_path: Path) -> None:
    lines = run(tmp_path)
    assert "req-1" in next(line for line in lines if line.endswith("first"))
    assert not [line for line in lines if "unseen" in line]
    assert [line for line in lines if " seen" in line]


def test_lines_can_be_json(tmp_path: Path) -> None:
    first = json.loads(run(tmp_path, "--use-json")[0])
    assert first["message"] == "first"
    assert first["context"]["request_id"] == "req-1"


def test_a_log_that_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    place = tmp_path / "none" / "heat.log"
    script = "import sys; from common import config, logs; logs.setup(config.load('x'), 'x')"
    done = subprocess.run(
        [sys.executable, "-c", script, "--log-file", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The log cannot be written: ")
    assert str(place) in done.stderr


@pytest.mark.parametrize("form", [[], ["--use-json"]], ids=["lines", "json"])
def test_of_errors_class_and_place_are_told_and_no_text(tmp_path: Path, form: list[str]) -> None:
    told = "\n".join(run(tmp_path, *form, script=FAILS))
    for seen in ("it failed", "KeyError", "OSError", "in fail", "it was refused", "CloudError"):
        assert seen in told
    assert [secret for secret in SECRETS if secret in told] == []
