"""Ansible with its collection openstack.cloud, which PyPI has in the package `ansible` only."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.deployment import SCRIPTS

ROOT = Path(__file__).parents[3]
HOME = ROOT / ".venv-dev" / "ansible"
# Its collection wants no newer Python than ours, whatever the package says of itself.
PACKAGE = "ansible==14.5.0"
ANY_PYTHON = ("--python-version", "3.14", "--only-binary", ":all:")
PART = "ansible_collections/openstack/cloud/"
SECONDS = 280


def collection() -> Path:
    """Where the collection is; it is taken out of the package the first time."""
    done = HOME / f"{PACKAGE}.done"
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            with tempfile.TemporaryDirectory() as directory:
                pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps")
                words = (*pip, *ANY_PYTHON, "-d", directory, PACKAGE)
                subprocess.run(words, check=True, timeout=SECONDS)
                (wheel,) = Path(directory).glob("*.whl")
                with zipfile.ZipFile(wheel) as archive:
                    names = [name for name in archive.namelist() if name.startswith(PART)]
                    archive.extractall(HOME, names)
            done.touch()
    return HOME


class Ansible:
    """Plays on this machine with a cloud of a clouds.yaml."""

    def __init__(self, clouds_file: Path, cloud: str, directory: Path) -> None:
        self.directory = directory
        self._cloud = cloud
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("OS_")},
            "ANSIBLE_COLLECTIONS_PATH": str(collection()),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_HOME": str(directory / "home"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "OS_CLIENT_CONFIG_FILE": str(clouds_file),
            "LC_ALL": "C.UTF-8",
        }

    def play(self, tasks: Sequence[Mapping[str, Any]], *words: str) -> str:
        """What a playbook printed that ended well."""
        book = self.directory / "book.yaml"
        defaults = {"group/openstack.cloud.openstack": {"cloud": self._cloud}}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "module_defaults": defaults,
            "tasks": list(tasks),
        }
        book.write_text(json.dumps([play]))
        done = subprocess.run(
            [str(SCRIPTS / "ansible-playbook"), "-i", "localhost,", "-c", "local", *words, book],
            cwd=self.directory,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout} {done.stderr}"
        return done.stdout
