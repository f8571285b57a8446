"""A process ends when it is told to, and only then."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

SCRIPT = """
from common.signals import Signals
signals = Signals()
print("ready", flush=True)
number = signals.wait(reload=lambda: print("again", flush=True))
print(number, signals.stopping, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_reload_then_stop(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(2):
            process.send_signal(signal.SIGHUP)
            assert process.stdout.readline() == "again\n"
        process.send_signal(number)
        assert process.stdout.readline() == f"{int(number)} True\n"
        assert process.wait(10) == 0
