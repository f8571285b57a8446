"""docs/clients.md: which client's test verifies which route and which call of a client.

``python -m tests.scenarios.clients.table`` runs the clients' tests and writes the tables anew from
what the tests did. Every later run of a test checks that it still does what is written of it.
"""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from heat_api.routes import ROUTES

DIRECTORY = Path(__file__).parent
ROOT = DIRECTORY.parents[2]
DOCUMENT = ROOT / "docs" / "clients.md"
BEGIN = "<!-- Made by `make client-table`: change the tests, not these lines. -->"
REPORT = "HEARTH_CLIENT_REPORT"
# The first word of a module's name tells the client.
CLIENTS = {
    "openstack": "openstack command",
    "heatclient": "python-heatclient",
    "sdk": "openstacksdk",
    "ansible": "Ansible",
    "horizon": "Horizon",
    "terraform": "Terraform's requests",
    "http": "plain HTTP",
}
_CELL = re.compile(r"`([^`]+)`")
Found = Mapping[str, Iterable[str]]


def routes() -> list[str]:
    """All routes that there are, in the order of the table that serves them."""
    return list(dict.fromkeys(f"{route.method} {route.path}" for route in ROUTES))


def report(test: str, found: Iterable[str]) -> None:
    """Add what a test did to the report that the command reads, when there is one."""
    path = os.environ.get(REPORT)
    if path:
        with Path(path).open("a") as file:
            file.write(json.dumps([test, sorted(found)]) + "\n")


@functools.cache
def claims() -> Mapping[str, set[str]]:
    """What the document says that each test does."""
    said: dict[str, set[str]] = defaultdict(set)
    tables = DOCUMENT.read_text().partition(BEGIN)[2] if DOCUMENT.exists() else ""
    for line in tables.splitlines():
        names = _CELL.findall(line) if line.startswith("| `") else []
        for test in names[1:]:
            said[test].add(names[0].replace("\\|", "|"))
    return said


def modules() -> dict[str, str]:
    """Test functions of this directory and the client that each uses."""
    found = {}
    for path in sorted(DIRECTORY.glob("test_*.py")):
        client = path.stem.split("_")[1]
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE):
            found[name] = CLIENTS.get(client, "")
    return found


def render(found: Found) -> str:
    """The tables; for each thing and client the test that does least else."""
    clients = modules()
    by_thing: dict[str, dict[str, str]] = defaultdict(dict)
    least_first = sorted(found, key=lambda test: (len(set(found[test])), test))
    for test in least_first:
        for thing in found[test]:
            by_thing[thing].setdefault(clients[test], test)
    titles = list(CLIENTS.values())
    lines = ["", "## Routes", "", f"| Route | {' | '.join(titles)} |", "|---" * 8 + "|"]
    for route in routes():
        cells = [_code(by_thing[route].get(title, "")) for title in titles]
        lines.append(f"| {_code(route)} | {' | '.join(cells)} |".replace("  ", " "))
    lines += ["", "## Calls", "", "| Call | Test |", "|---|---|"]
    for call in sorted(set(by_thing) - set(routes())):
        lines.append(f"| {_code(call)} | {_code(next(iter(by_thing[call].values())))} |")
    return "\n".join([*lines, ""])


def merged(report_lines: Iterable[str]) -> dict[str, set[str]]:
    """What each test did every time that it ran."""
    found: dict[str, set[str]] = {}
    for line in report_lines:
        test, things = json.loads(line)
        found[test] = found.get(test, set(things)) & set(things)
    return found


def main() -> int:
    """Write the document anew; the tests' own exit status when they fail."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "report"
        path.touch()
        # What is claimed now is no matter: it is about to be written anew.
        text = DOCUMENT.read_text().partition(BEGIN)[0]
        DOCUMENT.write_text(text + BEGIN + "\n")
        files = [str(path) for name in CLIENTS for path in DIRECTORY.glob(f"test_{name}_*.py")]
        words = ["-m", "pytest", "-q", "--timeout", "900", *files]
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env={**os.environ, REPORT: str(path)}, check=False
        )
        lines = path.read_text().splitlines()
    DOCUMENT.write_text(text + BEGIN + "\n" + render(merged(lines)))
    return done.returncode


def _code(text: str) -> str:
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if text else ""


if __name__ == "__main__":
    sys.exit(main())
