"""The unmodified `openstack` command in this process, where it starts thirty times faster."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import re
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from unittest import mock

from heatclient.common import event_utils, format_utils
from heatclient.osc.v1 import event
from openstackclient.shell import OpenStackShell
from osc_lib.clientmanager import ClientManager

from tests.scenarios.clients.recorder import Recorder

PATIENCE = 60.0
# All that python-heatclient brings to the command, as it is installed.
COMMANDS = frozenset(
    point.name.replace("_", " ")
    for point in distribution("python-heatclient").entry_points
    if point.group == "openstack.orchestration.v1"
)


def command_of(words: Sequence[str]) -> str:
    """The command that these words begin with."""
    heads = (" ".join(words[:length]) for length in range(len(words), 0, -1))
    return next(head for head in heads if head in COMMANDS)


# Where the command keeps its client for the life of a process.
ORCHESTRATION = vars(ClientManager)["orchestration"]


class Pauses:
    """Stands for the module ``time`` of the client, whose pauses are seconds long.

    ``meanwhile`` is done in each pause; what it raises ends the command, as Ctrl-C does.
    """

    def __init__(self) -> None:
        self.meanwhile: Callable[[], object] = lambda: None
        self._deadline = 0.0

    def begin(self) -> None:
        self._deadline = time.monotonic() + PATIENCE

    def sleep(self, _seconds: float) -> None:
        assert time.monotonic() < self._deadline, "the client waited in vain"
        self.meanwhile()
        # Long enough for a deletion to tell something: after two looks at nothing the client asks
        # for the stack itself, and takes it for an error that it is gone by then.
        time.sleep(0.15)


class OpenStack:
    """The command as somebody with a clouds.yaml has it, in a directory of its own."""

    def __init__(
        self, clouds_file: Path, cloud: str, directory: Path, recorder: Recorder | None = None
    ) -> None:
        self.directory = directory
        self.cloud = cloud
        self.pauses = Pauses()
        self._recorder = recorder
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("OS_")},
            "OS_CLIENT_CONFIG_FILE": str(clouds_file),
            "COLUMNS": "200",
        }

    def run(self, *words: str, status: int = 0) -> str:
        """What a command that ends with ``status`` printed to its user, errors too."""
        printed, told = self.hear(*words, status=status)
        return printed + told

    def hear(self, *words: str, status: int = 0) -> tuple[str, str]:
        """Output and error output of a command that ends with ``status``."""
        printed, told = io.StringIO(), io.StringIO()
        with self._as_a_process(printed), contextlib.redirect_stdout(printed):
            with contextlib.redirect_stderr(told):
                ended = OpenStackShell().run(["--os-cloud", self.cloud, *words])
        texts = (printed.getvalue(), told.getvalue())
        assert ended == status, f"{words}: {ended} {texts}"
        assert "Traceback" not in texts[1], texts[1]
        if self._recorder is not None and status == 0:
            self._recorder.note(f"openstack {command_of(words)}")
        return texts

    def read(self, *words: str) -> Any:
        """The document that a command printed."""
        printed = self.hear(*words, "-f", "json")[0]
        begin = re.search(r"^[\[{]", printed, re.MULTILINE)
        assert begin, printed
        return json.JSONDecoder().raw_decode(printed, begin.start())[0]

    def write(self, name: str, text: str) -> str:
        path = self.directory / name
        path.write_text(text)
        return str(path)

    @contextlib.contextmanager
    def _as_a_process(self, printed: io.StringIO) -> Iterator[None]:
        """Everything that the command keeps in its process is as if the process were new."""
        root = logging.getLogger()
        handlers, level = list(root.handlers), root.level
        root.handlers.clear()
        self.pauses.begin()
        with (
            contextlib.chdir(self.directory),
            mock.patch.dict(os.environ, self._environment, clear=True),
            mock.patch.object(event_utils, "time", self.pauses),
            mock.patch.object(event, "time", self.pauses),
            mock.patch.object(ORCHESTRATION, "_handle", None),
            # Its default is the output that the process began with.
            mock.patch.object(
                format_utils.print_software_deployment_output, "__defaults__", (printed, False)
            ),
            warnings.catch_warnings(),
        ):
            try:
                yield
            finally:
                root.handlers[:] = handlers
                root.setLevel(level)
