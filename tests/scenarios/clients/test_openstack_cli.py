"""The unmodified `openstack` command in processes of its own, each of which takes seconds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.deployment import SCRIPTS

SECONDS = 60
TEMPLATE = """\
heat_template_version: 2021-04-16
description: two strings and a value made of them
parameters:
  length: {type: number, default: 8, constraints: [{range: {min: 4, max: 64}}]}
  secret: {type: string, hidden: true}
resources:
  first:
    type: OS::Heat::RandomString
    properties: {length: {get_param: length}}
  second:
    type: OS::Heat::RandomString
    depends_on: first
  both:
    type: OS::Heat::Value
    properties:
      type: string
      value: {list_join: ['-', [{get_attr: [first, value]}, {get_attr: [second, value]}]]}
outputs:
  both:
    description: the two, joined
    value: {get_attr: [both, value]}
"""
# An update to this never ends by itself.
WAITING = (
    TEMPLATE.partition("outputs:")[0]
    + """\
  handle: {type: OS::Heat::WaitConditionHandle}
  wait:
    type: OS::Heat::WaitCondition
    properties: {handle: {get_resource: handle}, timeout: 600}
"""
)


class Command:
    """The command as a user of clouds.yaml has it."""

    def __init__(self, clouds_file: Path, directory: Path) -> None:
        self.directory = directory
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("OS_")},
            "OS_CLIENT_CONFIG_FILE": str(clouds_file),
            "OS_CLOUD": "hearth",
            "PYTHONUNBUFFERED": "1",
        }

    def line(self, *words: str) -> list[str]:
        return [str(SCRIPTS / "openstack"), *words]

    def run(self, *words: str, status: int = 0) -> str:
        """What a command that ends with ``status`` printed."""
        done = subprocess.run(
            self.line(*words),
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == status, f"{words}: {done.stdout} {done.stderr}"
        return done.stdout + done.stderr

    def read(self, *words: str) -> Any:
        """The document that a command printed."""
        printed = self.run(*words, "-f", "json")
        begin = re.search(r"^[\[{]", printed, re.MULTILINE)
        assert begin, printed
        return json.JSONDecoder().raw_decode(printed, begin.start())[0]

    def write(self, name: str, text: str) -> str:
        path = self.directory / name
        path.write_text(text)
        return str(path)


class Follower:
    """`stack event list --follow`, which ends only when it is told to."""

    def __init__(self, command: Command, stack: str) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            command.line("stack", "event", "list", stack, "--follow"),
            env=command.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def await_line(self, part: str) -> None:
        """Until a line with these words has come."""
        with self._news:
            seen = self._news.wait_for(lambda: any(part in line for line in self.lines), SECONDS)
        assert seen, f"{part!r} never came: {self.lines}"

    def close(self) -> None:
        # Not SIGINT, which a program started in the background may have been told to ignore.
        self._process.terminate()
        self._process.wait(SECONDS)
        self._reader.join(SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()


@pytest.fixture(scope="module")
def command(clouds_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    return Command(clouds_file, tmp_path_factory.mktemp("command"))


@pytest.fixture(scope="module")
def web(command: Command) -> str:
    """A stack made with the command."""
    path = command.write("web.yaml", TEMPLATE)
    environment = command.write("env.yaml", "parameters: {length: 12}\n")
    words = ("--parameter", "secret=hunter2", "-e", environment, "--tags", "blue,green")
    made = command.read("stack", "create", "-t", path, *words, "--wait", "--poll", "1", "web")
    assert made["stack_status"] == "CREATE_COMPLETE"
    return "web"


def test_a_life_in_processes_of_its_own(command: Command, web: str) -> None:
    follower = Follower(command, web)
    try:
        follower.await_line("CREATE_COMPLETE")
        waiting = command.write("waiting.yaml", WAITING)
        common = ("--existing", "--parameter", "length=20")
        command.run("stack", "update", "-t", waiting, *common, web)
        follower.await_line("wait]: CREATE_IN_PROGRESS")
        command.run("stack", "cancel", "--wait", web)
        updated = command.read("stack", "update", "--existing", "--parameter", "length=16",
                               "--wait", web)  # fmt: skip
        assert updated["stack_status"] == "UPDATE_COMPLETE"
        follower.await_line("UPDATE_COMPLETE  Stack UPDATE completed successfully")
    finally:
        follower.close()
    output = command.read("stack", "output", "show", web, "both")
    assert len(output["output_value"].partition("-")[0]) == 16
    command.run("stack", "delete", "--yes", "--wait", web)
    assert command.read("stack", "list") == []
